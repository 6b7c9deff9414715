import { assertEquals, assertMatch } from "@std/assert";
import { backup } from "../../tasks/backup.ts";
import { pipelines } from "../../tasks/mod.ts";
import { sha256 } from "../fleet/support/tree.ts";
import { type LocalDevice, makeLocalDevice, writeSet } from "../local_device.ts";
import { testWhere } from "../support.ts";
import { assertPromise, assertUntouched } from "./promise.ts";

/** Every file below a folder with its digest, every folder and link. */
async function contents(folder: string, prefix = ""): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    const name = prefix + entry.name;
    if (entry.isSymlink) found[name] = `-> ${await Deno.readLink(path)}`;
    else if (entry.isDirectory) Object.assign(found, { [name]: "folder" }, await contents(path, `${name}/`));
    else found[name] = await sha256(path);
  }
  return found;
}

async function names(device: LocalDevice, folder: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(device.at(folder)))).map((entry) => entry.name).sort();
  } catch {
    return [];
  }
}

testWhere(
  "backup copies a live folder whole, whatever its files are called",
  { needs: ["linux"] },
  async () => {
    await using device = await makeLocalDevice();
    const next = await writeSet(`${device.dir}/next`, { "model.onnx": "new" });
    await writeSet(device.at("artifacts_phase2"), {
      "model.onnx": "old",
      'sub folder/it\'s "x".txt': "quoted",
    });
    await device.write("artifacts_phase2/a\nb", "newline");
    await device.write("artifacts_phase2/back\\slash", "backslash");
    await device.write("artifacts_phase2/-rf", "dash");
    await device.write("artifacts_phase2/.hidden", "");
    await device.write("artifacts_phase2/$(touch pwned)", "not run");
    await Deno.mkdir(device.at("artifacts_phase2/empty"));
    await Deno.symlink("model.onnx", device.at("artifacts_phase2/link"));
    await Deno.chmod(device.at("artifacts_phase2/.hidden"), 0o600);
    await Deno.utime(device.at("artifacts_phase2/model.onnx"), 1e9, 1e9);

    await assertUntouched(device, /^artifacts_phase2/, async () => {
      await assertPromise(device, backup, { release: next });
    });

    const [name, ...more] = await names(device, "backup");
    assertEquals(more, []);
    assertMatch(name!, /^\d{8}T\d{6}Z$/);
    assertEquals(await contents(device.at("backup", name!)), await contents(device.at("artifacts_phase2")));
    const copy = await Deno.stat(device.at("backup", name!, ".hidden"));
    assertEquals(copy.mode! & 0o777, 0o600);
    assertEquals((await Deno.stat(device.at("backup", name!, "model.onnx"))).mtime, new Date(1e12));
    assertEquals(await names(device, ".lockstep/staging"), []);
    assertEquals(await names(device, "."), [".lockstep", "artifacts_phase2", "backup"]);
  },
);

testWhere(
  "backup copies what the live link leads to, sharing no file with it",
  { needs: ["linux"] },
  async () => {
    await using device = await makeLocalDevice();
    const old = await writeSet(`${device.dir}/old`, { "model.onnx": "old" });
    const next = await writeSet(`${device.dir}/next`, { "model.onnx": "new" });
    await device.perform(pipelines.deploy, { release: old });
    await assertPromise(device, backup, { release: next });
    const [name] = await names(device, "backup");
    assertEquals(
      await contents(device.at("backup", name!)),
      await contents(`${device.dir}/old`),
    );
    assertEquals((await Deno.stat(device.at("backup", name!, "model.onnx"))).nlink, 1);
  },
);

testWhere("backup is skipped if nothing is live", { needs: ["linux"] }, async () => {
  const cases: [name: string, make: (device: LocalDevice) => Promise<void>][] = [
    ["no live name", async () => {}],
    ["an empty folder", (device) => Deno.mkdir(device.at("artifacts_phase2"))],
    ["a broken link", (device) => Deno.symlink("gone", device.at("artifacts_phase2"))],
  ];
  for (const [name, make] of cases) {
    await using device = await makeLocalDevice();
    const release = await writeSet(`${device.dir}/next`, { a: "a" });
    await make(device);
    assertEquals((await device.perform([backup], { release })).statuses, { backup: "skipped" }, name);
    assertEquals(await names(device, "backup"), [], name);
  }
});

