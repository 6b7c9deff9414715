import { assertEquals, assertThrows } from "@std/assert";
import { Failure } from "../../../lib/errors.ts";
import { defineFact, type Fact, Fields, outputOf, parseDigests, readFact } from "../../../lib/facts/fact.ts";
import type { Release } from "../../../lib/release.ts";
import { program } from "../../../lib/remote/program.ts";
import { plainSettings } from "../../local_device.ts";

Deno.test("outputOf() is what was printed, or a Failure of the kind that the exit code stands for", () => {
  const look = program("look", "");
  assertEquals(outputOf({ code: 0, stdout: "out", stderr: "noise" }, look, "edge-1"), "out");
  const cases: [code: number, stdout: string, stderr: string, expected: Partial<Failure["data"]>][] = [
    [80, "", "no room\n", { kind: "no-space", action: "look", host: "edge-1", evidence: "no room" }],
    [1, "", "", { kind: "exit", action: "look", host: "edge-1", evidence: "look exited with code 1" }],
    [86, "journal\n", "died\n", {
      kind: "service",
      action: "look",
      host: "edge-1",
      evidence: "died",
      log: "journal",
    }],
    // What others said before our own last words, each once and behind the journal.
    [
      86,
      "journal\n",
      `sudo: no host\n${"sudo: no host\n".repeat(9)}Job failed\n\x1einner\n\x1edied\nmend it\n`,
      {
        kind: "service",
        action: "look",
        host: "edge-1",
        evidence: "died\nmend it",
        log: "journal\nsudo: no host\nJob failed\ninner",
      },
    ],
    [1, "", "noise\n\x1e\n", {
      kind: "exit",
      action: "look",
      host: "edge-1",
      evidence: "look exited with code 1",
      log: "noise",
    }],
  ];
  for (const [code, stdout, stderr, expected] of cases) {
    const failure = assertThrows(() => outputOf({ code, stdout, stderr }, look, "edge-1"), Failure);
    assertEquals(failure.data, expected as Failure["data"]);
  }
  const failure = assertThrows(
    () => outputOf({ code: 1, stdout: "x".repeat(20_000), stderr: "e" }, look, "edge-1", "stage 2"),
    Failure,
  );
  assertEquals([failure.data.action, failure.data.log?.length], ["stage 2", 8192]);
});

Deno.test("Fields reads key=value lines and passes over all else", () => {
  const fields = new Fields("a=1\nnoise\n=no key\nb=\na=2=3\nc = 4\nn=007\nneg=-1\nd=x\r");
  assertEquals(fields.all("a"), ["1", "2=3"]);
  assertEquals([fields.get("a"), fields.get("b"), fields.get("none"), fields.get("d")], ["1", "", "", "x\r"]);
  assertEquals(fields.all("none"), []);
  assertEquals(fields.get("c "), " 4");
  assertEquals(
    ["a", "b", "none", "n", "neg"].map((key) => fields.number(key)),
    [1, null, null, 7, null],
  );
  assertEquals(new Fields("constructor=x").get("toString"), "");
});

Deno.test("parseDigests() reads sha256sum's lines, with every name that a file can have", () => {
  const hex = "0123456789abcdef".repeat(4);
  const cases: [line: string, name: string | null][] = [
    [`${hex}  ./model.onnx`, "model.onnx"],
    [`${hex} *./model.onnx`, "model.onnx"],
    [`${hex}  model.onnx`, "model.onnx"],
    [`${hex}  ./sub/with space`, "sub/with space"],
    [`${hex}  ./ leading`, " leading"],
    [`\\${hex}  ./a\\nb`, "a\nb"],
    [`\\${hex}  ./a\\\\b`, "a\\b"],
    [`\\${hex}  ./a\\\\nb`, "a\\nb"],
    [`\\${hex}  ./a\\rb`, "a\rb"],
    [`${hex}  ./-rf`, "-rf"],
    [`${hex}  ././x`, "./x"],
    [`${hex}  ./größe 🚀`, "größe 🚀"],
    [`${hex}  ./`, ""],
    [`${hex.toUpperCase()}  ./x`, null],
    [`${hex.slice(1)}  ./x`, null],
    [`${hex}x  ./x`, null],
    [`${hex}`, null],
    ["sha256sum: ./x: Permission denied", null],
    ["= kib 12", null],
    ["", null],
  ];
  for (const [line, name] of cases) {
    assertEquals([...parseDigests([line])], name === null ? [] : [[name, hex]], line);
  }
});

Deno.test("readFact() reads as many lines as a fact has, and names the bound past that", () => {
  const settings = plainSettings("/x");
  const files = Array.from({ length: 100 }, (_, i) => ({ name: `f${i}`, sha256: "0".repeat(64), bytes: 1 }));
  const plain = defineFact<number>({
    program: program("plain", ""),
    args: () => [],
    parse: (text) => text.length,
  });
  const listing = defineFact<number>({ ...plain, lines: { most: 20, perFile: 2 } });
  const read = (fact: Fact<number>, lines: number, release: Release | null = null): number =>
    readFact(fact, { code: 0, stdout: "\n".repeat(lines), stderr: "" }, { settings, release });
  assertEquals(read(plain, 10_000), 10_000);
  assertEquals(read(listing, 20), 20);
  assertEquals(read(listing, 220, { id: "a", version: null, files }), 220);
  for (const [fact, lines] of [[plain, 10_001], [listing, 21]] as const) {
    const failure = assertThrows(() => read(fact, lines), Failure, `more than ${lines - 1} lines`);
    assertEquals([failure.kind, failure.data.host], ["excess", settings.name]);
  }
});
