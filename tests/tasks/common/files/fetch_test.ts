import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { UsageError } from "../../../../lib/errors.ts";
import { keepFetched } from "../../../../lib/report/record/fetched.ts";
import { PRIVATE } from "../../../../lib/report/record/modes.ts";
import { simulatedConnector } from "../../../../lib/remote/simulated/connect.ts";
import { HostRun } from "../../../../lib/rollout/host_run.ts";
import type { Task } from "../../../../lib/task.ts";
import { copy } from "../../../../tasks/common/files/copy.ts";
import { fetch } from "../../../../tasks/common/files/fetch.ts";
import { diffTrees } from "../../../fleet/support/tree.ts";
import { type LocalDevice, newRun, plainSettings } from "../../../local_device.ts";
import { testOnShells } from "../device_shells.ts";

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

Deno.test("fetch() refuses what can be no file or no bound, when it is made", () => {
  assertThrows(() => fetch({ name: "g", path: "x" }), UsageError);
  assertThrows(() => fetch({ name: "g", path: "/x/../y" }), UsageError);
  assertThrows(() => fetch({ name: "g", path: "/x", most: 1e9 }), UsageError);
});

Deno.test("fetch() and copy() go their way, when the device is simulated", async () => {
  const settings = { ...plainSettings("/opt/x"), connection: "simulated" as const };
  const connect = simulatedConnector();
  const kept: string[] = [];
  const keep = (host: string, path: string, bytes: Uint8Array) =>
    Promise.resolve(`${kept.push(new TextDecoder().decode(bytes))} ${host} ${path}`);
  const from = await Deno.makeTempDir();
  const run = async (task: Task, dryRun = false) => {
    const remote = await connect(settings, { connectTimeout: 5, commandTimeout: 5 });
    const host = new HostRun({
      settings,
      run: { ...newRun(dryRun), keep, diff: true },
      remote,
      writes: true,
    });
    try {
      return (await task.run(host)).report.status;
    } finally {
      await host.close();
    }
  };
  try {
    await Deno.writeTextFile(join(from, "a"), "a");
    const tree = copy({ name: "tree", from, to: "/srv/tree", mode: 0o640, owner: "app" });
    assertEquals([await run(tree, true), await run(tree), await run(tree)], ["changed", "changed", "ok"]);
    await Deno.writeTextFile(join(from, "a"), "b");
    assertEquals([await run(tree), await run(tree)], ["changed", "ok"]);
    const get = fetch({ name: "get", path: "/var/log/x" });
    assertEquals([await run(get, true), kept.length], ["ok", 0]);
    assertEquals([await run(get), kept], ["ok", ["simulated\n"]]);
  } finally {
    await Deno.remove(from, { recursive: true });
  }
});
