import { assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import type { Release } from "../../../lib/release.ts";
import { pipelines } from "../../../tasks/mod.ts";
import { stage } from "../../../tasks/stage/stage.ts";
import { verify } from "../../../tasks/verify.ts";
import { sha256 } from "../../fleet/support/tree.ts";
import { findProgram, testWhere } from "../../support.ts";
import { type LocalDevice, makeLocalDevice, writeSet } from "../../local_device.ts";
import { assertPromise, assertUntouched } from "../promise.ts";

const awkward: Readonly<Record<string, string | Uint8Array>> = {
  "plain.bin": new Uint8Array(200_001).fill(7),
  "empty": "",
  "with space.txt": "space",
  'it\'s "quoted".txt': "quotes",
  "$(touch pwned) `id` $HOME.txt": "not run",
  ".hidden": "dot",
  "deep/er/file.bin": "deep",
  "deep/.dot/file": "deep dot",
  "größe 🚀.txt": "unicode",
  "*": "star",
};

async function stagedFiles(device: LocalDevice, release: Release): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const { name } of release.files) {
    found[name] = await sha256(device.at(".lockstep/staging", release.id, name));
  }
  return found;
}

function digests(release: Release): Record<string, string> {
  return Object.fromEntries(release.files.map(({ name, sha256 }) => [name, sha256]));
}

for (const busybox of [false, true]) {
  const needs = busybox ? ["linux", "busybox"] as const : ["linux"] as const;
  testWhere(
    `stage sends every file of a first release${busybox ? " to busybox" : ""}, whatever it is called`,
    {
      needs,
    },
    async () => {
      await using device = await makeLocalDevice({
        tools: busybox ? { shell: "busybox", busybox } : {},
      });
      const release = await writeSet(`${device.dir}/set`, awkward);
      const { last, bytesSent } = await assertPromise(device, stage, { release });
      assertEquals(await stagedFiles(device, release), digests(release));
      assertEquals(bytesSent, release.files.reduce((sum, file) => sum + file.bytes, 0));
      assertEquals(last.detail?.taken, []);
      assertEquals([...Deno.readDirSync(device.root)].map((entry) => entry.name), [".lockstep"]);
    },
  );
}

testWhere("stage sends only files that differ, and takes the others from the live set", {
  needs: ["linux"],
}, async () => {
  for (const live of ["link", "folder"]) {
    await using device = await makeLocalDevice();
    const one = await writeSet(`${device.dir}/one`, { a: "a", b: "b1", "sub/c": "c", d: "same as a" }, "1");
    if (live === "link") await device.perform(pipelines.deploy, { release: one });
    else {await writeSet(
        device.at("artifacts_phase2"),
        { a: "a", b: "b1", "sub/c": "c", d: "same as a" },
        "1",
      );}
    const two = await writeSet(`${device.dir}/two`, {
      a: "a",
      b: "b2 is longer",
      "moved/e": "c",
      d: "same as a",
    }, "2");
    const { last, bytesSent } = await assertPromise(device, stage, { release: two });
    assertEquals(last.detail?.sent, ["b", "metadata.json"], live);
    assertEquals(last.detail?.taken, ["a", "d", "moved/e"], live);
    const metadata = two.files.find((file) => file.name === "metadata.json")!;
    assertEquals(bytesSent, metadata.bytes + "b2 is longer".length);
    assertEquals(await stagedFiles(device, two), digests(two));
  }
});

testWhere("stage goes on from an upload that was cut, but trusts nothing without its digest", {
  needs: ["linux"],
}, async () => {
  await using device = await makeLocalDevice();
  const release = await writeSet(`${device.dir}/set`, { whole: "whole", cut: "cut short", wrong: "12345" });
  await device.write(`.lockstep/staging/${release.id}/whole`, "whole");
  await device.write(`.lockstep/staging/${release.id}/cut`, "cut s");
  await device.write(`.lockstep/staging/${release.id}/wrong`, "54321");
  const { last } = await assertPromise(device, stage, { release });
  assertEquals(last.detail?.sent, ["cut", "wrong", "metadata.json"]);
  assertStringIncludes(last.steps[1] ?? "", "cut (the rest: 4 B of 9 B), wrong (5 bytes)");
  assertEquals(await stagedFiles(device, release), digests(release));
});

