import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { join, resolve } from "@std/path";
import { UsageError } from "../../../lib/errors.ts";
import { keepFetched } from "../../../lib/report/fetched.ts";
import { PRIVATE } from "../../../lib/report/modes.ts";
import { fetch } from "../../../tasks/common/fetch.ts";
import { diffTrees } from "../../fleet/tree.ts";
import type { LocalDevice } from "../../local_device.ts";
import { testWhere } from "../../support.ts";
import { testOnShells } from "./device_shells.ts";

/** A run that keeps its files beside the device. */
function keeping(device: LocalDevice) {
  const run = join(device.dir, "run");
  const keep = (host: string, path: string, bytes: Uint8Array) =>
    keepFetched(run, PRIVATE, host, path, bytes);
  return { run, keep, read: (path: string) => Deno.readFile(join(run, path)) };
}

testOnShells(
  "fetch() keeps a file byte for byte, and nothing in a dry run; the device stays as it was",
  async (device) => {
    const { run, keep, read } = keeping(device);
    await Deno.mkdir(run);
    const all = new Uint8Array(1_300_000).map((_, at) => (at * 31 + (at >> 8)) % 256);
    const contents: Record<string, Uint8Array> = {
      "bytes": all,
      "empty": new Uint8Array(),
      "line ends": new Uint8Array([10, 10, 0, 255, 10]),
      "$(touch pwned);'\"*": new Uint8Array([1]),
    };
    for (const [name, content] of Object.entries(contents)) {
      await device.write(name, content);
      const task = fetch({ name: "get", path: device.at(name) });
      const before = await device.tree();
      const { last: dry } = await device.perform([task], { dryRun: true, run: { keep } });
      assertEquals([dry.status, dry.detail], ["ok", {
        "would fetch": device.at(name),
        bytes: content.length,
      }]);
      assertEquals([...Deno.readDirSync(run)].length, 0);
      const { last } = await device.perform([task], { run: { keep } });
      assertEquals(diffTrees(before, await device.tree()), []);
      assertEquals([last.status, last.detail?.bytes], ["ok", content.length], JSON.stringify(last.error));
      assertEquals(await read(String(last.detail?.fetched)), content);
      assertStringIncludes(String(last.detail?.fetched), "fetched/edge-1/");
      await Deno.remove(join(run, "fetched"), { recursive: true });
    }
  },
);

testOnShells(
  "fetch() follows a link, reads what has no size, and refuses what is no file or too large",
  async (device) => {
    const { keep, read } = keeping(device);
    const outcome = async (path: string, most?: number) => {
      const task = fetch({ name: "get", path, ...(most === undefined ? {} : { most }) });
      const { last } = await device.perform([task], { run: { keep } });
      return [last.status, last.error?.kind];
    };
    await device.write("folder/f", "12345");
    await Deno.symlink("folder/f", device.at("link"));
    await device.sh('mkfifo "$1"', device.at("pipe"));
    assertEquals(await outcome(device.at("link")), ["ok", undefined]);
    assertEquals(new TextDecoder().decode(await read(join("fetched/edge-1", device.at("link")))), "12345");
    assertEquals(await outcome("/proc/self/status"), ["ok", undefined]);
    assert((await read("fetched/edge-1/proc/self/status")).length > 100);
    assertEquals(await outcome("/proc/self/status", 10), ["failed", "excess"]);
    assertEquals(await outcome(device.at("link"), 4), ["failed", "excess"]);
    assertEquals(await outcome(device.at("folder")), ["failed", "unsuitable"]);
    assertEquals(await outcome(device.at("pipe")), ["failed", "unsuitable"]);
    assertEquals(await outcome(device.at("none")), ["failed", "not-found"]);
    const none = fetch({ name: "get", path: device.at("none") });
    assertEquals((await device.perform([none], { dryRun: true })).last.status, "skipped");
    const { last } = await device.perform([fetch({ name: "get", path: device.at("link") })]);
    assertEquals([last.status, last.error?.evidence], ["failed", "this run keeps no files"]);
  },
);

testWhere(
  "keepFetched() leads nowhere else, whatever hosts and paths are called",
  { needs: ["linux"] },
  async () => {
    const dir = await Deno.makeTempDir();
    try {
      const run = join(dir, "run");
      await Deno.mkdir(run);
      const hosts = [
        "..",
        ".",
        "../../x",
        "a/b",
        "con",
        "",
        "\ud800",
        "größe",
        "a".repeat(300),
        "-x",
        "a\\b",
        "a\nb",
      ];
      const paths = [
        "/etc/passwd",
        "/../../x",
        "/./x",
        "/...",
        "/a/../../../b",
        "/con",
        "/é\n",
        "/" + "b".repeat(300),
      ];
      const seen = new Set<string>();
      for (const host of hosts) {
        for (const path of paths) {
          const kept = await keepFetched(run, PRIVATE, host, path, new Uint8Array([1]));
          const whole = resolve(run, kept);
          assert(whole.startsWith(`${run}/fetched/`), whole);
          assertEquals(await Deno.realPath(whole), whole);
          assertEquals((await Deno.stat(whole)).mode! & 0o777, 0o600);
          assert(!seen.has(whole), `${host} ${path} shares ${whole}`);
          seen.add(whole);
        }
      }
      assertEquals([...Deno.readDirSync(dir)].map(({ name }) => name), ["run"]);
      assertEquals([...Deno.readDirSync(run)].map(({ name }) => name), ["fetched"]);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
);

Deno.test("fetch() refuses what can be no file or no bound, when it is made", () => {
  assertThrows(() => fetch({ name: "g", path: "x" }), UsageError);
  assertThrows(() => fetch({ name: "g", path: "/x/../y" }), UsageError);
  assertThrows(() => fetch({ name: "g", path: "/x", most: 1e9 }), UsageError);
});
