import { assertEquals, assertStringIncludes } from "@std/assert";
import { pipelines } from "../../tasks/mod.ts";
import { stage } from "../../tasks/stage/stage.ts";
import { verify } from "../../tasks/verify.ts";
import { type LocalDevice, makeLocalDevice, writeSet } from "../local_device.ts";
import { testWhere } from "../support.ts";
import { assertPromise, assertUntouched } from "./promise.ts";

testWhere("verify seals a staged release by one rename", { needs: ["linux"] }, async () => {
  await using device = await makeLocalDevice();
  const release = await writeSet(`${device.dir}/set`, { a: "a", "sub/b": "b" });
  await device.perform([stage], { release });
  const before = await Deno.stat(device.at(".lockstep/staging", release.id));
  await assertPromise(device, verify, { release });
  assertEquals((await Deno.stat(device.at(".lockstep/releases", release.id))).ino, before.ino);
  assertEquals([...Deno.readDirSync(device.at(".lockstep/staging"))].length, 0);
});

testWhere(
  "verify seals nothing if a staged file is not what the manifest says",
  { needs: ["linux"] },
  async () => {
    const cases: [
      name: string,
      spoil: (device: LocalDevice, staging: string) => Promise<void>,
      says: string,
    ][] = [
      ["other bytes", (device, staging) => device.write(`${staging}/sub/b`, "x"), "sub/b"],
      ["a missing file", (device, staging) => Deno.remove(device.at(staging, "a")), "a is missing"],
      ["metadata.json", (device, staging) => device.write(`${staging}/metadata.json`, "{}"), "metadata.json"],
      ["a further file", (device, staging) => device.write(`${staging}/stranger`, "x"), "not part"],
      [
        "nothing staged",
        (device, staging) => Deno.remove(device.at(staging), { recursive: true }),
        "not staged",
      ],
    ];
    for (const [name, spoil, says] of cases) {
      await using device = await makeLocalDevice();
      await writeSet(device.at("artifacts_phase2"), { a: "live" }, "0");
      const release = await writeSet(`${device.dir}/set`, { a: "a", "sub/b": "b" });
      await device.perform([stage], { release });
      await spoil(device, `.lockstep/staging/${release.id}`);
      await assertUntouched(device, /^(artifacts_phase2|\.lockstep\/(releases|staging))/, async () => {
        const { last } = await device.perform([verify], { release });
        assertEquals([last.status, last.error?.kind], ["failed", "mismatch"], name);
        assertStringIncludes(last.error?.evidence ?? "", says);
      });
    }
  },
);

testWhere(
  "verify is ok where the release is live, and where it is sealed",
  { needs: ["linux"] },
  async () => {
    await using device = await makeLocalDevice();
    const release = await writeSet(`${device.dir}/set`, { a: "a" });
    await device.perform([stage, verify], { release });
    assertEquals((await device.perform([verify], { release })).statuses, { verify: "ok" });
    await device.perform(pipelines.deploy, { release });
    assertEquals((await device.perform([verify], { release })).statuses, { verify: "ok" });
  },
);

testWhere("verify finds a sealed release that has rotted, and a new upload replaces it", {
  needs: ["linux"],
}, async () => {
  await using device = await makeLocalDevice();
  const release = await writeSet(`${device.dir}/set`, { a: "a" });
  await device.perform([stage, verify], { release });
  await device.write(`.lockstep/releases/${release.id}/a`, "rotten");
  assertEquals((await device.perform([verify], { release })).last.error?.kind, "mismatch");
  assertEquals((await device.perform([stage, verify], { release })).statuses, {
    stage: "changed",
    verify: "changed",
  });
  assertEquals(await device.read(`.lockstep/releases/${release.id}/a`), "a");
});

testWhere(
  "verify in a dry run says what it would do once the release were staged",
  { needs: ["linux"] },
  async () => {
    await using device = await makeLocalDevice();
    const release = await writeSet(`${device.dir}/set`, { a: "a" });
    const dry = await device.perform([stage, verify], { release, dryRun: true });
    assertEquals(dry.statuses, { stage: "changed", verify: "changed" });
    const real = await device.perform([stage, verify], { release });
    assertEquals(real.reports.map(({ steps }) => steps), dry.reports.map(({ steps }) => steps));
  },
);
