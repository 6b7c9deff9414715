import { assert, assertEquals, assertThrows } from "@std/assert";
import { type Frame, FrameReader } from "../../../../lib/remote/ssh/frames.ts";
import { OverLimit, type StreamLimit } from "../../../../lib/remote/ssh/kept.ts";

const MARKER = "lockstep-5b2c";
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const shown = (frames: Iterable<Frame>): [string, readonly string[]][] =>
  [...frames].map(({ body, words }) => [body, words]);
const whole = (most: number) => (): StreamLimit => ({ bytes: most, past: "refuse", received: most });
const ends = (most: number, received = 1e9) => (): StreamLimit => ({ bytes: most, past: "cut", received });

const cases: [name: string, text: string, frames: [string, string[]][], rest: string][] = [
  ["nothing", "", [], ""],
  ["hello after noise", `motd\nmore\n${MARKER} hello\n`, [["motd\nmore", ["hello"]]], ""],
  ["an empty answer", `\n${MARKER} 1 0\n`, [["", ["1", "0"]]], ""],
  ["no line end", `abc\n${MARKER} 1 0\n`, [["abc", ["1", "0"]]], ""],
  ["line ends are the program's own", `abc\n\n\n${MARKER} 1 0\n`, [["abc\n\n", ["1", "0"]]], ""],
  ["CRLF", `abc\r\n\n${MARKER} 1 0\n`, [["abc\r\n", ["1", "0"]]], ""],
  ["several", `a\n${MARKER} 1 0\nb\n${MARKER} 2 7\n\n${MARKER} 3 0\nc`, [
    ["a", ["1", "0"]],
    ["b", ["2", "7"]],
    ["", ["3", "0"]],
  ], "c"],
  ["a beat between lines", `a\n${MARKER} beat\nb\n\n${MARKER} 1 0\n`, [["a\nb\n", ["1", "0"]]], ""],
  ["a beat inside a line", `a${MARKER} beat\nb\n${MARKER} 1 0\n`, [["ab", ["1", "0"]]], ""],
  [
    "a beat between the line break and the marker",
    `a\n${MARKER} beat\n${MARKER} 1 0\n`,
    [["a", ["1", "0"]]],
    "",
  ],
  ["the marker without its blank", `\n${MARKER}\n\n${MARKER} 1 0\n`, [[`\n${MARKER}\n`, ["1", "0"]]], ""],
  ["a longer word", `\n${MARKER}x 1 0\n\n${MARKER} 1 0\n`, [[`\n${MARKER}x 1 0\n`, ["1", "0"]]], ""],
  ["half a marker", `\n${MARKER.slice(0, 8)}\n\n${MARKER} 1 0\n`, [[
    `\n${MARKER.slice(0, 8)}\n`,
    ["1", "0"],
  ]], ""],
  ["many newlines before it", `\n\n\n\n${MARKER} 1 0\n`, [["\n\n\n", ["1", "0"]]], ""],
  ["not yet whole", `abc\n${MARKER} 1`, [], `abc\n${MARKER} 1`],
  ["unicode", `größe 🚀\n${MARKER} 1 0\n`, [["größe 🚀", ["1", "0"]]], ""],
];

Deno.test("FrameReader cuts what is printed at its marker lines", () => {
  for (const [name, text, frames, rest] of cases) {
    const reader = new FrameReader(MARKER, whole(1000));
    assertEquals(shown(reader.push(bytes(text))), frames, name);
    assertEquals(reader.last(1000), rest, name);
  }
});

Deno.test("FrameReader finds the same frames wherever chunks are cut", () => {
  for (const [name, text, frames] of cases) {
    const all = bytes(text);
    for (let at = 0; at <= all.length; at++) {
      const reader = new FrameReader(MARKER, whole(1000));
      const found = [...reader.push(all.subarray(0, at)), ...reader.push(all.subarray(at))];
      assertEquals(shown(found), frames, `${name}, cut at ${at}`);
    }
    const reader = new FrameReader(MARKER, whole(1000));
    const found = [...all].flatMap((byte) => [...reader.push(Uint8Array.of(byte))]);
    assertEquals(shown(found), frames, `${name}, byte by byte`);
  }
});

Deno.test("FrameReader gives every byte as it came, when the answer is raw", () => {
  const all = new Uint8Array(1024).map((_, at) => at % 256);
  const stream = new Uint8Array([
    ...all,
    ...bytes(`${MARKER} beat\n`),
    ...all,
    ...bytes(`\n${MARKER} 1 0\n`),
  ]);
  for (const size of [1, 7, 5000]) {
    const reader = new FrameReader(MARKER, () => ({ ...whole(5000)(), raw: true }));
    const bodies: string[] = [];
    for (let at = 0; at < stream.length; at += size) {
      for (const { body } of reader.push(stream.subarray(at, at + size))) bodies.push(body);
    }
    assertEquals(bodies.length, 1);
    assertEquals(Uint8Array.from(bodies[0]!, (char) => char.charCodeAt(0)), new Uint8Array([...all, ...all]));
  }
});

