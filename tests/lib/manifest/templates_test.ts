import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { assertRejects } from "@std/assert";
import { join } from "@std/path";
import type { Json } from "../../../lib/events.ts";
import { UsageError } from "../../../lib/errors.ts";
import {
  type ArtifactSet,
  parseManifest,
  readArtifactSet,
  releasesOf,
  writeManifest,
} from "../../../lib/manifest.ts";
import { metadataForm } from "../../../lib/manifest/rendered_metadata.ts";
import { templateMistakes } from "../../../lib/manifest/template_names.ts";
import { masked } from "../../../lib/secrets.ts";
import { loadInventory, settingsOfAll } from "../../../lib/settings/mod.ts";
import { hostileTexts } from "../../hostile.ts";

const digest = "a".repeat(64);
const other = "b".repeat(64);

Deno.test("parseManifest() tells of templates, and of names that they cannot become, if the set opts in", () => {
  const parsed = (optIn: unknown, ...names: string[]) =>
    parseManifest(
      JSON.stringify({
        artifacts_templates: optIn,
        artifacts_manifest: Object.fromEntries(names.map((name) => [name, digest])),
      }),
      "metadata.json",
    );
  const cases: [optIn: unknown, names: string[], templates: boolean, says: RegExp | null][] = [
    [true, ["a.tmpl", "b"], true, null],
    [false, ["a.tmpl", "a"], false, null],
    [undefined, ["a.tmpl", "a"], false, null],
    ["yes", ["a.tmpl"], false, /found a string, expected true or false/],
    [true, ["a.tmpl", "a"], true, /becomes "a" on a device, and a file of that name is listed, too/],
    [true, ["a.tmpl", "a/b"], true, /becomes "a" on a device, and a folder of that name is listed, too/],
    [true, ["a.tmpl", "a/b.tmpl"], true, /and a folder of that name/],
    [true, ["a.tmpl.tmpl", "a.tmpl"], true, /becomes "a.tmpl" on a device, and a file of that name/],
    [true, ["metadata.json.tmpl"], true, /which is the manifest itself/],
    [true, ["sub/.tmpl"], true, /a part between slashes is empty/],
  ];
  for (const [optIn, names, templates, says] of cases) {
    const { problems, ...manifest } = parsed(optIn, ...names);
    assertEquals(manifest.templates, templates, JSON.stringify([optIn, names]));
    assertEquals(problems.length, says === null ? 0 : 1, JSON.stringify(problems));
    if (says !== null) assert(says.test(problems[0]!.message), problems[0]!.message);
    if (says !== null) assert(problems[0]!.line === 1 && problems[0]!.hint !== undefined);
  }
  assertEquals(templateMistakes(["x.tmpl", "y"]), []);
});

Deno.test("metadataForm() lists what templates have become and keeps every other byte, in both forms", () => {
  const text = `\ufeff{ "version": 1.10,\r\n "artifacts_templates" :true, "artifacts_manifest": {\n` +
    `"a.tmpl":"${digest}",\n "b": "${digest}", "c.tmpl": {"role": "x",  "sha256":"${digest}"} }, "z": [1] }\n`;
  const rendered = metadataForm(text).render(
    new Map([["a.tmpl", { name: "a", sha256: other }], ["c.tmpl", { name: 'c"', sha256: other }]]),
  );
  assertEquals(
    rendered,
    text.replace(":true", ":false").replace(`"a.tmpl":"${digest}"`, `"a":"${other}"`)
      .replace('"c.tmpl"', '"c\\""').replace(`"sha256":"${digest}"`, `"sha256":"${other}"`),
  );
});

