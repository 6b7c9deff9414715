import { assertEquals, assertThrows } from "@std/assert";
import { pythonRegex } from "../../../../lib/ansible/python/python_regex.ts";

Deno.test("pythonRegex() matches as Python's re.match() does, if the two engines differ", () => {
  const table: [source: string, text: string, expected: boolean][] = [
    ["web", "web-1", true],
    ["eb", "web-1", false],
    ["\\w+$", "été", true],
    ["\\W", "été", false],
    ["\\bé", "été", true],
    ["[]a]", "]", true],
    ["[^]a]", "]", false],
    ["[a\\]-]x", "-x", true],
    ["(?P<n>a)b(?P=n)", "aba", true],
    ["\\Aweb\\Z", "web", true],
    ["\\Aweb\\Z", "web1", false],
    ["(?i)WEB", "web", true],
    ["a{,2}b", "aab", true],
    ["a{x}", "a{x}", true],
    ["a}]", "a}]", true],
    ["a\\-\\_b", "a-_b", true],
    ["(a)\\1", "aa", true],
    ["[\\w.]+$", "é.1", true],
    ["web|db", "db", true],
    ["\\d+", "7", true],
  ];
  for (const [source, text, expected] of table) {
    assertEquals(pythonRegex(source).test(text), expected, `${source} ${text}`);
  }
});

Deno.test("pythonRegex() refuses, if the expression is none or has no counterpart", () => {
  for (
    const source of [
      "(",
      "\\b{2}",
      "\\Z*",
      ")((?!w)",
      "a)|(b",
      "[a",
      "a\\",
      "\\1",
      "\\q",
      "[\\W]",
      "(?x)a b",
      "*",
    ]
  ) {
    assertThrows(() => pythonRegex(source), SyntaxError, undefined, source);
  }
});
