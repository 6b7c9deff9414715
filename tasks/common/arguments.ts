/**
 * What the tasks to build with are given, checked: a constant when the task is made, what is made for a host when it is that host's turn.
 * @module
 */
import { Failure, UsageError } from "../../lib/errors.ts";
import type { TaskHost } from "../../lib/task.ts";
import { type PerHost, perHost } from "./per_host.ts";

/** What is wrong with a value: "found …, expected …"; undefined if nothing is. */
export type Check<T> = (value: T) => string | undefined;

/** One argument of a task: how it is called, and what it may be. */
export class Argument<T, Variables> {
  constructor(
    readonly task: string,
    readonly name: string,
    readonly value: PerHost<T, Variables>,
    readonly check: Check<T>,
  ) {
    if (typeof value === "function") return;
    const wrong = check(value);
    if (wrong !== undefined) throw UsageError.of(`task ${task}`, `${name}: ${wrong}`);
  }

  /** Its value for one host. Throws a Failure that names what is wrong with it. */
  of(host: TaskHost, variables: Variables): T {
    const value = perHost(this.value, host, variables);
    const wrong = this.check(value);
    if (wrong === undefined) return value;
    throw new Failure({
      kind: "unsuitable",
      action: this.task,
      host: host.settings.name,
      evidence: `${this.name}: ${wrong}`,
      next: "nothing changed; correct the task, or the variables that it uses",
    });
  }

  /** The value, if all hosts share it. */
  get constant(): T | undefined {
    return typeof this.value === "function" ? undefined : this.value;
  }
}

/** An argument, or undefined if it is left out. */
export function optional<T, Variables>(
  task: string,
  name: string,
  value: PerHost<T, Variables> | undefined,
  check: Check<T>,
): Argument<T, Variables> | undefined {
  return value === undefined ? undefined : new Argument(task, name, value, check);
}

/** A whole path on a device, with nothing in it that would have to be read twice to know what it names. */
export function isDevicePath(path: string): string | undefined {
  const found = `found ${shown(path)}`;
  if (typeof path !== "string" || !path.startsWith("/")) return `${found}, expected an absolute path`;
  if (!path.isWellFormed()) return `${found}, which has half of a surrogate pair`;
  // deno-lint-ignore no-control-regex -- they are what is looked for
  if (/[\x00-\x1f\x7f]/.test(path)) return `${found}, which has a control character`;
  if (path.slice(1).split("/").some((name) => name === "" || name === "." || name === "..")) {
    return `${found}, expected a path without "//", "." or "..", and without a slash at its end`;
  }
  return undefined;
}

/** The mode of a file: `0o644`. */
export function isMode(mode: number): string | undefined {
  if (!Number.isInteger(mode) || mode < 0 || mode > 0o7777) {
    return `found ${shown(mode)}, expected a number from 0 to 0o7777`;
  }
  // Nobody wants 0o1204.
  if (mode > 0o777 && /^[0-7]{3}$/.test(String(mode))) {
    return `found ${mode}, expected an octal number: did you mean 0o${mode}?`;
  }
  return undefined;
}

/** A user or group, by name or number. */
export function isAccount(name: string): string | undefined {
  if (typeof name === "string" && /^(\d{1,10}|[A-Za-z_][A-Za-z0-9_.-]{0,63}\$?)$/.test(name)) {
    return undefined;
  }
  return `found ${shown(name)}, expected a name of letters, digits, "_", "." and "-", or a number`;
}

/** What a file holds. */
export function isContent(content: string | Uint8Array): string | undefined {
  if (content instanceof Uint8Array) return undefined;
  if (typeof content !== "string") return `found ${shown(content)}, expected text or bytes`;
  return content.isWellFormed() ? undefined : "found half of a surrogate pair, expected text that is UTF-8";
}

/** A value as an error shows it. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}
