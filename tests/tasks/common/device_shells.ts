/**
 * The devices that the tasks to build with are tried on: each shell with the tools that go with it.
 * @module
 */
import { type Need, testWhere } from "../../support.ts";
import { type LocalDevice, makeLocalDevice, type ToolboxOptions } from "../../local_device.ts";

const kinds: readonly {
  readonly name: string;
  readonly needs: readonly Need[];
  readonly tools: ToolboxOptions;
}[] = [
  { name: "dash with GNU tools", needs: ["linux", "dash"], tools: {} },
  { name: "bash with GNU tools", needs: ["linux", "bash"], tools: { shell: "bash" } },
  { name: "busybox alone", needs: ["linux", "busybox"], tools: { shell: "busybox", busybox: true } },
];

/** Defines a test for dash and busybox, or for all of them, called "NAME (on dash with GNU tools)". */
export function testOnShells(
  name: string,
  work: (device: LocalDevice) => Promise<void>,
  { all = false }: { readonly all?: boolean } = {},
): void {
  for (
    const { name: kind, needs, tools } of all ? kinds : kinds.filter(({ needs }) => !needs.includes("bash"))
  ) {
    testWhere(`${name} (on ${kind})`, { needs }, async () => {
      await using device = await makeLocalDevice({ tools });
      await work(device);
    });
  }
}
