/**
 * A list that came from outside must not be handed over as arguments: some ten thousand of them do not fit on the stack, and the run ends.
 * @module
 */
import { assertEquals } from "@std/assert";
import { dirname, fromFileUrl, join, relative } from "@std/path";

const root = dirname(dirname(fromFileUrl(import.meta.url)));
/** A call in which a list is spread; in a literal, and in the parameters of a function, it may be. */
const SPREAD =
  /\b(?:push|unshift|concat|splice|max|min|fromCharCode|fromCodePoint|apply)\(\s*(?:[^(){}[\]]*,\s*)?\.\.\./;

async function* sources(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* sources(join(folder, name));
    else if (name.endsWith(".ts")) yield join(folder, name);
  }
}

Deno.test("append() is what lists are put together with, wherever they come from", async () => {
  const found: string[] = [];
  for (const folder of ["lib", "tasks"]) {
    for await (const file of sources(join(root, folder))) {
      const lines = (await Deno.readTextFile(file)).split("\n");
      lines.forEach((line, at) => {
        if (SPREAD.test(line) && !/^\s*\*/.test(line)) {
          found.push(`${relative(root, file)}:${at + 1}: ${line.trim()}`);
        }
      });
    }
  }
  assertEquals(found, []);
});
