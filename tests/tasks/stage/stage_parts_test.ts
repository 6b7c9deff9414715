/**
 * What stage sends of a file that the device has a part of: the rest of a cut upload, the changed blocks of an older version.
 * @module
 */
import { assert, assertEquals, assertLess, assertStringIncludes } from "@std/assert";
import { createHash } from "node:crypto";
import { HostRun } from "../../../lib/rollout/host_run.ts";
import type { Release } from "../../../lib/release.ts";
import type { RunContext } from "../../../lib/task.ts";
import { pipelines } from "../../../tasks/mod.ts";
import { stage } from "../../../tasks/stage/stage.ts";
import { sha256 } from "../../fleet/support/tree.ts";
import {
  type LocalDevice,
  makeLocalDevice,
  newRun,
  type ToolboxOptions,
  until,
  writeSet,
} from "../../local_device.ts";
import { findProgram, longTestWhere, type Need, testWhere } from "../../support.ts";
import { assertPromise } from "../promise.ts";
import type { Payload, Remote } from "../../../lib/remote/remote.ts";

/** Bytes that look random, the same for the same seed. */
function bytesOf(seed: string, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0, n = 0; at < length; n++) {
    const piece = createHash("sha512").update(`${seed} ${n}`).digest();
    bytes.set(piece.subarray(0, Math.min(piece.length, length - at)), at);
    at += piece.length;
  }
  return bytes;
}

/** The same bytes with some pieces overwritten. */
function edited(bytes: Uint8Array, places: number, length: number): Uint8Array {
  const copy = bytes.slice();
  const step = Math.floor(bytes.length / places);
  for (let n = 0; n < places; n++) copy.set(bytesOf(`edit ${n}`, length), n * step + 1000);
  return copy;
}

