import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../../lib/errors.ts";
import { fedProgram } from "../../../lib/remote/fed_program.ts";
import { bare, program, simulatedBy } from "../../../lib/remote/program.ts";

Deno.test("bare() leaves comments here, and nothing else", () => {
  const cases: [text: string, kept: string][] = [
    ["", ""],
    ["echo a\n", "echo a\n"],
    ["# why\necho a\n  # indented\necho b # behind\n", "echo a\necho b # behind\n"],
    ["echo '#'\necho ${x#y} \"$#\"\n", "echo '#'\necho ${x#y} \"$#\"\n"],
  ];
  for (const [text, kept] of cases) assertEquals(bare(text), kept);
});

Deno.test("program() names a text", () => {
  assertEquals(program("commit", "# c\ntrue"), { name: "commit", text: "true" });
});

Deno.test("program() gives each argument that it takes its name, when it has names", () => {
  const names = Array.from("abcdefghijkl");
  const twelve = program("twelve", "# why\necho $l\n", { takes: names });
  const given = "a=$1 b=$2 c=$3 d=$4 e=$5 f=$6 g=$7 h=$8 i=$9 j=${10} k=${11} l=${12}";
  assertEquals(twelve.text, `${given}; shift 12\necho $l\n`);
  assertEquals(program("one", "true", { takes: ["root"] }).text, "root=$1; shift\ntrue");
  assertEquals(program("none", "true", { takes: [] }).text, "\ntrue");
});

Deno.test("program() refuses what cannot be the name of an argument, when it has names", () => {
  for (
    const name of ["", "Root", "9", "a b", "a;rm", "a=b", "a$(x)", "_a", "a_", "LC_ALL", "a\nb", "\u00e4"]
  ) {
    assertThrows(
      () => program("x", "true", { takes: ["root", name] }),
      UsageError,
      "expected lower-case words",
    );
  }
  assertThrows(() => program("x", "true", { takes: ["root", "live", "root"] }), UsageError, '"root"');
});

Deno.test("args() puts values in the order of the names, when they come in another, and the rest behind them", () => {
  const move = program("move", "true", { takes: ["from", "to", "seconds"] });
  assertEquals(move.args({ seconds: 7, to: "b", from: "a" }, ["c", "d"]), ["a", "b", "7", "c", "d"]);
  // @ts-expect-error the compiler misses one
  move.args({ from: "a", to: "b" });
  // @ts-expect-error and finds one too many
  move.args({ from: "a", to: "b", seconds: 7, minutes: 1 });
});

Deno.test("program() is simulated by name, when it has names", () => {
  const move = program("move", "true", {
    takes: ["from", "to"],
    simulate: ({ from, to }, memory, rest) => `${from} ${to} ${rest.join("+")} ${memory.size}`,
  });
  assertEquals(move.simulate?.(["a", "b", "c", "d"], new Map()), "a b c+d 0");
  assertEquals(simulatedBy(move, ({ to }) => to).simulate?.(["a", "b"], new Map()), "b");
  assertEquals(fedProgram(move).simulate?.(["9", ...move.args({ to: "b", from: "a" })], new Map()), "a b  0");
});
