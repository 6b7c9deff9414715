/**
 * `manifest DIR`.
 * @module
 */
import { Command } from "@commander-js/extra-typings";
import { join } from "@std/path";
import { EXIT } from "../../errors.ts";
import { oneLine } from "../../plain/printable.ts";
import { print, warn } from "../output/streams.ts";

export function manifestCommand(done: (exitCode: number) => void) {
  return new Command("manifest")
    .description(
      "write metadata.json for a folder, or refresh its artifacts_manifest and keep every other key",
    )
    .argument("<dir>", "the folder")
    .option("--follow-links", "list what links lead to outside the folder; else they are refused")
    .action(async (dir, options) => {
      const { writeManifest } = await import("../../manifest.ts");
      const { added, changed, removed, kept, outside = [] } = await writeManifest(dir, options);
      const { linkWarnings } = await import("../fleet/hosts.ts");
      linkWarnings(dir, outside).forEach(warn);
      for (const [word, names] of [["added", added], ["changed", changed], ["removed", removed]] as const) {
        for (const name of names) print(`${word}  ${oneLine(name)}\n`);
      }
      print(
        `${
          oneLine(join(dir, "metadata.json"))
        }: ${added.length} added, ${changed.length} changed, ${removed.length} removed, ${kept} kept\n`,
      );
      done(EXIT.ok);
    });
}
