/**
 * The shell of a device that does as it likes: it plays along for so many answers, with the real shell behind it, and then misbehaves in
 * one way after another. Started in the place of `sh` by what sshd starts; see `hostile.ts`, which puts it there.
 *
 *     hostile_shell.ts SHELL SEED HONEST WAYS -c LOOP lockstep GREETING
 *
 * HONEST is how many answers are the shell's own; WAYS are names of `ways`, joined by commas.
 * @module
 */
import { chances, earlyWays, ways } from "./hostile_ways.ts";

/** A request as the session's loop reads it. */
export interface Request {
  readonly id: number;
  /** The program's function, and what it is given. */
  readonly values: readonly string[];
}

/** What a way of misbehaving has to work with. */
export interface Io {
  readonly greeting: string;
  /** "" before the greeting was answered. */
  marker(): string;
  out(bytes: Uint8Array | string): Promise<void>;
  err(bytes: Uint8Array | string): Promise<void>;
  /** The next request; null when there is none any more. */
  request(): Promise<Request | null>;
  /** A number from 0 up to, and without, `most`. */
  chance(most: number): number;
  sleep(ms: number): Promise<void>;
}

const encoder = new TextEncoder();

async function writeAll(to: { write(bytes: Uint8Array): Promise<number> }, bytes: Uint8Array | string) {
  const all = typeof bytes === "string" ? encoder.encode(bytes) : bytes;
  for (let at = 0; at < all.length;) at += await to.write(all.subarray(at));
}

/** Standard input, read in lines and in counted bytes. */
class Input {
  #rest = new Uint8Array();
  #over = false;

  async line(): Promise<string | null> {
    for (let from = 0;;) {
      const end = this.#rest.indexOf(10, from);
      if (end >= 0) return new TextDecoder().decode(this.#take(end + 1)).slice(0, -1);
      from = this.#rest.length;
      if (!await this.#more()) return null;
    }
  }

  async bytes(count: number): Promise<Uint8Array> {
    while (this.#rest.length < count) if (!await this.#more()) break;
    return this.#take(Math.min(count, this.#rest.length));
  }

  /** Whatever comes next; empty at the end. */
  async some(): Promise<Uint8Array> {
    if (this.#rest.length === 0) await this.#more();
    return this.#take(this.#rest.length);
  }

  /** Puts bytes back that were not meant for the reader. */
  unread(bytes: Uint8Array): void {
    const all = new Uint8Array(bytes.length + this.#rest.length);
    all.set(bytes);
    all.set(this.#rest, bytes.length);
    this.#rest = all;
  }

  #take(count: number): Uint8Array {
    const taken = this.#rest.slice(0, count);
    this.#rest = this.#rest.slice(count);
    return taken;
  }

  async #more(): Promise<boolean> {
    if (this.#over) return false;
    const piece = new Uint8Array(65536);
    const read = await Deno.stdin.read(piece);
    if (read === null) {
      this.#over = true;
      return false;
    }
    const all = new Uint8Array(this.#rest.length + read);
    all.set(this.#rest);
    all.set(piece.subarray(0, read), this.#rest.length);
    this.#rest = all;
    return true;
  }
}

async function main([shell = "sh", seed = "0", honest = "0", names = "", ...words]: readonly string[]) {
  const greeting = words.at(-1) ?? "";
  const chosen = names.split(",");
  const random = chances(Number(seed));
  const input = new Input();
  let marker = "";
  let fed: Promise<void> = Promise.resolve();
  const io: Io = {
    greeting,
    marker: () => marker,
    out: (bytes) => writeAll(Deno.stdout, bytes),
    err: (bytes) => writeAll(Deno.stderr, bytes),
    chance: (most) => Math.floor(random() * most),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    request: async () => {
      await fed;
      const head = await input.line();
      if (head === null) return null;
      const [id = 0, , , size = 0, , ...counts] = head.split(" ").map(Number);
      await input.bytes(size);
      const values: string[] = [];
      for (const count of counts) {
        const lines: string[] = [];
        for (let n = 0; n < count; n++) lines.push(await input.line() ?? "");
        values.push(lines.join("\n"));
      }
      // What a program is sent is left to lie: the next request is not found behind it.
      return { id, values };
    },
  };
  // Ways that are for the time before the greeting take the marker line themselves, or never.
  for (const name of chosen.filter((name) => earlyWays.includes(name))) await ways[name]!(io);
  if (Number(honest) === 0) {
    await io.out(`\n${greeting} hello\n`);
    marker = (await input.line())?.split(" ")[0] ?? "";
  } else ({ marker, fed } = await playAlong(shell, words, greeting, Number(honest), input));
  for (const name of chosen.filter((name) => !earlyWays.includes(name))) await ways[name]!(io);
  // A shell that is through answers everything with nothing, which is a lie about most.
  for (let request = await io.request(); request !== null; request = await io.request()) {
    await io.out(`\n${marker} ${request.id} 0\n`);
    await io.err(`\n${marker} ${request.id}\n`);
  }
}

/** Lets the real shell answer so often, and ends it. Returns the marker, and when input is nobody else's any more. */
async function playAlong(
  shell: string,
  words: readonly string[],
  greeting: string,
  answers: number,
  input: Input,
): Promise<{ marker: string; fed: Promise<void> }> {
  const real = new Deno.Command(shell, { args: [...words], stdin: "piped", stdout: "piped", stderr: "piped" })
    .spawn();
  const writer = real.stdin.getWriter();
  const errors = real.stderr.pipeTo(
    new WritableStream({ write: (bytes) => writeAll(Deno.stderr, bytes) }),
  ).catch(() => {});
  let over = false;
  let marker = "";
  const fed = (async () => {
    const first = await input.line();
    marker = first?.split(" ")[0] ?? "";
    await writer.write(encoder.encode(`${first}\n`));
    for (;;) {
      const bytes = await input.some();
      if (over) return input.unread(bytes);
      if (bytes.length === 0) return void await writer.close();
      await writer.write(bytes);
    }
  })().catch(() => {});
  let seen = "";
  let left = answers;
  for await (const bytes of real.stdout) {
    const text = seen + new TextDecoder("latin1").decode(bytes);
    if (marker !== "") {
      left -= text.split(`${marker} `).slice(1).filter((part) => /^\d+ \d+\n/.test(part)).length;
    }
    seen = marker === "" ? "" : text.slice(text.lastIndexOf("\n") + 1);
    await writeAll(Deno.stdout, bytes);
    if (marker !== "" && left <= 0) break;
  }
  over = true;
  if (marker === "") throw new Error(`no marker came for ${greeting}`);
  try {
    real.kill("SIGKILL");
  } catch {
    // It has ended.
  }
  // What it has started may hold the stream.
  await Promise.race([errors, new Promise((resolve) => setTimeout(resolve, 300))]);
  return { marker, fed };
}

if (import.meta.main) {
  try {
    await main(Deno.args);
  } catch {
    // The reader that it was for has gone.
    Deno.exit(1);
  }
}
