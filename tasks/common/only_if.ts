/**
 * Handlers: tasks that do something only if an earlier one has.
 * @module
 */
import type { Detail, Task, TaskHost } from "../../lib/task.ts";

/** Whether a task with this `onlyIf` has to look at all: it has none, or one of these has changed something on the host in this run. */
export function isDue(onlyIf: readonly Task[] | undefined, host: TaskHost): boolean {
  return onlyIf === undefined || onlyIf.some(host.changed);
}

/** Why one that is not due does nothing. */
export function notDue(onlyIf: readonly Task[] = []): Detail {
  return { reason: `nothing changed in ${onlyIf.map(({ name }) => name).join(", ") || "no task at all"}` };
}
