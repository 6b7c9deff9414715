/**
 * Arguments in, exit code out.
 * @module
 */
import { Command, CommanderError, Help } from "@commander-js/extra-typings";
import { EXIT, Failure, formatFailure, formatProblem, UsageError } from "../errors.ts";
import { commands } from "./commands.ts";
import { exitCodeOf } from "./exits.ts";
import type { LoadPipelines } from "./project/pipelines.ts";
import { complain, print } from "./output/streams.ts";

const EXIT_CODES =
  "Exit codes: 0 all hosts ok, 2 a host failed or was rolled back, 4 a host was unreachable,\n" +
  "64 wrong usage or input, 75 a device is locked by another run, 130 interrupted, 1 a fault of our own.";

/** Runs the program and returns its exit code; what went wrong is on standard error. */
export async function main(
  args: readonly string[],
  version: string,
  pipelines: LoadPipelines,
): Promise<number> {
  let exitCode: number = EXIT.ok;
  // Deno's own words for what nobody has caught would pass no mask.
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    Deno.exit(tellFault(event.reason));
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    Deno.exit(tellFault(event.error));
  });
  try {
    const program = buildProgram(args, version, pipelines)
      .hook("postAction", (_, command) => void (exitCode = exitCodeOf(command)));
    await program.parseAsync([...args], { from: "user" });
    return exitCode;
  } catch (error) {
    // commander has printed its own: help and --version end well, everything else is wrong usage.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (error instanceof UsageError) {
      for (const problem of error.problems) complain(formatProblem(problem));
      return EXIT.usage;
    }
    return tellFault(error);
  }
}

/** Says what went wrong in the program itself, and returns the exit code for it. */
function tellFault(error: unknown): number {
  complain(formatFailure(Failure.from(error, "go on").data));
  if (!(error instanceof Failure) && error instanceof Error && error.stack) complain(error.stack);
  return EXIT.fault;
}

function buildProgram(args: readonly string[], version: string, pipelines: LoadPipelines) {
  const program = new Command("lockstep")
    .description("Rolls a set of artifacts out to a fleet of devices, atomically, over plain ssh.")
    .version(version)
    .showHelpAfterError("(see --help)")
    .enablePositionalOptions()
    .configureHelp({
      // commander shows the defaults of lists and flags, which say nothing.
      optionDescription: (option) =>
        new Help().optionDescription(option).replace(/ \(default: (\[\]|false)\)$/, ""),
    })
    .exitOverride()
    // Wrong words are said again by commander.
    .configureOutput({ writeOut: print, writeErr: (text) => complain(text.replace(/\n$/, "")) })
    .addHelpText("after", `\n${EXIT_CODES}\n\nStart with: deploy --inventory prod.yaml --dry-run`);
  for (const command of commands(pipelines)) {
    program.addCommand(command.copyInheritedSettings(program), { hidden: command.name() === "complete" });
  }
  if (args.length === 0) program.help({ error: true });
  return program;
}
