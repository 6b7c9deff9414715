/**
 * The service managers, each a file NAME.sh and a line in list.ts. The first line of the file says in words what it is, for the documentation;
 * below it are functions, which service.sh (to look at a service) and service_control.sh (to start and stop it) tell of, and have something
 * for each that is left out.
 * @module
 */

import { texts } from "./list.ts";

/** What may look after a service, by name. `command` is the host's own `restart_command`. */
export type ManagerName = keyof (typeof import("./list.ts"))["texts"];

/** All of them, in the order of the list. */
export const managerNames: readonly ManagerName[] = Object.keys(texts) as ManagerName[];

/** What each is in words, as its file says. */
export const managerWords: ReadonlyMap<ManagerName, string> = new Map(
  managerNames.map((name) => [name, texts[name].slice(2, texts[name].indexOf("\n"))]),
);

/** What a device has: one of them, or none. */
export type FoundManager = ManagerName | "none";

/** Whether what a device says is one of them, or none. */
export function isManager(name: string): name is FoundManager {
  return name === "none" || Object.hasOwn(texts, name);
}

/** The functions that service.sh asks for, and those of them that service_control.sh has no use for: a device is sent no more than it needs. */
const LOOKING: readonly string[] = ["manages", "known", "is_active", "look", "forms"];
const ONLY_LOOKING: readonly string[] = ["manages", "known", "look"];

/** The text above all functions, and those functions that are wanted. */
function partOf(text: string, isWanted: (name: string) => boolean): string {
  const [head, ...functions] = text.split(/^(?=[a-z_]+\(\) \{$)/m);
  return head + functions.filter((part) => isWanted(part.slice(0, part.indexOf("(")))).join("");
}

/** What of each is of use to start and stop a service; made into something. That of `none` is empty. */
export function forEachManager<T>(
  make: (control: string, name: FoundManager) => T,
): Readonly<Record<FoundManager, T>> {
  const controls = managerNames.map((name) =>
    [name, partOf(texts[name], (part) => !ONLY_LOOKING.includes(part))] as const
  );
  const made = [...controls, ["none", ""] as const].map(([name, control]) => [name, make(control, name)]);
  return Object.fromEntries(made) as Record<FoundManager, T>;
}

/** What of all of them is of use to look at a service: a function `use_NAME` for each. */
export const lookText: string = managerNames.map((name) =>
  `use_${name}() {\n${partOf(texts[name], (part) => LOOKING.includes(part))}}\n`
).join("");
