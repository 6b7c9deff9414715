import { assert, assertEquals } from "@std/assert";
import { formatProblem } from "../../../lib/errors.ts";
import { parseManifest } from "../../../lib/manifest.ts";
import { unsafeName } from "../../../lib/manifest/names.ts";

const A = "a".repeat(64);
const B = "b".repeat(64);
const WRITE = "run `manifest set`";
const DIGEST_FIX = "run `manifest set` if the file is right, otherwise correct its digest";
const RELATIVE = "name the file relative to the folder of metadata.json";

/** The problems of a text as a person reads them, without the leading file name. */
function problemsOf(text: string): string[] {
  return parseManifest(text, "m", "set").problems.map((problem) => formatProblem(problem).replace(/^m:/, ""));
}

/** A metadata.json whose manifest is `body`. */
const listing = (body: string) => `{"artifacts_manifest": {${body}}}`;

Deno.test("parseManifest() takes both forms, upper-case digests and every harmless name, if the text is good", () => {
  const names = [
    "model.bin",
    "sub/dir/ü ñ 模型.bin",
    'it\'s "quoted" $(x).txt',
    "...",
    "a..b",
    "x-y",
    "sub/metadata.json",
    " ",
    "__proto__",
  ];
  const body = names.map((name, index) =>
    `${JSON.stringify(name)}: ${index % 2 ? `"${A.toUpperCase()}"` : `{"size": 1, "sha256": "${B}"}`}`
  );
  const { entries, version, problems } = parseManifest(
    `{"version": "2.4.1", "artifacts_manifest": {${body.join(",\n")}}}`,
    "m",
  );
  assertEquals(problems, []);
  assertEquals(version, "2.4.1");
  assertEquals([...entries], names.map((name, index) => [name, index % 2 ? A : B]));
});

Deno.test("parseManifest() tolerates a byte order mark and CRLF, and counts lines and columns as an editor does", () => {
  const text = `\ufeff{\r\n  "artifacts_manifest": {\r\n    "a": "${A}",\r\n    "b": "no"\r\n  }\r\n}\r\n`;
  const { entries, positions, problems } = parseManifest(text, "m");
  assertEquals([...entries], [["a", A]]);
  assertEquals(positions.get("a"), { line: 3, col: 5 });
  assertEquals(problems.map(({ line, col }) => [line, col]), [[4, 10]]);
});

Deno.test("parseManifest() keeps a version as it is written, if it is a string or a number", () => {
  const versions: [string, string | null][] = [['"2.4"', "2.4"], ["2.10", "2.10"], ["null", null], [
    "{}",
    null,
  ], ['""', ""]];
  for (const [written, read] of versions) {
    assertEquals(
      parseManifest(`{"version": ${written}, "artifacts_manifest": {"a": "${A}"}}`, "m").version,
      read,
    );
  }
  assertEquals(parseManifest(listing(`"a": "${A}"`), "m").version, null);
});

