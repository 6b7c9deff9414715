/**
 * Replaces the few programs of a device that this machine may lack: macOS has no GNU `dd` and `sha256sum`, a small container neither
 * `curl` nor `wget`. A real device has them (busybox is enough); only the demo, whose devices use this machine's programs, needs this.
 *
 * `stand_in.ts NAME ARGUMENTS…` is NAME, as far as Lockstep uses it.
 * @module
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { join } from "node:path";

/** A program, a probe that succeeds if the machine's own one works, and its replacement otherwise. */
interface StandIn {
  readonly name: string;
  readonly probe: readonly [string, ...string[]];
  readonly run: (args: readonly string[]) => Promise<number>;
}

const standIns: readonly StandIn[] = [
  { name: "sha256sum", probe: ["sha256sum", "/dev/null"], run: sha256sum },
  {
    name: "dd",
    probe: ["dd", "if=/dev/null", "of=/dev/null", "iflag=fullblock,count_bytes", "count=1"],
    run: dd,
  },
  { name: "curl", probe: ["sh", "-c", "command -v curl || command -v wget"], run: curl },
];

/**
 * Fills a folder with the programs that this machine lacks. Returns their names; if there are any, the folder belongs at the start of the
 * devices' `PATH`.
 */
export async function makeStandIns(folder: string): Promise<string[]> {
  const missing: string[] = [];
  for (const { name, probe } of standIns) if (!await succeeds(probe)) missing.push(name);
  await Deno.mkdir(folder);
  for (const name of missing) {
    const words = [Deno.execPath(), "run", "--no-config", "--quiet", "-A", import.meta.filename!, name];
    const text = `#!/bin/sh\nexec ${words.map(quote).join(" ")} "$@"\n`;
    await Deno.writeTextFile(join(folder, name), text, { mode: 0o755 });
  }
  return missing;
}

/** Quotes a word for sh. */
export function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Whether a program exists and succeeds. */
export async function succeeds([name, ...args]: readonly [string, ...string[]]): Promise<boolean> {
  try {
    const command = new Deno.Command(name, { args, stdin: "null", stdout: "null", stderr: "null" });
    return (await command.output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) return false;
    throw error;
  }
}

/** `sha256sum FILE…`, or of its standard input */
async function sha256sum(files: readonly string[]): Promise<number> {
  for (const file of files.length === 0 ? ["-"] : files) {
    const hash = createHash("sha256");
    for await (const chunk of file === "-" ? Deno.stdin.readable : createReadStream(file)) hash.update(chunk);
    console.log(`${hash.digest("hex")}  ${file}`);
  }
  return 0;
}

/**
 * `dd bs=N iflag=fullblock,count_bytes count=BYTES`: exactly that many bytes.
 * `dd bs=N [if=FILE skip=BLOCKS] count=BLOCKS`: that many blocks, or fewer at the end of the input.
 */
async function dd(args: readonly string[]): Promise<number> {
  const operands = new Map(args.map((arg) => arg.split("=", 2) as [string, string]));
  const number = (name: string): number => Number(operands.get(name) ?? 0);
  const exact = operands.has("iflag");
  const path = operands.get("if");
  using file = path === undefined ? null : await Deno.open(path);
  await file?.seek(number("skip") * number("bs"), Deno.SeekMode.Start);
  for (let left = number("count") * (exact ? 1 : number("bs")); left > 0;) {
    const block = new Uint8Array(Math.min(left, 65536));
    const got = await (file ?? Deno.stdin).read(block);
    if (got === null) return exact ? 1 : 0;
    left -= got;
    for (let written = 0; written < got;) written += await Deno.stdout.write(block.subarray(written, got));
  }
  return 0;
}

/** `curl -fsS --max-time SECONDS -- URL` */
async function curl(args: readonly string[]): Promise<number> {
  const seconds = Number(args[args.indexOf("--max-time") + 1]);
  const response = await fetch(args.at(-1) ?? "", { signal: AbortSignal.timeout(seconds * 1000) });
  if (!response.ok) {
    console.error(`curl: (22) The requested URL returned error: ${response.status}`);
    return 22;
  }
  await Deno.stdout.write(new Uint8Array(await response.arrayBuffer()));
  return 0;
}

if (import.meta.main) {
  const [name, ...args] = Deno.args;
  const standIn = standIns.find((standIn) => standIn.name === name);
  Deno.exit(standIn === undefined ? 127 : await standIn.run(args));
}
