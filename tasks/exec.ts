/**
 * Promises one thing: the user's command has been run on the host, once, and what it printed is in the report, of much the
 * beginning and the end. What it changes is the
 * user's affair, and so is whether running it twice is wise. A command that ends with another code than 0 fails that host.
 * @module
 */
import { EVENT_BOUNDS } from "../lib/bounds.ts";
import { EXEC_OUTPUT } from "../lib/remote/limits.ts";
import { program } from "../lib/remote/program.ts";
import { defineTask, type Task } from "../lib/task.ts";
import { commandWords } from "./common/command/command_words.ts";

/** One word is a line of shell, as ssh takes it; several are a command and its arguments. `exit 255` is a command, too. */
const runCommand = program(
  "exec",
  `if [ "$#" = 1 ]; then as_before sh -c "$1"; else as_before sh -c '"$@"' sh "$@"; fi`,
);

/** A task that runs this command. */
export function exec(command: readonly string[]): Task {
  return defineTask({
    name: "exec",
    action: () => `run ${JSON.stringify(commandWords(command))}`,
    bounds: EVENT_BOUNDS,
    observe: (host) => host.ask(runCommand, command, { output: EXEC_OUTPUT }),
    plan: ({ code, stdout, stderr }) => {
      const detail = { rc: code, ...(stdout === "" ? {} : { stdout }), ...(stderr === "" ? {} : { stderr }) };
      if (code === 0) return { status: "ok", detail };
      return {
        status: "failed",
        detail,
        failure: { kind: "exit", evidence: `it exited with code ${code}` },
      };
    },
  });
}
