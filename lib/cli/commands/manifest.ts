/**
 * `manifest DIR`.
 * @module
 */
import { Command } from "@commander-js/extra-typings";
import { join } from "@std/path";
import { EXIT } from "../../errors.ts";
import { oneLine } from "../../plain/printable.ts";
import { print, warn } from "../output/streams.ts";
import { exits } from "../exits.ts";

export function manifestCommand() {
  return new Command("manifest")
    .description(
      "write metadata.json for a folder, or refresh its artifacts_manifest and keep every other key",
    )
    .argument("<dir>", "the folder")
    .option(
      "--follow-links",
      "list files that links lead to outside the folder; otherwise such links are refused",
    )
    .option("--templates", "say that files which end in .tmpl are templates, to be rendered for each host")
    .action(exits(async (dir, options) => {
      const { writeManifest } = await import("../../manifest.ts");
      const { added, changed, removed, kept, outside = [] } = await writeManifest(dir, options);
      const { linkWarnings } = await import("../fleet/sets.ts");
      linkWarnings(dir, outside).forEach(warn);
      for (const [word, names] of [["added", added], ["changed", changed], ["removed", removed]] as const) {
        for (const name of names) print(`${word}  ${oneLine(name)}\n`);
      }
      print(
        `${
          oneLine(join(dir, "metadata.json"))
        }: ${added.length} added, ${changed.length} changed, ${removed.length} removed, ${kept} kept\n`,
      );
      return EXIT.ok;
    }));
}
