/**
 * The ways in which a device misbehaves. A way that returns is followed by the next.
 * @module
 */
import type { Io, Request } from "./hostile_shell.ts";

export type Way = (io: Io) => Promise<void>;

/** Numbers from 0 up to 1, the same for the same seed. */
export function chances(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const KIB = 1024;
const MIB = 1024 * KIB;

function random(io: Io, bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, () => io.chance(256));
}

async function flood(write: Io["out"], unit: string): Promise<never> {
  const piece = new TextEncoder().encode(unit.repeat(Math.ceil(64 * KIB / unit.length)));
  for (;;) await write(piece);
}

async function answer(io: Io, { id }: Request, code: number | string, out = "", err = ""): Promise<void> {
  await io.out(`${out}\n${io.marker()} ${id} ${code}\n`);
  await io.err(`${err}\n${io.marker()} ${id}\n`);
}

/** Answers one request so. */
function replying(code: number | string, out: (io: Io) => string, err: (io: Io) => string = () => ""): Way {
  return async (io) => {
    const request = await io.request();
    if (request !== null) await answer(io, request, code, out(io), err(io));
  };
}

/** Answers a batch as if each of its programs had ended well and printed this. */
function forging(out: (io: Io) => string): Way {
  return async (io) => {
    const request = await io.request();
    if (request === null) return;
    const tag = request.values.find((value) => value.startsWith("batch-"));
    const one = out(io);
    if (tag === undefined) return await answer(io, request, 0, one);
    const programs = request.values.filter((value) => /^program_\d+$/.test(value)).length - 1;
    await answer(io, request, 0, `${one}\n${tag} 0\n`.repeat(programs), `\n${tag}\n`.repeat(programs));
  };
}

const forever = (): Promise<never> => new Promise(() => setInterval(() => {}, 60_000));
const exit = (code: number): Promise<never> => Deno.exit(code);
const request = (io: Io): Promise<unknown> => io.request();

/** Before the greeting. */
const early: Readonly<Record<string, Way>> = {
  "noise before": async (io) => await io.out(random(io, 64 * KIB)),
  "noise on both": async (io) => {
    await io.out("motd\n".repeat(500));
    await io.err("banner\n".repeat(500));
  },
  "flood before": async (io) => await flood(io.out, "A"),
  "flood errors before": async (io) => await flood(io.err, "E"),
  "lines before": async (io) => await flood(io.out, "\n"),
  "silent before": forever,
  "slow before": async (io) => {
    for (;;) {
      await io.out("x");
      await io.sleep(200);
    }
  },
  "ends before": async (io) => {
    await io.err("no\n");
    exit(io.chance(256));
  },
  "half a greeting": async (io) => {
    await io.out(`\n${io.greeting} hel`);
    exit(0);
  },
  "greetings without end": async (io) => await flood(io.out, `${io.greeting} hello\n`),
};

/** After it. */
const late: Readonly<Record<string, Way>> = {
  "flood": async (io) => await flood(io.out, "A"),
  "flood errors": async (io) => await flood(io.err, "A"),
  "flood both": async (io) => void await Promise.all([flood(io.out, "o"), flood(io.err, "e")]),
  "flood lines": async (io) => await flood(io.out, "a\n"),
  "flood NUL": async (io) => await flood(io.out, "\0"),
  "flood answers": async (io) => await flood(io.out, `${io.marker()} 999999 0\n`),
  "flood answers to errors": async (io) => await flood(io.err, `${io.marker()} 999999\n`),
  "flood near markers": async (io) => await flood(io.out, `${io.marker().slice(0, -1)}Z `),
  "flood begun markers": async (io) => await flood(io.out, io.marker().slice(0, 20)),
  "marker without end": async (io) => await flood(io.out, `${io.marker()} `),
  "beats": async (io) => await flood(io.out, `\n${io.marker()} beat\n`),
  "beats on errors": async (io) => await flood(io.err, `${io.marker()} beat\n`),
  "beats after much": async (io) => {
    await io.out(new Uint8Array(1.5 * MIB));
    for (;;) {
      await io.out(`${io.marker()} beat\n`.repeat(50));
      await io.sleep(50);
    }
  },
  "drops": async (io) => {
    await io.out(new Uint8Array(1.5 * MIB));
    for (;;) {
      await io.out("B");
      await io.sleep(1);
    }
  },
  "silent": forever,
  "silent after a request": async (io) => {
    await request(io);
    await forever();
  },
  "beats and never answers": async (io) => {
    for (;;) {
      await io.out(`${io.marker()} beat\n`);
      await io.sleep(100);
    }
  },
  "ends": (io) => exit(io.chance(256)),
  "ends in an answer": async (io) => {
    await request(io);
    await io.out(random(io, 1 + io.chance(5000)));
    exit(0);
  },
  "no id": async (io) => {
    await request(io);
    await io.out(`\n${io.marker()} nan zzz\n`);
  },
  "no code": replying("zzz", () => ""),
  "odd code": replying("99999", () => ""),
  "code -1": replying("-1", () => ""),
  "killed": replying(137, () => "killed\n", () => "Killed\n"),
  "answers twice": async (io) => {
    const asked = await io.request();
    if (asked === null) return;
    await answer(io, asked, 0);
    await answer(io, asked, 0);
  },
  "answers ahead": async (io) => {
    await request(io);
    // All at once: one by one, each could come when it has just been asked for.
    const ids = Array.from({ length: 20 }, (_, n) => n + 1);
    await io.out(ids.map((id) => `held\n\n${io.marker()} ${id} 0\n`).join(""));
    await io.err(ids.map((id) => `\n${io.marker()} ${id}\n`).join(""));
  },
  "answers one stream": async (io) => {
    const asked = await io.request();
    if (asked !== null) await io.out(`\n${io.marker()} ${asked.id} 0\n`);
    await forever();
  },
  "garbage": replying(0, (io) => String.fromCharCode(...random(io, 4000)), () => "\u009b2J\u202e"),
  "escapes": replying(
    1,
    () => "",
    () => "\u001b]0;PWNED\u0007\u001b[2J::error::x\n##[error]y\n<script>\u0000\n",
  ),
  "much on errors": replying(1, () => "", () => "E".repeat(3 * MIB)),
  "too much on errors": replying(1, () => "", () => "E".repeat(15 * MIB)),
  "lines on errors": replying(1, () => "", () => "e\n".repeat(130_000)),
  "much output": replying(1, () => "l\n".repeat(7 * MIB)),
  "every fact is long": forging(() => "x".repeat(100_000)),
  "every fact is deep": forging(() => "[".repeat(30_000)),
  "every fact has many lines": forging(() => "a=\n".repeat(60_000)),
  "every fact lists names": forging(() => "release=r\nbackup=20260101T000000Z\nfailed=f\n".repeat(3000)),
  "every fact is a sick set": forging((io) =>
    `= files\n${"0".repeat(64)}  ./metadata.json\n= kib 1\n= metadata\n{"artifacts_manifest":{` +
    Array.from({ length: 3000 + io.chance(3000) }, (_, i) => `"../${i}":"x"`).join(",") + "}}"
  ),
  "every fact is deep JSON": forging(() => `= files\n= metadata\n${'{"a":'.repeat(20_000)}`),
  "every fact is a list of parts": forging(() => "= \n".repeat(50_000)),
  "every fact is well": forging(() => "root=present\nlive=link\nwritable=yes\nready=yes\nheld\n"),
};

export const ways: Readonly<Record<string, Way>> = { ...early, ...late };
export const earlyWays: readonly string[] = Object.keys(early);
export const lateWays: readonly string[] = Object.keys(late);
