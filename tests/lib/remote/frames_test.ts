import { assertEquals, assertThrows } from "@std/assert";
import { type Frame, FrameReader } from "../../../lib/remote/frames.ts";

const MARKER = "lockstep-5b2c";
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const shown = (frames: readonly Frame[]): [string, readonly string[]][] =>
  frames.map(({ body, words }) => [new TextDecoder().decode(body), words]);

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
    const reader = new FrameReader(MARKER, 1000);
    assertEquals(shown(reader.push(bytes(text))), frames, name);
    assertEquals(reader.rest, rest, name);
  }
});

Deno.test("FrameReader finds the same frames wherever chunks are cut", () => {
  for (const [name, text, frames] of cases) {
    const all = bytes(text);
    for (let at = 0; at <= all.length; at++) {
      const reader = new FrameReader(MARKER, 1000);
      const found = [...reader.push(all.subarray(0, at)), ...reader.push(all.subarray(at))];
      assertEquals(shown(found), frames, `${name}, cut at ${at}`);
    }
    const reader = new FrameReader(MARKER, 1000);
    const found = [...all].flatMap((byte) => reader.push(Uint8Array.of(byte)));
    assertEquals(shown(found), frames, `${name}, byte by byte`);
  }
});

Deno.test("FrameReader keeps bytes that are no text", () => {
  const body = Uint8Array.from({ length: 256 }, (_, i) => i);
  const reader = new FrameReader(MARKER, 1000);
  const [frame] = [...reader.push(body), ...reader.push(bytes(`\n${MARKER} 1 0\n`))];
  assertEquals(frame?.body, body);
});

Deno.test("FrameReader throws where an answer is over the limit, and only then", () => {
  const reader = new FrameReader(MARKER, 1000);
  for (let i = 0; i < 50; i++) {
    assertEquals(reader.push(bytes(`${"x".repeat(900)}\n${MARKER} ${i} 0\n`)).length, 1);
  }
  reader.push(new Uint8Array(1000));
  assertThrows(() => reader.push(new Uint8Array(1)), RangeError, "1000");
});

Deno.test("FrameReader takes a large answer in small chunks", () => {
  const reader = new FrameReader(MARKER, 10_000_000);
  const chunk = new Uint8Array(64 * 1024).fill(10);
  for (let i = 0; i < 100; i++) assertEquals(reader.push(chunk).length, 0);
  const [frame] = reader.push(bytes(`\n${MARKER} 1 0\n`));
  assertEquals(frame?.body.length, 100 * chunk.length);
});

Deno.test("FrameReader.trim() forgets noise but no marker that has begun", () => {
  const reader = new FrameReader(MARKER, 200);
  for (let i = 0; i < 50; i++) {
    reader.push(bytes("noise ".repeat(10)));
    reader.trim(50);
  }
  assertEquals(reader.rest.length, 50);
  assertEquals(reader.push(bytes(`\n${MARKER} hel`)).length, 0);
  reader.trim(50);
  assertEquals(shown(reader.push(bytes("lo\n"))).map(([, words]) => words), [["hello"]]);
});
