import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { UsageError } from "../../../lib/errors.ts";
import { readArtifactSet, writeManifest } from "../../../lib/manifest.ts";
import { refreshManifest } from "../../../lib/manifest/write.ts";

const A = "a".repeat(64);
const B = "b".repeat(64);
const C = "c".repeat(64);

async function inFolder(files: Record<string, string>, work: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "a set " });
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.mkdir(join(dir, name, ".."), { recursive: true });
      await Deno.writeTextFile(join(dir, name), text);
    }
    await work(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

const namesIn = async (dir: string) =>
  (await Array.fromAsync(Deno.readDir(dir))).map(({ name }) => name).sort();

Deno.test("refreshManifest() changes the list alone and keeps form, order and layout, for every kind of text", () => {
  const table: { name: string; text: string; digests: Record<string, string>; expected: string }[] = [
    {
      name: "an empty object gets the list",
      text: "{}\n",
      digests: { b: B, a: A },
      expected:
        `{\n  "artifacts_manifest": {\n    "a": {"sha256": "${A}"},\n    "b": {"sha256": "${B}"}\n  }\n}\n`,
    },
    {
      name: "keys stay in their order and spelling, and the list comes last",
      text: '{\n    "2": 1.0,\n    "1": 12345678901234567890,\n    "x": "\\u00fc"\n}',
      digests: { a: A },
      expected:
        `{\n    "2": 1.0,\n    "1": 12345678901234567890,\n    "x": "\\u00fc",\n    "artifacts_manifest": {\n        "a": {"sha256": "${A}"}\n    }\n}`,
    },
    {
      name: "both forms and other keys of entries stay",
      text:
        `{"artifacts_manifest": {\n  "s": "${C}",\n  "o": { "size": 3, "sha256": "${C}", "note": "x" },\n  "same": "${A.toUpperCase()}"\n}, "after": [1,2]}`,
      digests: { s: A, o: B, same: A },
      expected:
        `{"artifacts_manifest": {\n  "s": "${A}",\n  "o": { "size": 3, "sha256": "${B}", "note": "x" },\n  "same": "${A.toUpperCase()}"\n}, "after": [1,2]}`,
    },
    {
      name: "files that are gone are dropped, new ones follow, in the list's own layout",
      text: `{"artifacts_manifest":{"z":"${C}","gone":"${C}","y":"${C}"},"v":1}`,
      digests: { z: C, y: C, b: B, a: A },
      expected:
        `{"artifacts_manifest":{"z":"${C}","y":"${C}","a": {"sha256": "${A}"},"b": {"sha256": "${B}"}},"v":1}`,
    },
    {
      name: "all files are others now",
      text: `{\n  "artifacts_manifest": {\n    "gone": "${C}"\n  }\n}\n`,
      digests: { a: A, b: B },
      expected:
        `{\n  "artifacts_manifest": {\n    "a": {"sha256": "${A}"},\n    "b": {"sha256": "${B}"}\n  }\n}\n`,
    },
    {
      name: "a list on one line stays there",
      text: `{ "v": 1, "artifacts_manifest": { } }`,
      digests: { a: A, b: B },
      expected: `{ "v": 1, "artifacts_manifest": {"a": {"sha256": "${A}"}, "b": {"sha256": "${B}"}} }`,
    },
    {
      name: "a compact text gets a list on one line",
      text: `{"v":1}`,
      digests: { a: A, b: B },
      expected: `{"v":1, "artifacts_manifest": {"a": {"sha256": "${A}"}, "b": {"sha256": "${B}"}}}`,
    },
    {
      name: "tabs, CRLF and the byte order mark stay",
      text: `\ufeff{\r\n\t"v": 1\r\n}\r\n`,
      digests: { a: A },
      expected:
        `\ufeff{\r\n\t"v": 1,\r\n\t"artifacts_manifest": {\r\n\t\t"a": {"sha256": "${A}"}\r\n\t}\r\n}\r\n`,
    },
    {
      name: "entries of a form that says nothing are mended",
      text: `{"artifacts_manifest": {"n": null, "o": {"size": 3}, "e": {}, "d": {"sha256": 5}}}`,
      digests: { n: A, o: A, e: A, d: A },
      expected:
        `{"artifacts_manifest": {"n": {"sha256": "${A}"}, "o": {"sha256": "${A}", "size": 3}, "e": {"sha256": "${A}"}, "d": {"sha256": "${A}"}}}`,
    },
    {
      name: "a list of another type is replaced",
      text: `{\n  "artifacts_manifest": ["a"],\n  "v": 1\n}`,
      digests: { a: A },
      expected: `{\n  "artifacts_manifest": {\n    "a": {"sha256": "${A}"}\n  },\n  "v": 1\n}`,
    },
    {
      name: "names are escaped as JSON wants it, and __proto__ is a name",
      text: "{}",
      digests: Object.fromEntries([['q"\\u', A], ["__proto__", B]]),
      expected:
        `{\n  "artifacts_manifest": {\n    "__proto__": {"sha256": "${B}"},\n    "q\\"\\\\u": {"sha256": "${A}"}\n  }\n}`,
    },
  ];
  for (const { name, text, digests, expected } of table) {
    const map = new Map(Object.entries(digests));
    const { text: once } = refreshManifest(text, map, "m");
    assertEquals(once, expected, name);
    JSON.parse(once.replace("\ufeff", ""));
    const again = refreshManifest(once, map, "m");
    assertEquals(again, { text: once, added: [], changed: [], removed: [], kept: map.size }, name);
  }
});

Deno.test("refreshManifest() says what it changed, in name order", () => {
  const text =
    `{"artifacts_manifest": {"z": "${A}", "gone": "${A}", "b": "${A}", "same": "${A}", "also gone": 1}}`;
  const { text: _, ...changes } = refreshManifest(
    text,
    new Map([["z", B], ["b", B], ["same", A], ["n", A], ["m", A]]),
    "m",
  );
  assertEquals(changes, { added: ["m", "n"], changed: ["b", "z"], removed: ["also gone", "gone"], kept: 1 });
});

Deno.test("refreshManifest() refuses, if the text is ambiguous or no JSON object", () => {
  const table: [string, string][] = [
    ['{"v": 1,}', "m:1:9: not JSON: found }, expected a property name in double quotes"],
    ["[]", "m: found an array, expected an object"],
    [
      '{"artifacts_manifest": {}, "artifacts_manifest": {}}',
      "m:1:28: artifacts_manifest: the key occurs twice",
    ],
    [`{"artifacts_manifest": {"a": 1, "a": 2}}`, 'm:1:33: artifacts_manifest["a"]: the key occurs twice'],
    [
      `{"artifacts_manifest": {"a": {"sha256": 1, "sha256": 2}}}`,
      'm:1:44: artifacts_manifest["a"]: the key occurs twice',
    ],
  ];
  for (const [text, message] of table) {
    const error = assertThrows(() => refreshManifest(text, new Map([["a", A]]), "m"), UsageError);
    assertEquals(error.message.split("\n")[0], message);
  }
});

Deno.test("writeManifest() makes a set that readArtifactSet() takes, and changes nothing, if run again", async () => {
  await inFolder(
    { "model.bin": "m", "sub/ü 'q'.txt": "t", "sub/metadata.json": "{}", ".hidden": "" },
    async (dir) => {
      const first = await writeManifest(dir);
      assertEquals(first, {
        path: await Deno.realPath(join(dir, "metadata.json")),
        added: [".hidden", "model.bin", "sub/metadata.json", "sub/ü 'q'.txt"],
        changed: [],
        removed: [],
        kept: 0,
      });
      const set = await readArtifactSet(dir);
      assertEquals(set.files.map(({ name }) => name), [...first.added, "metadata.json"]);
      assertEquals(set.unlisted, []);

      const path = join(dir, "metadata.json");
      const long = new Date("2001-02-03T04:05:06Z");
      await Deno.utime(path, long, long);
      const before = await Deno.readTextFile(path);
      assertEquals(await writeManifest(dir), { ...first, added: [], kept: 4 });
      assertEquals(await Deno.readTextFile(path), before);
      assertEquals((await Deno.stat(path)).mtime, long);
      assertEquals(await namesIn(dir), [".hidden", "metadata.json", "model.bin", "sub"]);
    },
  );
});

Deno.test("writeManifest() refreshes digests and drops what is gone, if files changed", async () => {
  await inFolder({
    a: "1",
    b: "2",
    "metadata.json": '{"version": "3",\n "artifacts_manifest": {},\n "x": 1.0}',
  }, async (dir) => {
    await writeManifest(dir);
    await Deno.writeTextFile(join(dir, "a"), "other");
    await Deno.remove(join(dir, "b"));
    await Deno.writeTextFile(join(dir, "c"), "3");
    const { added, changed, removed, kept } = await writeManifest(dir);
    assertEquals({ added, changed, removed, kept }, {
      added: ["c"],
      changed: ["a"],
      removed: ["b"],
      kept: 0,
    });
    const text = await Deno.readTextFile(join(dir, "metadata.json"));
    assertEquals(text.startsWith('{"version": "3",\n "artifacts_manifest": {'), true);
    assertEquals(text.endsWith('},\n "x": 1.0}'), true);
    assertEquals((await readArtifactSet(dir)).version, "3");
  });
});

Deno.test("writeManifest() removes a leftover of its own and does not list it, if it was cut off before", async () => {
  await inFolder({ a: "1", ".metadata.json.tmp": "half" }, async (dir) => {
    assertEquals((await writeManifest(dir)).added, ["a"]);
    assertEquals(await namesIn(dir), ["a", "metadata.json"]);
  });
});

Deno.test("writeManifest() reports every mistake and writes nothing, if the folder cannot be listed", async () => {
  await inFolder({}, async (dir) => {
    const error = await assertRejects(() => writeManifest(dir), UsageError);
    assertEquals(error.problems.map(({ where, message }) => [where, message]), [[
      dir,
      "the folder has no files to list",
    ]]);
    await assertRejects(() => writeManifest(join(dir, "none")), UsageError, "there is no such folder");
  });
  await inFolder({ a: "1", "metadata.json": "{oops" }, async (dir) => {
    await assertRejects(() => writeManifest(dir), UsageError, "metadata.json:1:2: not JSON: found oops");
    assertEquals(await Deno.readTextFile(join(dir, "metadata.json")), "{oops");
  });
});

Deno.test({
  name:
    "writeManifest() refuses names and links that no manifest can hold, and keeps the mode of the file, on POSIX",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await inFolder({ "-x": "", "a\nb": "", "c\\d": "", ok: "" }, async (dir) => {
      await Deno.symlink("nowhere", join(dir, "dangling"));
      await Deno.symlink(".", join(dir, "loop"));
      await new Deno.Command("mkfifo", { args: [join(dir, "pipe")] }).output();
      const error = await assertRejects(() => writeManifest(dir), UsageError);
      assertEquals(error.problems.map(({ where, message }) => [where.slice(dir.length + 1), message]), [
        ["-x", 'cannot be listed: a part begins with "-", which programs take for an option'],
        ["a\nb", "cannot be listed: it contains the control character U+000A"],
        ["c\\d", "cannot be listed: it contains a backslash"],
        ["dangling", "a broken link"],
        ["loop", "a link to a folder that it is in"],
        ["pipe", "not a regular file"],
      ]);
      assertEquals((await namesIn(dir)).includes("metadata.json"), false);
    });
    await inFolder({ a: "1", "elsewhere/real.json": "{}" }, async (dir) => {
      await Deno.mkdir(join(dir, "set"));
      await Deno.rename(join(dir, "a"), join(dir, "set/a"));
      await Deno.chmod(join(dir, "elsewhere/real.json"), 0o640);
      await Deno.symlink("../elsewhere/real.json", join(dir, "set/metadata.json"));
      await assertRejects(() => writeManifest(join(dir, "set")), UsageError, "leads out of the folder");
      assertEquals(await Deno.readTextFile(join(dir, "elsewhere/real.json")), "{}");
      await writeManifest(join(dir, "set"), { followLinks: true });
      assertEquals((await Deno.lstat(join(dir, "set/metadata.json"))).isSymlink, true);
      assertEquals((await Deno.stat(join(dir, "elsewhere/real.json"))).mode! & 0o777, 0o640);
      assertEquals((await readArtifactSet(join(dir, "set"), { followLinks: true })).files.length, 2);
    });
  },
});