/** A set with these files, read, and what it comes to for the hosts of an inventory. */
async function inSet(
  files: Readonly<Record<string, string>>,
  work: (set: ArtifactSet, dir: string) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.mkdir(join(dir, name, ".."), { recursive: true });
      await Deno.writeTextFile(join(dir, name), text);
    }
    await writeManifest(dir, { templates: true });
    await work(await readArtifactSet(dir), dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

async function releases(set: ArtifactSet, hosts: Readonly<Record<string, Readonly<Record<string, Json>>>>) {
  const path = join(set.dir, "..", `${crypto.randomUUID()}.json`);
  await Deno.writeTextFile(path, JSON.stringify({ all: { hosts } }));
  try {
    const inventory = await loadInventory([path], { extraVars: [], env: {}, cwd: set.dir });
    const settings = settingsOfAll(inventory.hosts, { env: {}, cwd: set.dir, artifactsDir: set.dir });
    return { settings, all: releasesOf(new Map([[set.dir, set]]), settings, inventory.hosts, set.dir) };
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("releasesOf() gives each host what the templates come to with its variables, and one release to hosts alike", async () => {
  const files = {
    "conf/a.json.tmpl": '{"port": {{ port }}}\n',
    "m.bin": "model",
    "metadata.json": '{"version": "7"}',
  };
  await inSet(files, async (set) => {
    const { settings, all } = await releases(set, { one: { port: 1 }, same: { port: 1 }, two: { port: 2 } });
    const [one, same, two] = settings.map((host) => all.of(host)!);
    assertEquals(one!.files.map(({ name }) => name), ["conf/a.json", "m.bin", "metadata.json"]);
    assertEquals([one!.version, one!.id === same!.id, one!.id === two!.id], ["7", true, false]);
    const texts = two!.files.map(({ content }) => content && new TextDecoder().decode(content()));
    assertEquals([texts[0], texts[1]], ['{"port": 2}\n', undefined]);
    const manifest = parseManifest(texts[2]!, "metadata.json");
    assertEquals([...manifest.entries.keys()], ["conf/a.json", "m.bin"]);
    assertEquals([manifest.templates, manifest.problems], [false, []]);
    assertEquals(manifest.entries.get("conf/a.json"), two!.files[0]!.sha256);
    assertEquals(all.rendered(set.dir), { one: one!.id, same: one!.id, two: two!.id });
  });
});

Deno.test("releasesOf() takes values as data, and masks secrets that a file is made of", async () => {
  const values = [...hostileTexts, "{{ 7 * 7 }}", "$(touch /tmp/x) `id` '\"\\", "{% raw %}"].filter((text) =>
    text.isWellFormed()
  );
  await inSet({ "v.tmpl": "{{ value }}|{{ db_password }}" }, async (set) => {
    const hosts = Object.fromEntries(
      values.map((
        value,
        at,
      ) => [`h${at}`, { value: { __ansible_unsafe: value }, db_password: `pw-of-${at}-x` }]),
    );
    const { settings, all } = await releases(set, hosts);
    for (const [at, host] of settings.entries()) {
      const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(all.of(host)!.files[0]!.content!());
      assertEquals(text, `${values[at]}|pw-of-${at}-x`);
      assert(!masked(`the log says pw-of-${at}-x`).includes("pw-of-"));
    }
  });
});

Deno.test("releasesOf() names file, line and hosts and the fix, once for all hosts alike, if a variable is missing", async () => {
  await inSet({ "sub/a.tmpl": "x\n{{ prot }}\n", "b.tmpl": "{{ port // (port - 1) }}" }, async (set) => {
    const hosts = { a: { port: 2 }, b: { port: 2 }, c: { port: 1, prot: 1 } };
    const error = await assertRejects(() => releases(set, hosts), UsageError);
    assertEquals(error.problems.length, 2);
    const [division, missing] = error.problems.toSorted((a, b) => a.where < b.where ? -1 : 1);
    assertEquals([missing!.where, missing!.line], [join(set.dir, "sub", "a.tmpl"), 2]);
    assertEquals(missing!.message, 'for a, b: found the variable "prot", which is not set');
    assertStringIncludes(missing!.hint ?? "", "port");
    assert(division!.message.startsWith("for c: found "), division!.message);
  });
});

Deno.test("readArtifactSet() compares templates byte by byte before they are rendered, and names the line of what is none", async () => {
  await inSet({ "a.tmpl": "{{ x }}" }, async (_, dir) => {
    await Deno.writeTextFile(join(dir, "a.tmpl"), "{{ y }}");
    const { message } = await assertRejects(() => readArtifactSet(dir), UsageError);
    assertStringIncludes(message, "a.tmpl differs: expected");
    await Deno.writeTextFile(join(dir, "a.tmpl"), "fine\n{% if %}");
    await writeManifest(dir);
    const error = await assertRejects(() => readArtifactSet(dir), UsageError);
    assertEquals(error.problems.map(({ where, line }) => [where, line]), [[join(dir, "a.tmpl"), 2]]);
  });
});

Deno.test("a release's content throws, if it has come to something else since", async () => {
  await inSet({ "a.tmpl": "{{ lookup('env', 'X') }}" }, async (set) => {
    const env: Record<string, string> = { X: "1" };
    const inventory = await loadInventory(["h,"], { extraVars: [], env, cwd: set.dir });
    const settings = settingsOfAll(inventory.hosts, { env, cwd: set.dir, artifactsDir: set.dir });
    const release = releasesOf(new Map([[set.dir, set]]), settings, inventory.hosts, set.dir).of(
      settings[0]!,
    )!;
    env.X = "2";
    assertThrows(() => release.files[0]!.content!(), Error, "came to something else for h");
  });
});

Deno.test("writeManifest() has the set say that it has templates, once, and refuses what they cannot become", async () => {
  const dir = await Deno.makeTempDir();
  const metadata = join(dir, "metadata.json");
  await Deno.writeTextFile(join(dir, "a.tmpl"), "x");
  await Deno.writeTextFile(metadata, '{\n  "version": 2.10\n}\n');
  await writeManifest(dir, { templates: true });
  const once = await Deno.readTextFile(metadata);
  assertStringIncludes(once, '"version": 2.10');
  assertStringIncludes(once, '\n  "artifacts_templates": true\n}');
  await writeManifest(dir, { templates: true });
  await writeManifest(dir);
  assertEquals(await Deno.readTextFile(metadata), once);
  await Deno.writeTextFile(join(dir, "a"), "y");
  const { problems } = await assertRejects(() => writeManifest(dir), UsageError);
  assertEquals(problems.map(({ where }) => where), [join(dir, "a.tmpl")]);
  assertEquals(await Deno.readTextFile(metadata), once);
  await Deno.remove(dir, { recursive: true });
});