Deno.test("parseManifest() reports place, path, reason and fix, if the text is bad", () => {
  const path = (name: string) => `artifacts_manifest[${JSON.stringify(name)}]`;
  const table: [text: string, ...expected: string[]][] = [
    ["", "1:1: the file is empty, expected a JSON object"],
    [" \n", "1:1: the file is empty, expected a JSON object"],
    [
      '{"a": 1,\n}',
      "2:1: not JSON: found }, expected a property name in double quotes\n    remove the comma before the }",
    ],
    ['{"a": [1,]}', "1:10: not JSON: found ], expected a value\n    remove the comma before the ]"],
    ['{"a" 1}', '1:6: not JSON: found 1, expected ":"'],
    ["{\n  'a': 1\n}", "2:3: not JSON: found 'a', expected a property name in double quotes"],
    ["{a: 1}", "1:2: not JSON: found a, expected a property name in double quotes"],
    ['{"a": 1\n "b": 2}', '2:2: not JSON: found "b", expected ","'],
    ['{"a": 1', '1:8: not JSON: found the end of the file, expected "}"'],
    ['{"a": [1', '1:9: not JSON: found the end of the file, expected "]"'],
    ['{"a": }', "1:7: not JSON: found }, expected a value"],
    ['{"a": NaN}', "1:7: not JSON: found NaN, expected a value"],
    ['{} {"b": 1}', "1:4: not JSON: found {, expected the end of the file"],
    ["// note\n{}", "1:1: not JSON: found // note, expected no comments \(JSON has none\)"],
    ['{"a": "x', '1:7: not JSON: found "x, expected a string that ends with " on its line'],
    [
      '{"a": "\\x"}',
      '1:7: not JSON: found "\\x", expected only the escapes of JSON, such as \\n or \\\\, after a backslash',
    ],
    ['{"a": "\\u12"}', '1:7: not JSON: found "\\u12", expected four hex digits after \\u'],
    [
      '{"a": "\t"}',
      '1:7: not JSON: found "    ", expected control characters in strings as escapes, such as \\t',
    ],
    ['{"a": 1.}', "1:7: not JSON: found 1., expected a number such as 1 or 1.5"],
    ["a: 1\n", "1:1: not JSON: found a, expected a value"],
    ["[".repeat(100_000) + "]".repeat(100_000), "1:65: the JSON is nested deeper than 64"],
    ["[]", "1:1: found an array, expected an object\n    run `manifest set` to replace this file"],
    ["null", "1:1: found null, expected an object\n    run `manifest set` to replace this file"],
    ['"x"', "1:1: found a string, expected an object\n    run `manifest set` to replace this file"],
    ["{}", `1:1: "artifacts_manifest" is missing: nothing to deploy\n    ${WRITE}`],
    [
      '{"v": 1,\n "artifact_manifests": {}}',
      '2:2: "artifacts_manifest" is missing: nothing to deploy\n    did you mean "artifacts_manifest" where it says "artifact_manifests"?',
    ],
    [
      '{"artifacts_manifest": {}}',
      `1:24: artifacts_manifest: the list is empty: nothing to deploy\n    ${WRITE}`,
    ],
    ...(["an array []", "null null", 'a string "x"', "a number 5", "a boolean true"].map(
      (row): [string, string] => {
        const [kind, text] = [row.slice(0, row.lastIndexOf(" ")), row.slice(row.lastIndexOf(" ") + 1)];
        const message = `found ${kind}, expected an object of file names and digests`;
        return [`{"artifacts_manifest": ${text}}`, `1:24: artifacts_manifest: ${message}\n    ${WRITE}`];
      },
    )),
    [
      `{"artifacts_manifest": {"a": "${A}"},\n"artifacts_manifest": {"b": "${B}"}}`,
      "2:1: artifacts_manifest: the key occurs twice, first at line 1\n    keep one of the two",
    ],
    [
      `{"version": 1, "version": 2, "artifacts_manifest": {"a": "${A}"}}`,
      "1:16: version: the key occurs twice, first at line 1\n    keep one of the two",
    ],
    [
      listing(`"a": "${A}",\n"a": "${B}"`),
      `2:1: ${path("a")}: the file is listed twice, first at line 1\n    keep one of the two`,
    ],
    [
      listing(`"a": "${A}",\n"a/b/c": "${B}"`),
      `2:1: ${path("a/b/c")}: "a" is listed as a file, so nothing can be below it\n    remove one of the two`,
    ],
    [
      listing('"a": "abc"'),
      `1:30: ${path("a")}: found "abc" (length 3), expected the 64 hex digits of a sha256\n    ${DIGEST_FIX}`,
    ],
    [
      listing(`"a": "${A.slice(1)}g"`),
      `1:30: ${path("a")}: found "${
        A.slice(1)
      }g" (length 64), expected the 64 hex digits of a sha256\n    ${DIGEST_FIX}`,
    ],
    [
      listing(`"a": "${A}\\n"`),
      `1:30: ${
        path("a")
      }: found "${A}\\n" (length 65), expected the 64 hex digits of a sha256\n    ${DIGEST_FIX}`,
    ],
    [
      listing(`"a": "${A}${B}"`),
      `1:30: ${path("a")}: found "${A}${
        "b".repeat(8)
      }…" (length 128), expected the 64 hex digits of a sha256\n    ${DIGEST_FIX}`,
    ],
    [
      listing('"a": 5'),
      `1:30: ${path("a")}: found a number, expected a digest or {"sha256": "…"}\n    ${DIGEST_FIX}`,
    ],
    [
      listing('"a": null'),
      `1:30: ${path("a")}: found null, expected a digest or {"sha256": "…"}\n    ${DIGEST_FIX}`,
    ],
    [
      listing('"a": []'),
      `1:30: ${path("a")}: found an array, expected a digest or {"sha256": "…"}\n    ${DIGEST_FIX}`,
    ],
    [listing('"a": {}'), `1:30: ${path("a")}: "sha256" is missing\n    ${DIGEST_FIX}`],
    [
      listing(`"a": {"SHA256": "${A}"}`),
      `1:30: ${path("a")}: "sha256" is missing, found "SHA256"\n    ${DIGEST_FIX}`,
    ],
    [
      listing('"a": {"sha256": 5}'),
      `1:41: ${path("a")}: found a number, expected the 64 hex digits of a sha256\n    ${DIGEST_FIX}`,
    ],
    [
      listing(`"a": {"sha256": "${A}", "sha256": "${B}"}`),
      `1:109: ${path("a")}: "sha256" occurs twice\n    ${DIGEST_FIX}`,
    ],
    [
      listing(`"../../etc/passwd": "x",\n"-rf": "${A}"`),
      `1:25: ${path("../../etc/passwd")}: unsafe file name: ".." leaves the folder\n    ${RELATIVE}`,
      `1:45: ${
        path("../../etc/passwd")
      }: found "x" (length 1), expected the 64 hex digits of a sha256\n    ${DIGEST_FIX}`,
      `2:1: ${
        path("-rf")
      }: unsafe file name: a part begins with "-", which programs take for an option\n    rename the file`,
    ],
  ];
  for (const [text, ...expected] of table) assertEquals(problemsOf(text), expected, text.slice(0, 200));
});