testWhere(
  "stage begins anew where staging holds what is no part of the release",
  { needs: ["linux"] },
  async () => {
    await using device = await makeLocalDevice();
    const release = await writeSet(`${device.dir}/set`, { a: "a" });
    await device.write(`.lockstep/staging/${release.id}/a`, "a");
    await device.write(`.lockstep/staging/${release.id}/stranger`, "x");
    await assertPromise(device, stage, { release });
    assertEquals(
      [...Deno.readDirSync(device.at(".lockstep/staging", release.id))].map(({ name }) => name).sort(),
      ["a", "metadata.json"],
    );
  },
);

testWhere("stage never writes through a link to a file of the live set", { needs: ["linux"] }, async () => {
  await using device = await makeLocalDevice();
  const one = await writeSet(`${device.dir}/one`, { a: "one", b: "same" }, "1");
  await device.perform(pipelines.deploy, { release: one });
  const two = await writeSet(`${device.dir}/two`, { a: "two, longer", b: "same" }, "2");
  const staging = device.at(".lockstep/staging", two.id);
  await Deno.mkdir(staging, { recursive: true });
  // As an earlier attempt may have left them: hard links to live files, one with other content than is wanted now.
  await Deno.link(device.at("artifacts_phase2/a"), `${staging}/a`);
  await Deno.symlink("../../../artifacts_phase2/metadata.json", `${staging}/metadata.json`);
  await assertUntouched(device, /^artifacts_phase2$/, async () => {
    assertEquals((await device.perform([stage], { release: two })).statuses, { stage: "changed" });
  });
  assertEquals(await device.read("artifacts_phase2/a"), "one");
  assertEquals(await sha256(device.at("artifacts_phase2/metadata.json")), digests(one)["metadata.json"]);
  assertEquals(await stagedFiles(device, two), digests(two));
});

testWhere("stage shares no file with a backup, also if the live name leads to one", {
  needs: ["linux"],
}, async () => {
  await using device = await makeLocalDevice();
  const content = { a: "kept", b: "b" };
  await writeSet(device.at("backup/20260101T000000Z"), content, "1");
  await Deno.symlink("backup/20260101T000000Z", device.at("artifacts_phase2"));
  const two = await writeSet(`${device.dir}/two`, { a: "kept", b: "changed" }, "2");
  await assertUntouched(device, /^backup/, async () => {
    const { last } = await device.perform([stage], { release: two });
    assertEquals(last.detail?.taken, ["a"]);
  });
  const [copy, original] = await Promise.all([
    Deno.stat(device.at(".lockstep/staging", two.id, "a")),
    Deno.stat(device.at("backup/20260101T000000Z/a")),
  ]);
  assertNotEquals(copy.ino, original.ino);
});

testWhere("stage keeps mode and owner of a live file that it replaces", { needs: ["linux"] }, async () => {
  await using device = await makeLocalDevice();
  await writeSet(device.at("artifacts_phase2"), { secret: "old", run: "old", other: "old" }, "1");
  await Deno.chmod(device.at("artifacts_phase2/secret"), 0o600);
  await Deno.chmod(device.at("artifacts_phase2/run"), 0o755);
  if (Deno.uid() === 0) await Deno.chown(device.at("artifacts_phase2/other"), 1234, 2345);
  const two = await writeSet(
    `${device.dir}/two`,
    { secret: "new", run: "new", other: "new", fresh: "x" },
    "2",
  );
  await device.perform([stage], { release: two });
  const mode = async (name: string): Promise<number> =>
    (await Deno.stat(device.at(".lockstep/staging", two.id, name))).mode! & 0o7777;
  assertEquals(await Promise.all(["secret", "run", "fresh"].map(mode)), [0o600, 0o755, 0o644]);
  if (Deno.uid() === 0) {
    const { uid, gid } = await Deno.stat(device.at(".lockstep/staging", two.id, "other"));
    assertEquals([uid, gid], [1234, 2345]);
  }
});

testWhere("stage finds files that only a backup has", { needs: ["linux"] }, async () => {
  await using device = await makeLocalDevice();
  const one = await writeSet(`${device.dir}/one`, { a: "first a", b: "b" }, "1");
  const two = await writeSet(`${device.dir}/two`, { a: "second a", b: "b" }, "2");
  await device.perform(pipelines.deploy, { release: one });
  await device.perform(pipelines.deploy, { release: two });
  const { last, bytesSent } = await device.perform([stage], { release: one });
  assertEquals(last.detail?.sent, []);
  assertEquals(bytesSent, 0);
  assertEquals(await stagedFiles(device, one), digests(one));
});

