/**
 * `report [RUN]`: a run rendered again, from its events alone.
 * @module
 */
import { Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { join } from "@std/path";
import { EXIT, UsageError } from "../../errors.ts";
import type { Report } from "../../report/report.ts";
import { toJson } from "../../plain/printable.ts";
import { PRIVATE, type RecordModes } from "../../report/modes.ts";
import { reportsModeOption } from "../options/common.ts";
import { maskedReport } from "../../report/masked.ts";
import { print, printJson, warn } from "../output/streams.ts";

/** Each form, and its file's name under `--out`. */
export const FORMATS = {
  json: "report.json",
  junit: "junit.xml",
  html: "report.html",
  markdown: "report.md",
} as const;

type Format = keyof typeof FORMATS;

const HELP = `
One format goes to standard output, or with --out to a file; several need --out:
  report --format junit > junit.xml
  report 20261124T021945Z-3f9a1c --format json,junit,html,markdown --out public
The files are ${Object.values(FORMATS).join(", ")}. The exit code is 0, however the run ended.
A run that was killed is rendered as far as its events say.`;

export function reportCommand(done: (exitCode: number) => void) {
  return new Command("report")
    .description("render a run again, for a CI server, a browser or a comment")
    .argument(
      "[run]",
      "the run, as its folder under --reports is called; latest is the one begun last",
      "latest",
    )
    .addOption(
      new Option("--format <formats>", `one or several of ${Object.keys(FORMATS).join(",")}`)
        .argParser(formatsOf).default(["markdown"] as Format[], "markdown"),
    )
    .option("--out <dir>", "write files there instead; made where it is missing")
    .option("--reports <dir>", "where runs are kept", "reports")
    .addOption(reportsModeOption())
    .addHelpText("after", HELP)
    .action(async (run, { format, out, reports, reportsMode = PRIVATE }) => {
      if (format.length > 1 && out === undefined) {
        throw UsageError.of(
          "--format",
          `${format.length} formats do not go to one standard output`,
          "name a folder for their files with --out",
        );
      }
      const { readReport } = await import("../../report/run_dir.ts");
      // What an earlier version has recorded may hold logins and tokens.
      const report = maskedReport(await readReport(reports, run, warn));
      if (out === undefined) {
        const show = format[0] === "json" ? printJson : print;
        for (const piece of await render(format[0]!, report)) show(piece);
      } else await write(out, format, report, reportsMode);
      done(EXIT.ok);
    });
}

function formatsOf(text: string): Format[] {
  const names = text.split(",").map((name) => name.trim());
  for (const name of names) {
    if (!Object.hasOwn(FORMATS, name)) {
      throw new InvalidArgumentError(`"${name}" is none of ${Object.keys(FORMATS).join(", ")}.`);
    }
  }
  return [...new Set(names)] as Format[];
}

async function render(format: Format, report: Report): Promise<Iterable<string>> {
  switch (format) {
    case "json":
      return [toJson(report, 2) + "\n"];
    case "junit":
      return (await import("../../report/formats/junit.ts")).junit(report);
    case "html":
      return (await import("../../report/formats/html.ts")).html(report);
    case "markdown":
      return (await import("../../report/formats/markdown.ts")).markdown(report);
  }
}

/** Every file is absent, as it was, or whole. */
async function write(
  dir: string,
  formats: readonly Format[],
  report: Report,
  modes: RecordModes,
): Promise<void> {
  const { writePieces } = await import("../../report/run_dir.ts");
  try {
    await Deno.mkdir(dir, { recursive: true, mode: modes.folder });
    for (const format of formats) {
      const path = join(dir, FORMATS[format]);
      await writePieces(path, await render(format, report), modes);
      print(`${path}\n`);
    }
  } catch (error) {
    // What the system refuses has a code; anything else is a fault of ours.
    if (!(error instanceof Error && "code" in error)) throw error;
    throw UsageError.of(
      "--out",
      `cannot write in ${dir}: ${error.message}`,
      "name a folder that you may write to",
    );
  }
}