Deno.test("parseManifest() leaves out just the bad entries, if some are good", () => {
  const { entries, problems } = parseManifest(
    listing(`"good": "${A}", "/bad": "${A}", "worse": "x", "good2": "${B}"`),
    "m",
  );
  assertEquals([...entries.keys()], ["good", "good2"]);
  assertEquals(problems.length, 2);
});

Deno.test("unsafeName() says why, if a name could reach out of the folder or into a command line", () => {
  const option = 'a part begins with "-", which programs take for an option';
  const table: [string, string][] = [
    ["", "it is empty"],
    ["/etc/passwd", "it is absolute"],
    ["//host/share", "it is absolute"],
    ["C:\\x", "it is absolute"],
    ["c:/x", "it is absolute"],
    ["C:x", "it is absolute"],
    ["\\x", "it is absolute"],
    ["a\\b", "it contains a backslash"],
    ["..\\x", "it contains a backslash"],
    ["..", '".." leaves the folder'],
    ["../x", '".." leaves the folder'],
    ["a/../../x", '".." leaves the folder'],
    ["a/..", '".." leaves the folder'],
    [".", '"." is not a name'],
    ["./x", '"." is not a name'],
    ["a/./b", '"." is not a name'],
    ["a//b", "a part between slashes is empty"],
    ["a/", "a part between slashes is empty"],
    ["-rf", option],
    ["-", option],
    ["a/-x", option],
    ["metadata.json", "it is the manifest itself"],
    ["./metadata.json", '"." is not a name'],
    ["a\nb", "it contains the control character U+000A"],
    ["a\0", "it contains the control character U+0000"],
    ["a\x7f", "it contains the control character U+007F"],
    ["a\x1b[2J", "it contains the control character U+001B"],
    ["a\x85", "it contains the control character U+0085"],
    ["a\ud800", "it contains half of a surrogate pair, which no file name can"],
  ];
  for (const [name, reason] of table) assertEquals(unsafeName(name)?.reason, reason, JSON.stringify(name));
  for (const name of ["a", "...", ".hidden", "a b", "ü/模型", "a'b\"c$(d)`e`", "a-", "Metadata.json", "😀"]) {
    assertEquals(unsafeName(name), null, name);
  }
});

Deno.test("parseManifest() agrees with JSON.parse or says why not, if a good text is cut or gets one more character", () => {
  const good =
    `{"version": "1", "artifacts_manifest": {"a/b": "${A}", "c": {"sha256": "${B}", "n": [1, true]}}}`;
  const added = ['"', "{", ",", "\\", "\n", "/", "0"];
  for (let index = 0; index < good.length; index++) {
    const [head, tail] = [good.slice(0, index), good.slice(index)];
    for (const text of [head, ...added.map((char) => head + char + tail)]) {
      const { entries, problems } = parseManifest(text, "m");
      const meant = digestsOf(text);
      if (meant === null) assert(problems.length === 1 && entries.size === 0, text);
      else if (problems.length === 0) assertEquals([...entries], meant, text);
    }
  }
});

/** Names and digests as JSON.parse sees them; null if it refuses the text. */
function digestsOf(text: string): [string, string][] | null {
  try {
    const { artifacts_manifest } = JSON.parse(text) as {
      artifacts_manifest?: Record<string, string | { sha256: string }>;
    };
    return Object.entries(artifacts_manifest ?? {}).map((
      [name, value],
    ) => [name, typeof value === "string" ? value : value.sha256]);
  } catch {
    return null;
  }
}