Deno.test("FrameReader throws if an answer is over its limit, and only then", () => {
  const reader = new FrameReader(MARKER, whole(1000));
  for (let i = 0; i < 50; i++) {
    assertEquals(shown(reader.push(bytes(`${"x".repeat(900)}\n${MARKER} ${i} 0\n`))).length, 1);
  }
  shown(reader.push(bytes("x".repeat(1000))));
  assertThrows(() => shown(reader.push(bytes(`x\n${MARKER} 51 0\n`))), OverLimit, "more than 1000 bytes");
});

Deno.test("FrameReader keeps both ends of an answer that may be cut, and says how many bytes are missing", () => {
  const reader = new FrameReader(MARKER, ends(1000));
  const line = (n: number): string => `line ${String(n).padStart(6)}\n`;
  for (let n = 0; n < 100_000; n += 100) {
    shown(reader.push(bytes(Array.from({ length: 100 }, (_, i) => line(n + i)).join(""))));
  }
  const [frame] = [...reader.push(bytes(`${MARKER} 1 0\n`))];
  const lines = frame!.body.split("\n");
  assertEquals(lines.length, 41 + 1 + 41);
  assertEquals(lines[0], line(0).trimEnd());
  assertEquals(lines[41], `… ${12 * (100_000 - 82)} bytes left out …`);
  assertEquals(lines.at(-1), line(99_999).trimEnd());
});

Deno.test("FrameReader says the right number of missing bytes, when they are no text or one line", () => {
  for (const unit of ["\u{1f600}", "ä", "x"]) {
    const reader = new FrameReader(MARKER, ends(1001));
    const text = unit.repeat(5000);
    const [frame] = [...reader.push(bytes(`${text}\n${MARKER} 1 0\n`))];
    const [head, missing, tail] = frame!.body.split("\n");
    const count = Number(/^… (\d+) bytes left out …$/.exec(missing!)?.[1]);
    assertEquals(bytes(head!).length + count + bytes(tail!).length, bytes(text).length);
    assert(text.startsWith(head!) && text.endsWith(tail!), unit);
  }
  const reader = new FrameReader(MARKER, ends(1000));
  shown(reader.push(new Uint8Array(5000).fill(0xff)));
  const [frame] = [...reader.push(bytes(`\n${MARKER} 1 0\n`))];
  assert(Number(/… (\d+) bytes left out …/.exec(frame!.body)?.[1]) > 3900, frame!.body);
});

Deno.test("FrameReader throws if more comes than may come at all, when the answer may be cut", () => {
  const reader = new FrameReader(MARKER, ends(1000, 2048));
  shown(reader.push(new Uint8Array(2048)));
  assertThrows(() => shown(reader.push(new Uint8Array(2048))), OverLimit, "more than 2 KiB");
});

Deno.test("FrameReader throws if beats come faster than any device sends them", () => {
  const reader = new FrameReader(MARKER, whole(1000));
  const beats = (count: number): void => {
    for (let i = 0; i < count; i++) shown(reader.push(bytes(`${MARKER} beat\n`)));
  };
  beats(9000);
  assertThrows(() => beats(2000), OverLimit, "more than 10000 heartbeats");
});

Deno.test("FrameReader throws if a marker's line does not end", () => {
  const reader = new FrameReader(MARKER, whole(1000));
  assertThrows(() => shown(reader.push(bytes(`${MARKER} ${"1".repeat(70)}`))), OverLimit, "64 bytes");
});

/** Milliseconds for the reader to take 4 MB, in chunks that `unit` is repeated in. */
function timeOf(unit: string, chunk: number, before: number): number {
  const reader = new FrameReader(MARKER, ends(64 * 1024));
  const piece = bytes(unit.repeat(Math.ceil(chunk / unit.length)));
  shown(reader.push(new Uint8Array(before)));
  const began = performance.now();
  for (let sent = 0; sent < 4_000_000; sent += piece.length) shown(reader.push(piece));
  return performance.now() - began;
}

Deno.test("FrameReader takes as long for a byte, whatever came before it and however it comes", () => {
  for (
    const [unit, chunk] of [["A", 65536], ["l", 65536], ["\n", 4096], [MARKER.slice(0, -1), 65536], [
      `${MARKER.slice(0, -1)}Z `,
      65536,
    ], ["A", 16]] as const
  ) {
    timeOf(unit, chunk, 0);
    const [fresh, late] = [timeOf(unit, chunk, 0), timeOf(unit, chunk, 15_000_000)];
    // Quadratic work would take minutes.
    assert(
      late < 10 * fresh + 2000,
      `${JSON.stringify(unit)} by ${chunk}: ${late} ms after 15 MB, ${fresh} ms alone`,
    );
    assert(fresh < 20_000, `${JSON.stringify(unit)} by ${chunk}: ${fresh} ms for 4 MB`);
  }
});

Deno.test("FrameReader goes on behind a frame that its reader has dealt with, under the limit of the next", () => {
  let limit = whole(10)();
  const reader = new FrameReader(MARKER, () => limit);
  const bodies: string[] = [];
  for (const { body } of reader.push(bytes(`a\n${MARKER} 1 0\n${"b".repeat(500)}\n${MARKER} 2 0\n`))) {
    bodies.push(body);
    limit = whole(1000)();
  }
  assertEquals(bodies, ["a", "b".repeat(500)]);
});
