import { assertEquals } from "@std/assert";
import { parseIniFile } from "../../../../lib/ansible/configuration/ini_file.ts";
import { problemsOf } from "../files.ts";

Deno.test("parseIniFile() says in which line and column a key is, and joins the lines of a value", () => {
  const ini = parseIniFile("a.cfg", "# x\n[s]\n  Key = a ; b\n    more\n\n    # c\n    last\n\nother: 1;2\n");
  assertEquals(ini.get("s", "key"), { value: "a\nmore\n\nlast", line: 3, col: 3 });
  assertEquals(ini.get("s", "other"), { value: "1;2", line: 9, col: 1 });
  assertEquals([ini.get("s", "Key"), ini.get("t", "key")], [undefined, undefined]);
});

Deno.test("parseIniFile() names every mistake with its place, if there are several", async () => {
  assertEquals(await problemsOf(() => parseIniFile("a.cfg", "[s]\nforks\n a = 1\n[s]\nb = 1\nB: 2\n= 3\n")), [
    'a.cfg:2:1: found "forks", expected KEY = VALUE',
    "a.cfg:4:1: found the section [s] again",
    "    merge the two",
    "a.cfg:6:1: found b again, first in line 5",
    "    keep one of them",
    'a.cfg:7:1: found "= 3", expected KEY = VALUE',
  ]);
  assertEquals(await problemsOf(() => parseIniFile("a.cfg", "\n a = 1\nb\n")), [
    'a.cfg:2:2: found "a = 1" before any section',
    '    start with a section: "[defaults]"',
  ]);
});

Deno.test("IniFile.get() takes what [DEFAULT] says for sections that are there, and no others", () => {
  const ini = parseIniFile("a.cfg", "[DEFAULT]\na = 1\nb = 2\n[s]\na = 3\n");
  assertEquals(["a", "b", "c"].map((key) => ini.get("s", key)?.value), ["3", "2", undefined]);
  assertEquals(ini.get("t", "a"), undefined);
});