testWhere("backup is ok where the release is live already", { needs: ["linux"] }, async () => {
  await using device = await makeLocalDevice();
  const release = await writeSet(`${device.dir}/set`, { a: "a" });
  await device.perform(pipelines.deploy, { release });
  assertEquals((await device.perform([backup], { release })).statuses, { backup: "ok" });
  assertEquals(await names(device, "backup"), []);
});

testWhere("backup never writes over a backup of the same second", { needs: ["linux"] }, async () => {
  await using device = await makeLocalDevice();
  const next = await writeSet(`${device.dir}/next`, { a: "next" });
  const run = { startedAt: new Date("2026-11-24T02:19:45.678Z") };
  for (const content of ["one", "two", "three"]) {
    await writeSet(device.at("artifacts_phase2"), { a: content }, content);
    if (content === "two") await device.write("artifacts_phase2/a", "drifted");
    const earlier = await contents(device.at(".")).then((all) =>
      Object.entries(all).filter(([name]) => name.startsWith("backup/"))
    );
    assertEquals((await device.perform([backup], { release: next, run })).statuses, { backup: "changed" });
    const now = await contents(device.at("."));
    for (const [name, digest] of earlier) assertEquals(now[name], digest);
  }
  const made = await names(device, "backup");
  assertEquals(made, ["20261124T021945Z", "20261124T021945Z-3", "20261124T021945Z-drifted-2"]);
  assertEquals(await Promise.all(made.map((name) => device.read(`backup/${name}/a`))), [
    "one",
    "three",
    "drifted",
  ]);
});

testWhere(
  "backup makes another where the live set is not the newest one any more",
  { needs: ["linux"] },
  async () => {
    await using device = await makeLocalDevice();
    const next = await writeSet(`${device.dir}/next`, { a: "next" });
    await writeSet(device.at("artifacts_phase2"), { a: "one" });
    await device.perform([backup], { release: next });
    await device.write("artifacts_phase2/a", "edited by hand");
    const { statuses } = await device.perform([backup], {
      release: next,
      run: { startedAt: new Date(Date.now() + 5000) },
    });
    assertEquals(statuses, { backup: "changed" });
    assertEquals((await names(device, "backup")).length, 2);
  },
);

testWhere("backup trusts no copy that was cut short", { needs: ["linux"] }, async () => {
  await using device = await makeLocalDevice();
  const next = await writeSet(`${device.dir}/next`, { a: "next" });
  await writeSet(device.at("artifacts_phase2"), { a: "live" });
  await device.write(".lockstep/staging/.backup/a", "li");
  await device.write(".lockstep/staging/.backup/stranger", "of an earlier run");
  await device.perform([backup], { release: next });
  const [name] = await names(device, "backup");
  assertEquals(await contents(device.at("backup", name!)), await contents(device.at("artifacts_phase2")));
});

testWhere("backup leaves the live set and earlier backups as they were where it fails", {
  needs: ["linux"],
}, async () => {
  for (const broken of ["cp", "sha256sum"]) {
    // sha256sum is needed to look, too: it fails only for the copy.
    const text = broken === "cp"
      ? `mkdir -p "$PWD/.lockstep/staging/.backup"; exit 1`
      : `case $PWD in *.backup*) exit 1 ;; esac; exec /usr/bin/sha256sum "$@"`;
    await using device = await makeLocalDevice({ tools: { scripts: { [broken]: text } } });
    const next = await writeSet(`${device.dir}/next`, { a: "next" });
    await writeSet(device.at("artifacts_phase2"), { a: "live" });
    await device.write("backup/20200101T000000Z/a", "earlier");
    await assertUntouched(device, /^(artifacts_phase2|backup)/, async () => {
      const { last } = await device.perform([backup], { release: next });
      assertEquals([last.status, last.error?.host], ["failed", "edge-1"], broken);
    });
  }
});
