/**
 * What every task promises, as one assertion.
 * @module
 */
import { assertEquals, assertGreater } from "@std/assert";
import type { Task } from "../../lib/task.ts";
import { diffTrees } from "../fleet/support/tree.ts";
import type { LocalDevice, Performed, PerformOptions } from "../local_device.ts";

/**
 * A dry run writes nothing and names the steps; the first run carries out exactly those and is `changed`; the second is `ok` and leaves
 * all but our own lock's folder as it was. Returns the first run.
 */
export async function assertPromise(
  device: LocalDevice,
  task: Task,
  options: PerformOptions = {},
): Promise<Performed> {
  const before = await device.tree();
  const dry = await device.perform([task], { ...options, dryRun: true });
  assertEquals(diffTrees(before, await device.tree()), [], "the dry run wrote");
  assertEquals(dry.statuses, { [task.name]: "changed" }, JSON.stringify(dry.last));

  const first = await device.perform([task], options);
  assertEquals(first.statuses, { [task.name]: "changed" }, JSON.stringify(first.last));
  assertEquals(first.last.steps, dry.last.steps, "the dry run named other steps");
  assertGreater(first.last.steps.length, 0);

  const between = await device.tree();
  const second = await device.perform([task], options);
  assertEquals(second.statuses, { [task.name]: "ok" }, JSON.stringify(second.last));
  assertEquals(second.last.steps, []);
  const changed = diffTrees(between, await device.tree());
  assertEquals(changed.filter((line) => !line.startsWith("~ .lockstep:")), [], "the second run wrote");
  return first;
}

/** Runs something that must not change these paths below the deploy path, whatever else it does. */
export async function assertUntouched(
  device: LocalDevice,
  paths: RegExp,
  act: () => Promise<void>,
): Promise<void> {
  const before = await device.tree();
  await act();
  const changed = diffTrees(before, await device.tree());
  assertEquals(changed.filter((line) => paths.test(line.replace(/^[-+~] /, "").split(":\n")[0]!)), []);
}
