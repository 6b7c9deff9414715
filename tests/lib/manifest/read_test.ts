import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join, resolve } from "@std/path";
import { UsageError } from "../../../lib/errors.ts";
import { readArtifactSet, writeManifest } from "../../../lib/manifest.ts";

const sha256 = async (text: string) =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).toHex();

/** Runs `work` on a folder with these files; "metadata.json" is written as it is given. */
async function inSet(files: Record<string, string>, work: (dir: string) => Promise<void>): Promise<void> {
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

const listing = (entries: Record<string, unknown>, rest = {}) =>
  JSON.stringify({ ...rest, artifacts_manifest: entries });

/** The message of the UsageError that the set ends in, with its folder written DIR. */
async function refusal(dir: string): Promise<string> {
  return (await assertRejects(() => readArtifactSet(dir), UsageError)).message.replaceAll(dir, "DIR");
}

Deno.test("readArtifactSet() gives files in name order with metadata.json last, if all of them match", async () => {
  const metadata = "\ufeff" +
    listing({ "z": await sha256("zz"), "sub/ü b": { sha256: (await sha256("b")).toUpperCase() } }, {
      version: "7",
    });
  await inSet(
    { "z": "zz", "sub/ü b": "b", "extra": "", "sub/more": "", "metadata.json": metadata },
    async (dir) => {
      const digest = await sha256(metadata);
      const length = new TextEncoder().encode(metadata).length;
      assertEquals(await readArtifactSet(dir), {
        dir: resolve(dir),
        id: digest.slice(0, 16),
        version: "7",
        files: [
          { name: "sub/ü b", sha256: await sha256("b"), bytes: 1, path: join(dir, "sub", "ü b") },
          { name: "z", sha256: await sha256("zz"), bytes: 2, path: join(dir, "z") },
          { name: "metadata.json", sha256: digest, bytes: length, path: join(dir, "metadata.json") },
        ],
        bytes: 3 + length,
        unlisted: ["extra", "sub/more"],
      });
    },
  );
});

Deno.test("readArtifactSet() names every bad file with digests and fix, if several are bad", async () => {
  const [good, other] = [await sha256("good"), await sha256("other")];
  const metadata = [
    "{",
    '"artifacts_manifest": {',
    `"good": "${good}",`,
    `"gone": "${good}",`,
    `"differs": "${good}",`,
    `"../out": "${good}",`,
    `"folder": "${good}",`,
    `"good2/below": "${good}"`,
    "}}",
  ].join("\n");
  await inSet(
    { good: "good", good2: "good", differs: "other", "folder/x": "", "metadata.json": metadata },
    async (dir) => {
      const drop = "    restore the file, or run `manifest DIR` to drop it from the list";
      assertEquals((await refusal(dir)).split("\n"), [
        'DIR/metadata.json:4:1: artifacts_manifest["gone"]: DIR/gone is missing',
        drop,
        `DIR/metadata.json:5:1: artifacts_manifest["differs"]: DIR/differs differs: expected ${good}, found ${other}`,
        "    run `manifest DIR` if the file is right, otherwise restore it",
        'DIR/metadata.json:6:1: artifacts_manifest["../out"]: unsafe file name: ".." leaves the folder',
        "    name the file relative to the folder of metadata.json",
        'DIR/metadata.json:7:1: artifacts_manifest["folder"]: DIR/folder is a folder, expected a file',
        drop,
        'DIR/metadata.json:8:1: artifacts_manifest["good2/below"]: DIR/good2/below is missing',
        drop,
      ]);
    },
  );
});

Deno.test({
  name: "readArtifactSet() follows links to files and refuses the rest, when listed files are links or pipes",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const good = await sha256("good");
    await inSet(
      { "real/file": "good", "metadata.json": listing({ link: good, "through/file": good }) },
      async (dir) => {
        await Deno.symlink("real/file", join(dir, "link"));
        await Deno.symlink("real", join(dir, "through"));
        const { files, unlisted } = await readArtifactSet(dir);
        assertEquals(files.map(({ name, bytes }) => [name, bytes]).slice(0, 2), [["link", 4], [
          "through/file",
          4,
        ]]);
        assertEquals(unlisted, ["real/file"]);
      },
    );
    await inSet({ "metadata.json": listing({ dangling: good, self: good, pipe: good }) }, async (dir) => {
      await Deno.symlink("nowhere", join(dir, "dangling"));
      await Deno.symlink("self", join(dir, "self"));
      await new Deno.Command("mkfifo", { args: [join(dir, "pipe")] }).output();
      assertEquals(
        (await refusal(dir)).split("\n").filter((line) => !line.startsWith(" ")).map((line) =>
          line.split("]: ")[1]
        ),
        [
          "DIR/dangling is missing: a broken link",
          "DIR/self is missing: a broken link",
          "DIR/pipe is not a regular file",
        ],
      );
    });
  },
});