function joined(...parts: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

async function assertStaged(device: LocalDevice, release: Release): Promise<void> {
  for (const file of release.files) {
    const at = device.at(".lockstep/staging", release.id, file.name);
    assertEquals(await sha256(at), file.sha256, file.name);
  }
}

function metadataBytes(release: Release): number {
  return release.files.find(({ name }) => name === "metadata.json")!.bytes;
}

/** A session that is killed as soon as so much of a payload has left. */
function cutAfter(remote: Remote, part: number, kill: () => void): Remote {
  return {
    close: () => remote.close(),
    run: (program, args, options = {}) => {
      const { payload } = options;
      return remote.run(
        program,
        args,
        payload === undefined ? options : { ...options, payload: cut(payload, part, kill) },
      );
    },
  };
}

function cut(payload: Payload, part: number, kill: () => void): Payload {
  return {
    ...payload,
    async *chunks() {
      let left = Math.round(payload.bytes * part);
      for await (const chunk of payload.chunks()) {
        if (chunk.length < left) yield chunk;
        else {
          yield chunk.subarray(0, left);
          // What has left is given time to arrive: that much was sent before the link broke.
          await new Promise((resolve) => setTimeout(resolve, 300));
          return kill();
        }
        left -= chunk.length;
      }
    },
  };
}

/** Stages a release in a session that dies on the way. */
async function stageCut(
  device: LocalDevice,
  release: Release,
  part: number,
  more: Partial<RunContext> = {},
): Promise<void> {
  const link = new AbortController();
  const remote = cutAfter(await device.connect(link.signal), part, () => link.abort());
  const run = { ...newRun(), ...more };
  const host = new HostRun({ settings: device.settings, run, remote, writes: true });
  host.setRelease(release);
  const { report } = await stage.run(host);
  assertEquals(report.status, "failed");
  await host.close();
  await until("the device has heard that the link is gone", () => !isAtWork(device), 20);
}

/** What a lost session leaves behind on the device, until it has heard of it. */
function isAtWork(device: LocalDevice): boolean {
  return [...Deno.readDirSync("/proc")].some(({ name }) => {
    try {
      return /^\d+$/.test(name) && Deno.readLinkSync(`/proc/${name}/cwd`).startsWith(device.root);
    } catch {
      return false;
    }
  });
}

const kinds: readonly { name: string; needs: readonly Need[]; tools: ToolboxOptions }[] = [
  { name: "dash", needs: ["dash"], tools: { shell: "dash" } },
  { name: "bash", needs: ["bash"], tools: { shell: "bash" } },
  { name: "busybox", needs: ["busybox"], tools: { shell: "busybox", busybox: true } },
];

for (const { name, needs, tools } of kinds.filter(({ name }) => name !== "bash")) {
  testWhere(`stage sends only the rest of an upload that was cut at 80 %, under ${name}`, {
    needs: ["linux", ...needs],
  }, async () => {
    await using device = await makeLocalDevice({ tools });
    const size = 2_000_001;
    const release = await writeSet(`${device.dir}/set`, { "a model.bin": bytesOf("a", size), b: "b" });
    await stageCut(device, release, 0.8);
    const { last, bytesSent } = await assertPromise(device, stage, { release });
    assertStringIncludes(last.steps[1] ?? "", "a model.bin (the rest: ");
    assertLess(bytesSent, 0.25 * size);
    assert(bytesSent > metadataBytes(release) + 1, String(bytesSent));
    await assertStaged(device, release);
  });
}

for (const { name, needs, tools } of kinds) {
  longTestWhere(`stage sends only the changed blocks of a large file, under ${name}`, {
    needs: ["linux", ...needs],
  }, async () => {
    await using device = await makeLocalDevice({ tools });
    const size = 1_500_001;
    const old = bytesOf("old", size);
    const one = await writeSet(`${device.dir}/one`, { "a model.bin": old, b: "b" }, "1");
    await device.perform(pipelines.deploy, { release: one });
    const two = await writeSet(
      `${device.dir}/two`,
      { "a model.bin": edited(old, 5, 3000), b: "b" },
      "2",
    );
    const before = await sha256(device.at("artifacts_phase2/a model.bin"));
    const { last, bytesSent } = await assertPromise(device, stage, { release: two });
    assertStringIncludes(last.steps[1] ?? "", "a model.bin (changed blocks: 98.3 kB of 1.5 MB)");
    assertEquals(last.detail?.sent, ["a model.bin", "metadata.json"]);
    assertLess(bytesSent, 0.07 * size);
    await assertStaged(device, two);
    assertEquals(await sha256(device.at("artifacts_phase2/a model.bin")), before);
  });
}

longTestWhere("stage sends the whole file, when what is there is no beginning of it", {
  needs: ["linux"],
}, async () => {
  const size = 1_500_000;
  const old = bytesOf("old", size);
  const now = edited(old, 1, 100);
  const corrupted = now.slice(0, 900_000);
  corrupted[500_000]! ^= 1;
  const leftovers = { corrupted, "as long": bytesOf("other", size), longer: joined(now, new Uint8Array(9)) };
  for (const [what, content] of Object.entries(leftovers)) {
    await using device = await makeLocalDevice();
    const one = await writeSet(`${device.dir}/one`, { a: old }, "1");
    await device.perform(pipelines.deploy, { release: one });
    const two = await writeSet(`${device.dir}/two`, { a: now }, "2");
    await device.write(`.lockstep/staging/${two.id}/a`, content);
    const { last, bytesSent } = await device.perform([stage], { release: two });
    assertStringIncludes(last.steps[1] ?? "", "a (1500000 bytes)", what);
    assertEquals(bytesSent, size + metadataBytes(two), what);
    await assertStaged(device, two);
  }
});

testWhere("stage appends to nothing that has a second name, when it is a beginning of the file", {
  needs: ["linux"],
}, async () => {
  await using device = await makeLocalDevice();
  const one = await writeSet(`${device.dir}/one`, { a: "first half" }, "1");
  await device.perform(pipelines.deploy, { release: one });
  const two = await writeSet(`${device.dir}/two`, { a: "first half, second half" }, "2");
  await Deno.mkdir(device.at(".lockstep/staging", two.id), { recursive: true });
  await Deno.link(device.at("artifacts_phase2/a"), device.at(".lockstep/staging", two.id, "a"));
  const { bytesSent } = await device.perform([stage], { release: two });
  assertEquals(bytesSent, "first half, second half".length + metadataBytes(two));
  assertEquals(await device.read("artifacts_phase2/a"), "first half");
  await assertStaged(device, two);
});

longTestWhere(
  "stage goes on with changed blocks, when they were cut on their way",
  { needs: ["linux"] },
  async () => {
    await using device = await makeLocalDevice();
    const size = 2_500_000;
    const old = bytesOf("old", size);
    const one = await writeSet(`${device.dir}/one`, { a: old }, "1");
    await device.perform(pipelines.deploy, { release: one });
    const two = await writeSet(`${device.dir}/two`, { a: edited(old, 5, 3000) }, "2");
    await stageCut(device, two, 0.4);
    const { last, bytesSent } = await assertPromise(device, stage, { release: two });
    assertStringIncludes(last.steps[1] ?? "", "a (the rest, changed blocks: ");
    assertLess(bytesSent, 0.03 * size);
    await assertStaged(device, two);
  },
);

longTestWhere(
  "stage finds blocks that an insertion or a deletion has moved",
  { needs: ["linux"] },
  async () => {
    const old = bytesOf("old", 1_200_000);
    const versions = {
      "inserted near the beginning": joined(old.subarray(0, 100), bytesOf("new", 333), old.subarray(100)),
      "deleted in the middle": joined(old.subarray(0, 1_000_000), old.subarray(1_000_999)),
      "appended": joined(old, bytesOf("new", 5000)),
    };
    await using device = await makeLocalDevice();
    const one = await writeSet(`${device.dir}/one`, { a: old }, "1");
    await device.perform(pipelines.deploy, { release: one });
    for (const [what, content] of Object.entries(versions)) {
      const two = await writeSet(`${device.dir}/${what}`, { a: content }, what);
      const { bytesSent } = await device.perform([stage], { release: two });
      assertLess(bytesSent, 34_000, what);
      await assertStaged(device, two);
    }
  },
);

longTestWhere(
  "stage sends the whole file the next time, when the older version changes while its blocks are copied",
  {
    needs: ["linux"],
  },
  async () => {
    await using device = await makeLocalDevice();
    const size = 1_500_000;
    const old = bytesOf("old", size);
    const one = await writeSet(`${device.dir}/one`, { a: old }, "1");
    await device.perform(pipelines.deploy, { release: one });
    const two = await writeSet(`${device.dir}/two`, { a: edited(old, 2, 100) }, "2");
    const remote = await device.connect();
    const host = new HostRun({
      settings: device.settings,
      run: newRun(),
      writes: true,
      remote: {
        close: () => remote.close(),
        run: async (program, args, options) => {
          if (program.name === "receive") await device.write("artifacts_phase2/a", bytesOf("damage", size));
          return await remote.run(program, args, options);
        },
      },
    });
    host.setRelease(two);
    const { report } = await stage.run(host);
    await host.close();
    assertEquals([report.status, report.error?.kind], ["failed", "not-converged"]);
    const { last, bytesSent } = await device.perform([stage], { release: two });
    assertEquals([last.status, bytesSent], ["changed", size]);
    await assertStaged(device, two);
  },
);

testWhere(
  "stage asks a device for blocks only if a large file of it has changed",
  { needs: ["linux"] },
  async () => {
    await using device = await makeLocalDevice();
    const large = bytesOf("large", 1_100_000);
    const deployed = async (release: Release): Promise<string[]> => {
      const remote = await device.connect();
      const asked: string[] = [];
      const host = new HostRun({
        settings: device.settings,
        run: newRun(),
        writes: true,
        remote: {
          close: () => remote.close(),
          run: (program, args, options) => {
            asked.push(...options?.calls?.map((call) => call.program.name) ?? [program.name]);
            return remote.run(program, args, options);
          },
        },
      });
      host.setRelease(release);
      for (const task of pipelines.deploy) assert((await task.run(host)).report.status !== "failed");
      await host.close();
      return asked.filter((name) => name === "blocks");
    };
    const one = await writeSet(`${device.dir}/one`, { large, small: "1" }, "1");
    assertEquals(await deployed(one), []);
    assertEquals(await deployed(one), []);
    assertEquals(await deployed(await writeSet(`${device.dir}/two`, { large, small: "2" }, "2")), []);
    const three = await writeSet(`${device.dir}/three`, { large: edited(large, 1, 9), small: "2" }, "3");
    assertEquals(await deployed(three), ["blocks"]);
  },
);

longTestWhere(
  "stage sends what shrinks compressed, when bytes are dear, and goes on with that where it was cut",
  {
    needs: ["linux"],
  },
  async () => {
    const text = new TextEncoder().encode(
      Array.from({ length: 60_000 }, (_, n) => `{"sensor": ${n * 7919 % 104_729}}`).join("\n"),
    );
    const content = { text, random: bytesOf("random", 300_000), "small.json": "{}" };
    const slow = { run: { slow: true } };
    for (const tools of [{}, { shell: "busybox", busybox: true }] as const) {
      await using device = await makeLocalDevice({ tools });
      const release = await writeSet(`${device.dir}/set`, content);
      await stageCut(device, release, 0.8, slow.run);
      const { last, bytesSent } = await assertPromise(device, stage, { release, ...slow });
      assertStringIncludes(last.steps[1] ?? "", "send text (the rest, compressed: ");
      assertLess(bytesSent, 0.2 * text.length);
      await assertStaged(device, release);
    }
    await using without = await makeLocalDevice({ tools: { without: ["gzip"] } });
    const release = await writeSet(`${without.dir}/set`, content);
    const { bytesSent } = await assertPromise(without, stage, { release, ...slow });
    assertEquals(bytesSent, release.files.reduce((sum, { bytes }) => sum + bytes, 0));
  },
);

testWhere("stage reads few blocks of an older version that has nothing in common with the new one", {
  needs: ["linux"],
}, async () => {
  const log = await Deno.makeTempFile();
  const dd = `echo "$*" >>'${log}'; exec ${findProgram("dd")} "$@"`;
  try {
    await using device = await makeLocalDevice({ tools: { scripts: { dd } } });
    const one = await writeSet(`${device.dir}/one`, { a: bytesOf("old", 1_100_000) }, "1");
    await device.perform(pipelines.deploy, { release: one });
    await Deno.writeTextFile(log, "");
    const two = await writeSet(`${device.dir}/two`, { a: bytesOf("new", 1_100_000) }, "2");
    const { last } = await device.perform([stage], { release: two });
    assertStringIncludes(last.steps[1] ?? "", "a (1100000 bytes)");
    const reads = (await Deno.readTextFile(log)).split("\n").filter((line) => line.includes("bs=16384"));
    assertEquals(reads.length, 8);
  } finally {
    await Deno.remove(log);
  }
});
