/**
 * Runs a line of the user's shell on this machine, and keeps the end of what it prints.
 * @module
 */

/** How much of the output is kept. Characters. */
const KEPT = 4096;

/** The exit code, and the end of both streams. Reads nothing from the terminal. */
export async function runShellLine(
  command: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number; readonly output: string }> {
  const [shell, ...args] = Deno.build.os === "windows" ? ["cmd", "/d", "/s", "/c"] : ["sh", "-c"];
  const child = new Deno.Command(shell, {
    args: [...args, command],
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const [status, stdout, stderr] = await Promise.all([child.status, tail(child.stdout), tail(child.stderr)]);
  return { code: status.code, output: stdout + stderr };
}

async function tail(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  let text = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) text = (text + chunk).slice(-KEPT);
  return text;
}
