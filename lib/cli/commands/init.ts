/**
 * `init [FILE]`.
 * @module
 */
import { Command } from "@commander-js/extra-typings";
import { EXIT } from "../../errors.ts";
import { print } from "../fleet/hosts.ts";

export function initCommand(done: (exitCode: number) => void) {
  return new Command("init")
    .description("write an inventory to begin with, every line explained; never over a file that is there")
    .argument("[file]", "where to", "inventory/prod.yaml")
    .action(async (file) => {
      const { writeStarter } = await import("../../settings/starter.ts");
      await writeStarter(file);
      print(
        `${file}: an inventory to begin with; put your devices in it, then:\n` +
          `  inventory --graph -i ${file}\n  plan -i ${file}\n`,
      );
      done(EXIT.ok);
    });
}
