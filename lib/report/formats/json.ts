/**
 * The report as it is: what `report.json` in the run's folder holds.
 * @module
 */
import { toJson } from "../../plain/printable.ts";
import type { Format } from "./format.ts";

export const json: Format = {
  name: "json",
  file: "report.json",
  render: (report) => [toJson(report, 2) + "\n"],
  data: true,
};
