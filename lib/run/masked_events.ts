/**
 * Events without secrets. What programs go by (names of hosts, tasks and runs, kinds, times, numbers of our own) stays as it is;
 * what somebody has said is masked.
 * @module
 */
import type { FailureData } from "../errors.ts";
import type { Event, TaskReport } from "../events.ts";
import { masked, maskedDeep } from "../secrets.ts";

/** An event as every listener is told about it. */
export function maskedEvent(event: Event): Event {
  switch (event.type) {
    case "warning":
      return { ...event, message: masked(event.message) };
    case "stopped":
      return { ...event, reason: masked(event.reason) };
    case "task-finished":
      return { ...event, ...maskedTask(event) };
    case "host-finished":
      return { ...event, ...maskedErrors(event) };
    default:
      return event;
  }
}

/** A failure: its kind and its host stay. */
export function maskedFailure(failure: FailureData): FailureData {
  const { kind, host, ...words } = failure;
  const said = maskedDeep(words);
  return said === words ? failure : { kind, ...said, ...(host === undefined ? {} : { host }) };
}

export function maskedTask(
  { steps, detail, error }: TaskReport,
): Pick<TaskReport, "steps" | "detail" | "error"> {
  return {
    steps: maskedDeep(steps),
    ...(detail === undefined ? {} : { detail: maskedDeep(detail) }),
    ...(error === undefined ? {} : { error: maskedFailure(error) }),
  };
}

interface Errors {
  readonly error?: FailureData;
  readonly rollbackError?: FailureData;
}

export function maskedErrors({ error, rollbackError }: Errors): Errors {
  return {
    ...(error === undefined ? {} : { error: maskedFailure(error) }),
    ...(rollbackError === undefined ? {} : { rollbackError: maskedFailure(rollbackError) }),
  };
}
