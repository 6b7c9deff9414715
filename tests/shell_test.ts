/**
 * Every program that runs on a device is POSIX sh: shellcheck finds nothing in it, and each shell that devices have can parse it.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { fromFileUrl, join, relative } from "@std/path";
import { bare } from "../lib/remote/program.ts";
import { type Need, testWhere } from "./support.ts";

const root = fromFileUrl(new URL("..", import.meta.url));

/** The `.sh` files below a folder, deepest last. */
function shellFiles(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory) return entry.name === "node_modules" ? [] : shellFiles(path);
    return entry.name.endsWith(".sh") ? [path] : [];
  }).sort();
}

/** Runs a checker over a file; what it says. */
async function check(command: readonly string[], file: string): Promise<string> {
  const [name = "", ...args] = command;
  const { success, stdout, stderr } = await new Deno.Command(name, { args: [...args, file] }).output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  return success ? "" : said || `${command.join(" ")} fails`;
}

const checkers: readonly { readonly needs: Need; readonly command: readonly string[] }[] = [
  { needs: "shellcheck", command: ["shellcheck", "-s", "sh"] },
  { needs: "dash", command: ["dash", "-n"] },
  { needs: "bash", command: ["bash", "--posix", "-n"] },
  { needs: "busybox", command: ["busybox", "ash", "-n"] },
];

const files = ["lib", "tasks", "tests", "bench", "demo"].map((folder) => join(root, folder))
  .filter((folder) => {
    try {
      return Deno.statSync(folder).isDirectory;
    } catch {
      return false;
    }
  }).flatMap(shellFiles);

Deno.test("shellFiles() finds the programs of the devices, when it walks the sources", () => {
  const names = files.map((file) => relative(root, file).replaceAll("\\", "/"));
  assert(names.some((name) => name.startsWith("lib/")), names.join(" "));
});

Deno.test("bare() is ASCII, so that a session counts its bytes as every shell does", () => {
  for (const file of files) {
    const odd = bare(Deno.readTextFileSync(file)).split("\n").filter((line) => /[^\x20-\x7e]/.test(line));
    assertEquals(odd, [], file);
  }
});

for (const { needs, command } of checkers) {
  testWhere(
    `${command.join(" ")} finds nothing, when it reads every shell program`,
    { needs: [needs] },
    async () => {
      const findings = await Promise.all(files.map((file) => check(command, file)));
      assertEquals(findings.filter((finding) => finding !== "").join("\n"), "");
    },
  );

  testWhere(`${command.join(" ")} finds something, when a program is wrong`, { needs: [needs] }, async () => {
    const file = await Deno.makeTempFile({ suffix: ".sh" });
    try {
      await Deno.writeTextFile(file, '#!/bin/sh\nif [ "$1" = a ; then echo $1\n');
      assert(await check(command, file) !== "");
    } finally {
      await Deno.remove(file);
    }
  });
}