Deno.test("readArtifactSet() says what to do, if the folder or its metadata.json is no good", async () => {
  await inSet({ file: "" }, async (dir) => {
    const hint = "\n    name the folder that contains metadata.json and its files";
    assertEquals(
      await refusal(dir),
      "DIR/metadata.json: the file is missing\n    run `manifest DIR` to make it",
    );
    assertEquals(await refusal(join(dir, "none")), `DIR: there is no such folder${hint}`);
    assertEquals(await refusal(join(dir, "file")), `DIR: this is not a folder${hint}`);
    await Deno.writeFile(join(dir, "metadata.json"), new Uint8Array([0x7b, 0xff, 0x7d]));
    assertEquals(await refusal(dir), "DIR/metadata.json: the text is not UTF-8\n    save it as UTF-8");
    await Deno.remove(join(dir, "metadata.json"));
    await Deno.mkdir(join(dir, "metadata.json"));
    assertEquals((await refusal(dir)).startsWith("DIR/metadata.json: cannot be read: "), true);
  });
});

Deno.test("readArtifactSet() does not touch the disk outside the folder, if names are unsafe", async () => {
  await inSet({
    "metadata.json": listing({ "/etc/passwd": "0".repeat(64), "../../etc/passwd": "0".repeat(64) }),
  }, async (dir) => {
    const { problems } = await assertRejects(() => readArtifactSet(dir), UsageError);
    assertEquals(problems.map(({ message }) => message), [
      "unsafe file name: it is absolute",
      'unsafe file name: ".." leaves the folder',
    ]);
  });
});

Deno.test("readArtifactSet() and writeManifest() refuse a set by its bound, before they read much of it", async () => {
  const names = (count: number): Record<string, string> =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i}`, "0".repeat(64)]));
  const cases: [text: string, says: string][] = [
    [listing(names(130_000)), "larger than 8 MiB"],
    [listing(names(50_001)), "lists 50001 files, and a set may have at most 50000"],
    [`{"x": ${"[".repeat(100_000)}`, "the JSON is nested deeper than 64"],
    [`{"x": [${"1,".repeat(700_000)}1]}`, "the JSON has more than 600000 commas, colons and brackets"],
  ];
  for (const [text, says] of cases) {
    await inSet({ "metadata.json": text, a: "a" }, async (dir) => {
      const began = performance.now();
      const { message } = await assertRejects(() => readArtifactSet(dir), UsageError);
      assertStringIncludes(message, says);
      // A list that is too long is taken for what the folder holds, unless it cannot even be read.
      if (!says.includes("lists")) {
        const refused = await assertRejects(() => writeManifest(dir), UsageError);
        assertStringIncludes(refused.message, says);
      }
      assert(performance.now() - began < 3000, says);
    });
  }
});

Deno.test("readArtifactSet() tells a hundred problems, and how many there are besides", async () => {
  const missing = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`f${i}`, "0".repeat(64)]));
  await inSet({ "metadata.json": listing(missing) }, async (dir) => {
    const { problems } = await assertRejects(() => readArtifactSet(dir), UsageError);
    assertEquals(problems.length, 101);
    assertEquals(problems.at(-1)?.message, "and 4900 more problems");
  });
});
