/**
 * Programs of this machine, for the lab.
 * @module
 */

/** With the folders of root's programs, which are not on every root's `PATH`. */
const path = `${Deno.env.get("PATH") ?? ""}:/usr/sbin:/sbin`;

/** How a program ended. */
export interface Executed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, whatever that is. */
export async function execute(
  [name = "", ...args]: readonly string[],
  { env = {} }: { readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Executed> {
  const { code, stdout, stderr } = await new Deno.Command(name, {
    args,
    env: { PATH: path, ...env },
    stdin: "null",
  }).output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

/** Runs a program that must succeed; its standard output. */
export async function run(
  command: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  const { code, stdout, stderr } = await execute(command, options);
  if (code !== 0) throw new Error(`${command.join(" ")}: exit code ${code}\n${stderr || stdout}`);
  return stdout;
}
