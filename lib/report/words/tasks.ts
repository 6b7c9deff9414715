/**
 * What a task is called in reports: of which set it was, where the host has several, and whether it brought the old one back.
 * @module
 */
import type { TaskReport } from "../../events.ts";

/** `commit`, `model: commit`, `model: commit (rollback)`. */
export function taskName({ task, set, rollback }: Pick<TaskReport, "task" | "set" | "rollback">): string {
  const name = set === undefined ? task : `${set}: ${task}`;
  return rollback ? `${name} (rollback)` : name;
}

/** The names of tasks, each once, and of which sets they were: `stage, commit (model, config)`. */
export function taskNames(tasks: readonly Pick<TaskReport, "task" | "set">[]): string {
  const names = [...new Set(tasks.map(({ task }) => task))].join(", ");
  const sets = [...new Set(tasks.flatMap(({ set }) => set ?? []))].join(", ");
  return sets === "" ? names : `${names} (${sets})`;
}
