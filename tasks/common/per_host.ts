/** A value that all hosts share, or how a host's is made. @module */
import type { TaskHost } from "../../lib/task.ts";

/** A value, or what makes one for a host, of the task's own variables too. */
export type PerHost<T, Variables = unknown> = T | ((host: TaskHost, variables: Variables) => T);

/** The value for a host. */
export function perHost<T, Variables>(value: PerHost<T, Variables>, host: TaskHost, variables: Variables): T {
  return typeof value === "function"
    ? (value as (host: TaskHost, variables: Variables) => T)(host, variables)
    : value;
}
