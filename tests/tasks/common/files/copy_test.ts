import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { UsageError } from "../../../../lib/errors.ts";
import { copy } from "../../../../tasks/common/files/copy.ts";
import type { LocalDevice } from "../../../local_device.ts";
import { assertPromise } from "../../promise.ts";
import { testOnShells } from "../device_shells.ts";

const awkward: Readonly<Record<string, string>> = {
  "app.conf": "port = 1\n",
  "empty": "",
  "bin/run": "#!/bin/sh\n",
  "deep/er/with space.txt": "space",
  "$(touch pwned) `id`;*": "not run",
  "-rf": "dash",
  ".hidden": "dot",
  "größe 🚀": "unicode",
  "back\\slash\\n": "backslash",
};

/** A folder beside the device, with these files. */
async function folder(
  device: LocalDevice,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<string> {
  const dir = join(device.dir, "from");
  for (const [name, content] of Object.entries(files)) {
    await Deno.mkdir(join(dir, name, ".."), { recursive: true });
    await Deno.writeFile(
      join(dir, name),
      typeof content === "string" ? new TextEncoder().encode(content) : content,
    );
  }
  return dir;
}

testOnShells("copy() has every file of a folder be on the device, whatever it is called", async (device) => {
  const from = await folder(device, awkward);
  await Deno.chmod(join(from, "bin/run"), 0o700);
  await device.write("to/other", "somebody's");
  const { last, bytesSent } = await assertPromise(device, copy({ name: "conf", from, to: device.at("to") }));
  for (const [name, content] of Object.entries(awkward)) {
    assertEquals(await device.read(`to/${name}`), content);
    assertEquals((await Deno.stat(device.at("to", name))).mode! & 0o7777, name === "bin/run" ? 0o755 : 0o644);
  }
  assertEquals(await device.read("to/other"), "somebody's");
  assertEquals(
    bytesSent,
    Object.values(awkward).reduce((sum, text) => sum + new TextEncoder().encode(text).length, 0),
  );
  assertEquals(new Set(last.detail?.sent as string[]), new Set(Object.keys(awkward)));
}, { all: true });

testOnShells("copy() sends only what differs, and mends modes without sending", async (device) => {
  const from = await folder(device, { a: "a", b: "b1", "sub/c": "c" });
  const task = copy({ name: "conf", from, to: device.at("to"), mode: 0o600 });
  await assertPromise(device, task);
  await device.write("to/b", "another");
  await Deno.chmod(device.at("to/sub/c"), 0o666);
  await Deno.remove(device.at("to/a"));
  await Deno.symlink("/etc/passwd", device.at("to/a"));
  const { last, bytesSent } = await device.perform([task], { run: { diff: true } });
  assertEquals([last.status, last.detail?.sent, bytesSent], ["changed", ["a", "b"], 3]);
  assertEquals(last.steps, [
    `send to ${device.at("to")}: a (1 bytes), b (2 bytes)`,
    `set mode and owner in ${device.at("to")}: sub/c`,
  ]);
  assertStringIncludes(String(last.detail?.diff), `${device.at("to/b")}\n@@ -1 +1 @@\n-another\n`);
  assertEquals((await Deno.lstat(device.at("to/a"))).isFile, true);
  assertEquals((await Deno.stat(device.at("to/sub/c"))).mode! & 0o777, 0o600);
  assertEquals((await device.perform([task])).last.status, "ok");
});

testOnShells("copy() takes many files and large ones", async (device) => {
  const large = new Uint8Array(1_200_000).map((_, at) => at * 13 % 256);
  const many = Object.fromEntries(Array.from({ length: 230 }, (_, at) => [`d${at % 7}/f${at}`, `${at}`]));
  const from = await folder(device, { ...many, large });
  const task = copy({ name: "many", from, to: device.at("to") });
  const { last } = await device.perform([task]);
  assertEquals([last.status, last.steps.length], ["changed", 2], JSON.stringify(last.error));
  assertEquals(await Deno.readFile(device.at("to/large")), large);
  assertEquals((await device.perform([task])).last.status, "ok");
});

testOnShells(
  "copy() copies nothing, where a folder is in the way or the tree leads out of itself",
  async (device) => {
    const from = await folder(device, { a: "a", b: "b" });
    const task = copy({ name: "conf", from, to: device.at("to") });
    await device.write("to/b/inside", "x");
    const { last } = await device.perform([task]);
    assertEquals([last.status, last.error?.kind], ["failed", "unsuitable"]);
    assertEquals([...Deno.readDirSync(device.at("to"))].map(({ name }) => name), ["b"]);
    await Deno.symlink("/etc/passwd", join(from, "c"));
    const { last: led } = await device.perform([task]);
    assertEquals([led.status, led.error?.kind], ["failed", "unsuitable"]);
    assertStringIncludes(led.error?.evidence ?? "", "c (a link out of the folder)");
  },
);

testOnShells("copy() leaves whole files, when one changes while it is sent", async (device) => {
  const from = await folder(device, { a: "a", b: "b" });
  const task = copy({ name: "conf", from, to: device.at("to") });
  const run = { id: "20261124T021945Z-3f9a1c" };
  assertEquals((await device.perform([task], { dryRun: true, run })).last.status, "changed");
  // In the same run the folder is not read again.
  await Deno.writeTextFile(join(from, "b"), "B");
  const { last } = await device.perform([task], { run });
  assertEquals([last.status, last.error?.kind], ["failed", "mismatch"], JSON.stringify(last));
  assertEquals([...Deno.readDirSync(device.at("to"))].map(({ name }) => name), ["a"]);
  assertEquals((await device.perform([task])).last.status, "changed");
  assertEquals(await device.read("to/b"), "B");
});

Deno.test("copy() refuses what is no folder, when it is made", () => {
  const refused = (from: string | URL, to: string, words: string) =>
    assertStringIncludes(assertThrows(() => copy({ name: "c", from, to }), UsageError).message, words);
  refused("no/such/folder", "/to", "cannot read no/such/folder");
  refused(new URL(import.meta.url), "/to", "expected a folder");
  refused(new URL("http://x/"), "/to", "expected a folder");
  refused(new URL("..", import.meta.url), "to", "expected an absolute path");
});
