/**
 * `completion SHELL`: the script for a shell; and `complete`, hidden, which that script asks.
 * @module
 */
import { Argument, Command, InvalidArgumentError } from "@commander-js/extra-typings";
import type { Command as Program } from "commander";
import { EXIT } from "../../errors.ts";
import { draw } from "../output/streams.ts";
import type { LoadPipelines } from "../project/pipelines.ts";
import { exits } from "../exits.ts";

const HELP = `
The line for your shell, and the file to put it in:
  source <(lockstep completion bash)                              ~/.bashrc
  source <(lockstep completion zsh)                               ~/.zshrc, after compinit
  lockstep completion fish | source                               ~/.config/fish/config.fish
  lockstep completion powershell | Out-String | Invoke-Expression $PROFILE

The script completes the command "lockstep" (or the one given with --name), and the script calls that command.
If it is not installed, define it before that line; for bash and zsh:
  lockstep() { deno run -A /path/to/mod.ts "$@"; }`;

export function completionCommand() {
  return new Command("completion")
    .description("print the script with which a shell completes commands, options, hosts and runs")
    .addArgument(new Argument("<shell>", "your shell").choices(["bash", "zsh", "fish", "powershell"]))
    .option("--name <command>", "the name by which you call this program", commandName, "lockstep")
    .addHelpText("after", HELP)
    .action(exits(async (shell, { name }) => {
      const { completionScript } = await import("../completion/completion.ts");
      draw(completionScript(shell, name));
      return EXIT.ok;
    }));
}

/** Asked by the scripts as `complete -- WORDS`, the last of which is under the cursor. */
export function completeCommand(load: LoadPipelines) {
  return new Command("complete")
    .argument("[words...]")
    .action(exits(async (words, _, command) => {
      const { completionsOf } = await import("../completion/completion.ts");
      draw(await completionsOf(words, command.parent as unknown as Program, load));
      return EXIT.ok;
    }));
}

function commandName(text: string): string {
  if (!/^\w[\w.-]*$/.test(text)) throw new InvalidArgumentError("expected the name of a command.");
  return text;
}
