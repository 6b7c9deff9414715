/**
 * What a format of reports is: one file with one of these, and its line in `all.ts`.
 * @module
 */
import type { Report } from "../fold/report.ts";

/** A format that a run's report is rendered in. */
export interface Format {
  /** As `report --format` takes it: lower-case letters. */
  readonly name: string;
  /** The file that `report --out` writes into a folder. */
  readonly file: string;
  /** The text, in pieces: a large fleet's report is written as it is made. */
  readonly render: (report: Report) => Iterable<string>;
  /** It is data for programs, written as it is. */
  readonly data?: true;
}
