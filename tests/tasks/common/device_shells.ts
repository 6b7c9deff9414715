/**
 * The devices that the tasks to build with are tried on: each shell with the tools that go with it.
 * @module
 */
import { type LocalDevice, makeLocalDevice } from "../../local_device.ts";
import { everyTest } from "../../sampled.ts";
import { testWhere } from "../../support.ts";
import { everyShell, shellKinds } from "./shells.ts";

/** Defines a test for dash and busybox, or for all of them, called "NAME (on dash)". */
export function testOnShells(
  name: string,
  work: (device: LocalDevice) => Promise<void>,
  { all = false }: { readonly all?: boolean } = {},
): void {
  for (
    const { name: kind, needs, tools } of all && everyTest ? everyShell : shellKinds
  ) {
    testWhere(`${name} (on ${kind})`, { needs }, async () => {
      await using device = await makeLocalDevice({ tools });
      await work(device);
    });
  }
}