testWhere(
  "stage does not take a file whose digest has changed since it was noted",
  { needs: ["linux"] },
  async () => {
    await using device = await makeLocalDevice();
    const one = await writeSet(`${device.dir}/one`, { a: "first a", b: "b" }, "1");
    const two = await writeSet(`${device.dir}/two`, { a: "second a", b: "b" }, "2");
    await device.perform(pipelines.deploy, { release: one });
    await device.perform(pipelines.deploy, { release: two });
    const [entry] = [...Deno.readDirSync(device.at("backup"))];
    await device.write(`backup/${entry!.name}/a`, "rotten");
    await device.perform([stage], { release: one });
    assertEquals(await stagedFiles(device, one), digests(one));
  },
);

testWhere(
  "stage fails if a set that only the device has is not whole any more",
  { needs: ["linux"] },
  async () => {
    await using device = await makeLocalDevice();
    const set = await writeSet(device.at("backup/mine"), { a: "a", b: "b" });
    const release: Release = {
      ...set,
      files: set.files.map(({ name, sha256 }) => ({ name, sha256, bytes: 0 })),
      source: {
        path: "backup/mine",
        listing: new Map(
          set.files.filter(({ name }) => name !== "b").map(({ name, sha256 }) => [name, sha256]),
        ),
      },
    };
    const { last } = await device.perform([stage], { release });
    assertEquals(last.error?.kind, "mismatch");
    assertStringIncludes(last.error?.evidence ?? "", "b");
  },
);

testWhere("stage leaves the live set as it was where it fails, and converges the next time", {
  needs: ["linux"],
}, async () => {
  const dd = `case "$*" in *count=300000) : >&2; echo "dd: write error" >&2; exit 1 ;; esac; exec ${
    findProgram("dd")
  } "$@"`;
  await using device = await makeLocalDevice({ tools: { scripts: { dd } } });
  await writeSet(device.at("artifacts_phase2"), { a: "old" }, "1");
  const two = await writeSet(`${device.dir}/two`, { a: "new", b: "broken".repeat(50_000), c: "c" }, "2");
  await assertUntouched(device, /^artifacts_phase2/, async () => {
    const { last } = await device.perform([stage], { release: two });
    assertEquals(last.status, "failed");
    assertEquals(last.error?.kind, "exit");
    assertStringIncludes(last.error?.evidence ?? "", "b");
  });
  await Deno.remove(`${device.path}/dd`);
  await Deno.symlink(findProgram("dd")!, `${device.path}/dd`);
  const { last } = await device.perform([stage], { release: two });
  assertEquals(last.status, "changed");
  assertEquals(last.detail?.sent, ["b", "c", "metadata.json"]);
  assertEquals(await stagedFiles(device, two), digests(two));
});

testWhere(
  "stage works with a dd that knows neither count_bytes nor fullblock",
  { needs: ["linux"] },
  async () => {
    const dd = `for word in "$@"; do
      case $word in iflag=*) echo "dd: unknown operand $word" >&2; exit 1 ;; esac
    done
    exec ${findProgram("dd")} "$@"`;
    await using device = await makeLocalDevice({ tools: { scripts: { dd }, without: ["timeout"] } });
    const release = await writeSet(`${device.dir}/set`, awkward);
    const { last } = await device.perform([stage], { release });
    assertEquals(last.status, "changed", JSON.stringify(last.error));
    assertEquals(await stagedFiles(device, release), digests(release));
  },
);

testWhere("stage is ok where the release is live, or sealed", { needs: ["linux"] }, async () => {
  await using device = await makeLocalDevice();
  const release = await writeSet(`${device.dir}/set`, { a: "a" });
  await device.perform([stage, verify], { release });
  assertEquals((await device.perform([stage], { release })).statuses, { stage: "ok" });
  await device.perform(pipelines.deploy, { release });
  const again = await device.perform([stage], { release });
  assertEquals([again.statuses, again.bytesSent], [{ stage: "ok" }, 0]);
});

testWhere("stage puts a drifted live set together again, beside it", { needs: ["linux"] }, async () => {
  await using device = await makeLocalDevice();
  const release = await writeSet(`${device.dir}/set`, { a: "a", b: "b" });
  await device.perform(pipelines.deploy, { release });
  await device.write("artifacts_phase2/a", "edited");
  const { last } = await assertPromise(device, stage, { release });
  assertEquals(last.detail?.sent, ["a"]);
  assertEquals(await device.read("artifacts_phase2/a"), "edited");
  assertEquals(await stagedFiles(device, release), digests(release));
});
