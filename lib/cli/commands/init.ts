/**
 * `init [FILE]`.
 * @module
 */
import { Command } from "@commander-js/extra-typings";
import { EXIT } from "../../errors.ts";
import { print } from "../output/streams.ts";
import { exits } from "../exits.ts";

export function initCommand() {
  return new Command("init")
    .description("write a first inventory, every line explained; never overwrites a file")
    .argument("[file]", "the file to write", "inventory/prod.yaml")
    .action(exits(async (file) => {
      const { writeStarter } = await import("../../settings/starter.ts");
      await writeStarter(file);
      print(
        `${file}: a first inventory; put your devices in it, then:\n` +
          `  inventory --graph -i ${file}\n  plan -i ${file}\n`,
      );
      return EXIT.ok;
    }));
}
