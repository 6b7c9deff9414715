/**
 * A project: what a user adds to Lockstep, in a `lockstep.ts` beside the inventory.
 * @module
 */
import { UsageError } from "./errors.ts";
import { definePipeline, type Pipeline } from "./pipeline.ts";
import type { Task } from "./task.ts";

/** What a `lockstep.ts` says. */
export interface ProjectDefinition {
  /**
   * Pipelines by name. `deploy`, `rollback` and `undo` stand in for Lockstep's own; any other is run by `run NAME`.
   */
  readonly pipelines: Readonly<Record<string, Iterable<Task>>>;
}

/** A project whose pipelines are well-formed. */
export interface Project {
  /** By name. */
  readonly pipelines: ReadonlyMap<string, Pipeline>;
}

const projects = new WeakSet<object>();

/** Makes a project of its definition: the default export of a `lockstep.ts`. Throws a UsageError for what is no pipeline. */
export function defineProject(definition: ProjectDefinition): Project {
  const pipelines = new Map<string, Pipeline>();
  for (const [name, tasks] of Object.entries(definition.pipelines)) {
    if (!/^[a-z][a-z0-9_-]*$/.test(name)) {
      throw UsageError.of(
        "pipelines",
        `found the name ${JSON.stringify(name)}, expected lower-case letters, digits, - and _`,
      );
    }
    const all = [...tasks];
    const wrong = all.findIndex((task) => !isTask(task));
    if (wrong >= 0 || all.length === 0) {
      throw UsageError.of(
        `pipelines.${name}`,
        all.length === 0 ? "found no task" : `found something else at ${wrong}, expected a task`,
        "make tasks with defineTask()",
      );
    }
    pipelines.set(name, definePipeline(all));
  }
  const project = { pipelines };
  projects.add(project);
  return project;
}

function isTask(value: unknown): value is Task {
  return typeof value === "object" && value !== null && "name" in value && typeof value.name === "string" &&
    "run" in value && typeof value.run === "function";
}

/** Whether `defineProject()` has made it. */
export function isProject(value: unknown): value is Project {
  return typeof value === "object" && value !== null && projects.has(value);
}
