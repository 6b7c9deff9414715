/**
 * `exec -- COMMAND`.
 * @module
 */
import { EXIT, formatFailure, printable, UsageError } from "../../errors.ts";
import { program } from "../../remote/program.ts";
import type { Answer } from "../../remote/session.ts";
import { ask, type Reply } from "../../rollout/ask.ts";
import { connector, hostsOf, outputForm, print, runContext, stopSignal } from "../context.ts";
import { hostsCommand, type HostsOptions } from "../options.ts";
import { exitCodeOfReplies } from "./status.ts";

/** One word is a line of shell, as ssh takes it; several are a program and its arguments, as they are. */
const runCommand = program("exec", 'if [ "$#" = 1 ]; then exec sh -c "$1"; else exec "$@"; fi');

export function execCommand(done: (exitCode: number) => void) {
  return hostsCommand("exec", "run one command on every host: exec -- uptime")
    .argument("<command...>", "one word is a line of shell; several are a program and its arguments")
    .action(async (command, options) => done(await exec(command, options)));
}

async function exec(command: readonly string[], options: HostsOptions): Promise<number> {
  const hosts = await hostsOf(options);
  if (options.dryRun || options.check) {
    throw UsageError.of(
      "exec",
      "what a command would do cannot be told without running it",
      "leave --dry-run out",
    );
  }
  const form = outputForm(options);
  const stop = stopSignal(() => Deno.exit(EXIT.interrupted));
  const show = (reply: Reply<Answer>): void => {
    if (form === "ndjson") print(JSON.stringify(dataOf(reply)) + "\n");
    else if (form !== "json") {
      print(reply.error ? `${formatFailure(reply.error)}\n` : textOf(reply.host, reply.answer));
    }
  };
  const replies = await ask({
    hosts,
    run: runContext("exec", options),
    forks: options.forks,
    connect: connector(options),
    question: (_, remote) => remote.run(runCommand, command),
    stop: stop.signal,
  }, show);
  stop.dispose();
  if (form === "json") print(JSON.stringify({ hosts: replies.map(dataOf) }, null, 2) + "\n");
  const exitCode = exitCodeOfReplies(replies, stop.signal.aborted);
  const failed = replies.some((reply) => !reply.error && reply.answer.code !== 0);
  return failed && exitCode !== EXIT.interrupted ? EXIT.failed : exitCode;
}

function dataOf(reply: Reply<Answer>): object {
  if (reply.error) return { host: reply.host, status: reply.status, error: reply.error };
  const { code, stdout, stderr } = reply.answer;
  return { host: reply.host, status: code === 0 ? "ok" : "failed", code, stdout, stderr };
}

function textOf(host: string, { code, stdout, stderr }: Answer): string {
  const head = `${host} | ${code === 0 ? "ok" : "failed"} | rc=${code} >>\n`;
  const body = [stdout, stderr].filter((text) => text !== "").map((text) => printable(text.trimEnd()) + "\n");
  return head + body.join("");
}
