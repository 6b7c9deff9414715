import { assertEquals } from "@std/assert";
import { quote } from "../../../lib/remote/quote.ts";
import { findProgram, testWhere } from "../../support.ts";

const words = [
  "",
  " ",
  "a b",
  "'",
  "''",
  "a'b",
  '"',
  "$HOME",
  "`id`",
  "\\",
  "\n",
  "a\nb",
  "*",
  "~",
  "!",
  "#",
  "ä",
  "-n",
  "plain-1.2/x:y",
];

Deno.test("quote() leaves plain words as they are", () => {
  for (const word of ["plain", "a/b", "x=1", "a,b", "user@host:22", "50%"]) assertEquals(quote(word), word);
  assertEquals(quote(""), "''");
  assertEquals(quote("it's"), `'it'\\''s'`);
});

for (const shell of ["dash", "bash", "busybox"] as const) {
  testWhere(`quote() gives ${shell} back the very word`, { needs: ["linux", shell] }, async () => {
    const text = `printf '%s\\0' ${words.map(quote).join(" ")}`;
    const command = new Deno.Command(findProgram(shell)!, {
      args: [...(shell === "busybox" ? ["sh"] : []), "-c", text],
    });
    const { stdout } = await command.output();
    assertEquals(new TextDecoder().decode(stdout).split("\0").slice(0, -1), words);
  });
}
