/**
 * Promises that a command of the user's own has been run on the host if it was needed. `creates` and `unless` tell whether it is: nothing is
 * done, and the task is `ok`, if the path is there or the other command exits with code 0. After the command one of them must be so. With
 * neither, nobody can tell: it is run in every run, is `changed` each time, and says so.
 *
 * The command is a list of a program and its arguments, never a line of shell. It reads nothing; the end of what it prints is in the report. If it
 * exits with another code than 0 the host fails, and what the command has done until then is as it left it.
 * @module
 */
import { Fields, outputOf } from "../../../lib/facts/fact.ts";
import { program, simulatedBy, type SimulateNamed } from "../../../lib/remote/program.ts";
import type { TaskVariables } from "../../../lib/settings/mod.ts";
import { defineTask, type NoVariables, type Task } from "../../../lib/task.ts";
import { absolutePath, argumentList, checked, checkedIfAny, wholeNumber } from "../checked.ts";
import { commandWords } from "./command_words.ts";
import lookText from "./command_look.sh" with { type: "text" };
import text from "./command.sh" with { type: "text" };
import type { PerHost } from "../per_host.ts";

/** What a command is. */
export interface CommandOptions<Values = NoVariables> {
  /** The task's name in reports and options. */
  readonly name: string;
  /** Variables of an inventory that the functions below are given. */
  readonly variables?: TaskVariables<Values>;
  /** A program and its arguments. */
  readonly argv: PerHost<readonly string[], Values>;
  /** A path that is there once the command has been run. Whatever it is: also a link that leads nowhere. */
  readonly creates?: PerHost<string, Values>;
  /** A command that only looks, also in a dry run, and exits with code 0 if there is nothing to do. */
  readonly unless?: PerHost<readonly string[], Values>;
  /** The folder that both commands run in, instead of where a login is. */
  readonly chdir?: PerHost<string, Values>;
  /** Seconds that the command may take, instead of 300. */
  readonly timeout?: number;
}

/** What the device says of the need, and what was asked for there. */
interface Observed {
  readonly argv: readonly string[];
  readonly dir: string;
  readonly creates: string | undefined;
  readonly unless: readonly string[] | undefined;
  readonly created: boolean;
  /** What `unless` exited with; null if it was not run. */
  readonly code: number | null;
}

const look = program("command-look", lookText, { takes: ["dir", "creates"] });
const runCommand = program("command", text, { takes: ["root", "dir"] });

/** Makes a task that runs a command. Throws a UsageError for arguments that are wrong on every host. */
export function command<Values = NoVariables>(
  options: CommandOptions<Values>,
): Task {
  const { name, variables, timeout } = options;
  const argvOf = checked(name, "argv", options.argv, argumentList);
  const createsOf = checkedIfAny(name, "creates", options.creates, absolutePath);
  const unlessOf = checkedIfAny(name, "unless", options.unless, argumentList);
  const dirOf = checkedIfAny(name, "chdir", options.chdir, absolutePath);
  if (timeout !== undefined) checked(name, "timeout", timeout, wholeNumber(1, 86_400));
  return defineTask<Observed, Values>({
    name,
    ...(variables === undefined ? {} : { variables }),
    action: () => `run ${name}`,
    observe: async (host, variables) => {
      const asked = {
        argv: argvOf(host, variables),
        dir: dirOf(host, variables) ?? "",
        creates: createsOf(host, variables),
        unless: unlessOf(host, variables),
      };
      const { creates, unless } = asked;
      if (creates === undefined && unless === undefined) return { ...asked, created: false, code: null };
      const args = look.args({ dir: asked.dir, creates: creates ?? "" }, unless);
      const simulated = simulatedBy(look, simulateLook(guardOf(asked)));
      const fields = new Fields(outputOf(await host.ask(simulated, args), look, host.settings.name));
      return { ...asked, created: fields.get("created") === "yes", code: fields.number("unless") };
    },
    plan: (observed, { settings, run }, _variables, before) => {
      const { argv, dir, creates, unless } = observed;
      const guarded = creates !== undefined || unless !== undefined;
      if (!guarded && before !== undefined) {
        return { status: "ok", detail: { reason: `ran; whether that changed anything, ${UNKNOWN}` } };
      }
      if (observed.created || observed.code === 0) {
        const reason = observed.created
          ? `${creates} is there`
          : `"${commandWords(unless!)}" exits with code 0`;
        // What it was run for is the better reason if it was run.
        return before === undefined ? { status: "ok", detail: { reason } } : { status: "ok" };
      }
      const why = whyNeeded(observed);
      return {
        status: "change",
        why,
        detail: { reason: `${run.dryRun ? "would run" : "ran"}: ${why}` },
        steps: [{
          title: `run "${commandWords(argv)}"`,
          program: simulatedBy(runCommand, simulateRun(guardOf(observed))),
          args: runCommand.args({ root: settings.deployPath, dir }, argv),
          ...(timeout === undefined ? {} : { timeout }),
          detail: (output) => output === "" ? {} : { output },
        }],
      };
    },
  });
}

const UNKNOWN = "is not known: it has neither creates nor unless";

function whyNeeded({ creates, unless, code }: Observed): string {
  const reasons = [
    ...(creates === undefined ? [] : [`${creates} is not there`]),
    ...(unless === undefined ? [] : [
      code === null
        ? `"${commandWords(unless)}" cannot be run there yet`
        : `"${commandWords(unless)}" exits with code ${code}`,
    ]),
  ];
  return reasons.length === 0 ? `whether it is needed, ${UNKNOWN}` : reasons.join(", ");
}

/** What a simulated device remembers it by. */
function guardOf({ creates, unless }: Pick<Observed, "creates" | "unless">): string {
  return `command ${JSON.stringify([creates, unless])}`;
}

function simulateLook(guard: string): SimulateNamed<"creates"> {
  return ({ creates }, memory) =>
    memory.has(guard) ? (creates === "" ? "unless=0\n" : "created=yes\n") : "unless=1\n";
}

function simulateRun(guard: string): SimulateNamed<string> {
  return (_, memory) => {
    memory.set(guard, "done");
    return "";
  };
}
