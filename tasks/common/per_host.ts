/** A value that all hosts share, or how a host's is made. @module */
import type { TaskHost } from "../../lib/task.ts";
export type PerHost<T, Variables = unknown> = T | ((host: TaskHost, variables: Variables) => T);
export function perHost<T, Variables>(value: PerHost<T, Variables>, host: TaskHost, variables: Variables): T {
  return typeof value === "function"
    ? (value as (host: TaskHost, variables: Variables) => T)(host, variables)
    : value;
}
