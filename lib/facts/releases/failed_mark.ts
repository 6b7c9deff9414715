/**
 * The mark that a device keeps of a release whose service failed there: one line, "AT RUN KIND". Earlier versions left it empty.
 * @module
 */

/** What of a service is a release's fault, and how a person says it. */
const FAULTS: Readonly<Record<ReleaseFault, string>> = {
  service: "its service did not start, or did not stay active",
  unhealthy: "its service did not become ready",
};

/** The kinds of failures that a release is blamed for. */
export type ReleaseFault = "service" | "unhealthy";

/** A release that failed on a device. */
export interface FailedHere {
  readonly release: string;
  /** Null if the device does not say, or nothing that can be believed. */
  readonly mark: FailedMark | null;
}

export interface FailedMark {
  /** When that run began, ISO 8601. */
  readonly at: string;
  readonly run: string;
  readonly fault: ReleaseFault;
}

/** Whether a failure of this kind says something of the release. If the service could not even be tried, it does not. */
export function faultOf(kind: string): ReleaseFault | null {
  return Object.hasOwn(FAULTS, kind) ? kind as ReleaseFault : null;
}

export function markLine({ at, run, fault }: FailedMark): string {
  return `${at} ${run} ${fault}`;
}

/** Pure: "RELEASE AT RUN KIND", as layout.sh prints it. A device may say anything. */
export function parseFailed(text: string): FailedHere {
  const [release = "", ...words] = text.split(" ");
  const [at = "", run = "", kind = "", ...more] = words;
  const fault = faultOf(kind);
  const plain = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/.test(at) &&
    /^[A-Za-z0-9._-]{1,64}$/.test(run);
  return { release, mark: plain && fault !== null && more.length === 0 ? { at, run, fault } : null };
}

/** "its service did not become ready, in run R at T". */
export function markInWords(mark: FailedMark | null): string {
  return mark === null
    ? "the time and reason were not recorded"
    : `${FAULTS[mark.fault]}, in run ${mark.run} at ${mark.at}`;
}
