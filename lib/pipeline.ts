/**
 * A pipeline: the tasks that run on every host, in order. It is immutable; its methods return a new one.
 * @module
 */
import { UsageError } from "./errors.ts";
import { didYouMean } from "./plain/near_miss.ts";
import type { Task } from "./task.ts";

/** Tasks in order, each with a name of its own. */
export interface Pipeline extends ReadonlyArray<Task> {
  /** The same with `tasks` before the task of that name. Throws a UsageError if there is none. */
  before(name: string, ...tasks: readonly Task[]): Pipeline;
  /** The same with `tasks` behind the task of that name. Throws a UsageError if there is none. */
  after(name: string, ...tasks: readonly Task[]): Pipeline;
  /** The same without the task of that name. Throws a UsageError if there is none. */
  without(name: string): Pipeline;
}

/** Makes a pipeline of tasks. Throws a UsageError if two of them have the same name. */
export function definePipeline(tasks: Iterable<Task>): Pipeline {
  const all = [...tasks];
  const twice = all.find(({ name }, at) => all.findIndex((task) => task.name === name) !== at);
  if (twice !== undefined) {
    throw UsageError.of("pipeline", `found two tasks called ${JSON.stringify(twice.name)}, expected one`);
  }
  const insert = (at: number, more: readonly Task[], instead = 0): Pipeline =>
    definePipeline(all.toSpliced(at, instead, ...more));
  return Object.freeze(Object.assign(all, {
    before: (name: string, ...more: readonly Task[]) => insert(placeOf(all, name), more),
    after: (name: string, ...more: readonly Task[]) => insert(placeOf(all, name) + 1, more),
    without: (name: string) => insert(placeOf(all, name), [], 1),
  }));
}

function placeOf(tasks: readonly Task[], name: string): number {
  const at = tasks.findIndex((task) => task.name === name);
  if (at >= 0) return at;
  const names = tasks.map((task) => task.name);
  throw UsageError.of(
    "pipeline",
    `found no task ${JSON.stringify(name)}, expected one of ${names.join(", ")}`,
    didYouMean(name, names),
  );
}
