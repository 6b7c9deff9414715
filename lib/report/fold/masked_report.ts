/**
 * Reports without secrets.
 * @module
 */
import { maskedErrors, maskedTask } from "../../run/masked_events.ts";
import { masked } from "../../secrets.ts";
import type { Report } from "./report.ts";

/** A report, of a run that an earlier version may have recorded. */
export function maskedReport(report: Report): Report {
  return {
    ...report,
    warnings: report.warnings.map((warning) => ({ ...warning, message: masked(warning.message) })),
    hosts: report.hosts.map((host) => ({
      ...host,
      ...maskedErrors(host),
      tasks: host.tasks.map((task) => ({ ...task, ...maskedTask(task) })),
    })),
    ...(report.stopped === undefined ? {} : { stopped: masked(report.stopped) }),
  };
}
