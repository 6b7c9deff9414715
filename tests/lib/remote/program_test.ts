import { assertEquals } from "@std/assert";
import { bare, program } from "../../../lib/remote/program.ts";

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
