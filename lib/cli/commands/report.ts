/**
 * `report [RUN]`: a run rendered again, from its events alone.
 * @module
 */
import { Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { join } from "@std/path";
import { EXIT, UsageError } from "../../errors.ts";
import type { Report } from "../../report/fold/report.ts";
import { markdown } from "../../report/formats/markdown.ts";
import { type Format, formatNamed, formats } from "../../report/formats/mod.ts";
import { PRIVATE, type RecordModes } from "../../report/record/modes.ts";
import { reportsModeOption } from "../options/common.ts";
import { maskedReport } from "../../report/fold/masked_report.ts";
import { print, printJson, warn } from "../output/streams.ts";
import { exits } from "../exits.ts";

const NAMES = formats.map(({ name }) => name).join(",");

const HELP = `
One format goes to standard output, or with --out to a file; several need --out:
  report --format junit > junit.xml
  report 20261124T021945Z-3f9a1c --format ${NAMES} --out public
The files are ${formats.map(({ file }) => file).join(", ")}. The exit code is 0, however the run ended.
A run that was killed is rendered as far as its events go.`;

export function reportCommand() {
  return new Command("report")
    .description("render a run again, for a CI server, a browser or a comment")
    .argument(
      "[run]",
      "the run, by the name of its folder under --reports; latest is the one started last",
      "latest",
    )
    .addOption(
      new Option("--format <formats>", `one or more of ${NAMES}`)
        .argParser(formatsOf).default([markdown], markdown.name),
    )
    .option("--out <dir>", "write files there instead; created if missing")
    .option("--reports <dir>", "folder for the records of runs", "reports")
    .addOption(reportsModeOption())
    .addHelpText("after", HELP)
    .action(exits(async (run, { format, out, reports, reportsMode = PRIVATE }) => {
      if (format.length > 1 && out === undefined) {
        throw UsageError.of(
          "--format",
          `${format.length} formats cannot share standard output`,
          "name a folder for their files with --out",
        );
      }
      const { readReport } = await import("../../report/record/read_run.ts");
      // What an earlier version has recorded may hold logins and tokens.
      const report = maskedReport(await readReport(reports, run, warn));
      if (out === undefined) {
        const { data, render } = format[0]!;
        for (const piece of render(report)) (data ? printJson : print)(piece);
      } else await write(out, format, report, reportsMode);
      return EXIT.ok;
    }));
}

function formatsOf(text: string): Format[] {
  const named = text.split(",").map((word) => {
    const name = word.trim();
    const format = formatNamed(name);
    if (format !== undefined) return format;
    throw new InvalidArgumentError(`"${name}" is none of ${NAMES.replaceAll(",", ", ")}.`);
  });
  return [...new Set(named)];
}

/** Every file is absent, as it was, or whole. */
async function write(
  dir: string,
  asked: readonly Format[],
  report: Report,
  modes: RecordModes,
): Promise<void> {
  const { writePieces } = await import("../../report/record/pieces.ts");
  try {
    await Deno.mkdir(dir, { recursive: true, mode: modes.folder });
    for (const { file, render } of asked) {
      const path = join(dir, file);
      await writePieces(path, render(report), modes);
      print(`${path}\n`);
    }
  } catch (error) {
    // What the system refuses has a code; anything else is a fault of ours.
    if (!(error instanceof Error && "code" in error)) throw error;
    throw UsageError.of(
      "--out",
      `cannot write in ${dir}: ${error.message}`,
      "name a folder that you can write to",
    );
  }
}
