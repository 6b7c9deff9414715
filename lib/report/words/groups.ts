/**
 * What is true of several hosts is printed once, with their names.
 * @module
 */
import type { FailureData } from "../../errors.ts";
import type { HostOutcome, TaskReport } from "../../events.ts";

/** A fleet of up to this many hosts is shown host by host, a larger one by what its hosts have in common. */
export const FEW = 50;

/** Something to be said once for all the hosts it is true of. */
export interface Shared<T> {
  readonly first: T;
  readonly hosts: string[];
}

/** Adds a host to those of which the same is true. */
export function share<T>(groups: Map<string, Shared<T>>, key: string, first: T, host: string): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, { first, hosts: [host] });
  else group.hosts.push(host);
}

/** Adds a host to those with the same plan. Only plans that are equal to the letter are one: the steps are what a real run carries out. */
export function sharePlan(
  plans: Map<string, Shared<readonly TaskReport[]>>,
  tasks: readonly TaskReport[],
  host: string,
): void {
  const planned = tasks.filter(({ steps }) => steps.length > 0);
  share(plans, JSON.stringify(planned.map(({ task, set, steps }) => [task, set, steps])), planned, host);
}

/** What two hosts that ended badly have to share to be told of together. */
export function outcomeKey(outcome: HostOutcome): string {
  const { host, status, was = null, previousRelease, error, rollbackError } = outcome;
  return JSON.stringify([
    status,
    was,
    status === "rolled_back" ? previousRelease : null,
    error === undefined ? null : failureKey(error, host),
    rollbackError === undefined ? null : failureKey(rollbackError, host),
  ]);
}

/** What two hosts' failures have to share to be the same to a reader; the host's own words (`log`) always differ. */
export function failureKey(failure: FailureData, host: string): string {
  const { kind, action, evidence, next = "" } = failure;
  return JSON.stringify([kind, ...[action, evidence, next].map((text) => anonymous(text, host))]);
}

/** The text with the host's name and IPv4 addresses taken out. */
export function anonymous(text: string, host: string): string {
  const name = host.replace(/[^\w]/gu, (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`);
  return text
    .replace(new RegExp(`(?<![\\w.-])${name}(?![\\w-])`, "gu"), "\u0000")
    .replace(/\b\d{1,3}(\.\d{1,3}){3}\b/g, "\u0000");
}
