import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Release } from "../../lib/release.ts";
import { pipelines } from "../../tasks/mod.ts";
import { verifyRemote } from "../../tasks/verify_remote.ts";
import { type LocalDevice, makeLocalDevice, writeSet } from "../local_device.ts";
import { testWhere } from "../support.ts";

const against = (release?: Release) => verifyRemote(() => release);

testWhere("verifyRemote() is ok for a whole set, with and without the local one, and writes nothing", {
  needs: ["linux"],
}, async () => {
  await using device = await makeLocalDevice();
  const release = await writeSet(`${device.dir}/set`, { a: "a", "sub/b c": "b" });
  await device.perform(pipelines.deploy, { release });
  await device.write("artifacts_phase2/unlisted", "x");
  const before = await device.tree();
  for (const local of [undefined, release]) {
    const { last } = await device.perform([against(local)], { dryRun: true });
    assertEquals(last.status, "ok");
    assertEquals(last.detail?.release, release.id);
    assertEquals(last.detail?.unlisted, ["unlisted"]);
  }
  assertEquals(await device.tree(), before);
});

testWhere("verifyRemote() names every file that is not what it was", { needs: ["linux"] }, async () => {
  const cases: [name: string, spoil: (device: LocalDevice) => Promise<void>, says: string[]][] = [
    ["a changed and a missing file", async (device) => {
      await device.write("artifacts_phase2/a", "x");
      await Deno.remove(device.at("artifacts_phase2/b"));
    }, ["a: expected", "b is missing"]],
    ["no metadata.json", (device) => Deno.remove(device.at("artifacts_phase2/metadata.json")), [
      "metadata.json",
    ]],
    ["metadata.json is no JSON", (device) => device.write("artifacts_phase2/metadata.json", "{"), [
      "metadata.json",
    ]],
    [
      "metadata.json with an unsafe name",
      (device) =>
        device.write(
          "artifacts_phase2/metadata.json",
          JSON.stringify({ artifacts_manifest: { "../../etc/passwd": "0".repeat(64) } }),
        ),
      ["../../etc/passwd"],
    ],
  ];
  for (const [name, spoil, says] of cases) {
    await using device = await makeLocalDevice();
    await writeSet(device.at("artifacts_phase2"), { a: "a", b: "b" });
    await spoil(device);
    const { last } = await device.perform([against()]);
    assertEquals([last.status, last.error?.kind], ["failed", "mismatch"], name);
    for (const word of says) assertStringIncludes(last.error?.evidence ?? "", word);
  }
});

testWhere("verifyRemote() tells a whole set from the one that is meant", { needs: ["linux"] }, async () => {
  await using device = await makeLocalDevice();
  await writeSet(device.at("artifacts_phase2"), { a: "a" }, "1");
  const other = await writeSet(`${device.dir}/set`, { a: "b" }, "2");
  const { last } = await device.perform([against(other)]);
  assertEquals(last.error?.kind, "mismatch");
  assertStringIncludes(last.error?.evidence ?? "", other.id);
});

testWhere("verifyRemote() fails if nothing is live", { needs: ["linux"] }, async () => {
  await using device = await makeLocalDevice();
  assertEquals((await device.perform([against()])).last.error?.kind, "not-found");
  await Deno.symlink("gone", device.at("artifacts_phase2"));
  const { last } = await device.perform([against()]);
  assertEquals(last.error?.kind, "not-found");
  assertStringIncludes(last.error?.evidence ?? "", "is a broken link");
});
