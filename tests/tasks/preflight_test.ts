import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { HostSettings } from "../../lib/settings/mod.ts";
import { slotLink } from "../../lib/release.ts";
import { commit } from "../../tasks/commit/commit.ts";
import { pipelines } from "../../tasks/mod.ts";
import { preflight } from "../../tasks/preflight.ts";
import { stage } from "../../tasks/stage/stage.ts";
import { diffTrees } from "../fleet/support/tree.ts";
import { type LocalDevice, type LocalDeviceOptions, makeLocalDevice, writeSet } from "../local_device.ts";
import { longTestWhere, type Need, testWhere } from "../support.ts";

const notRoot =
  `case $1 in -u) echo 1000 ;; -un) echo deploy ;; *) echo "uid=1000(deploy) gid=1000(deploy)" ;; esac`;
const systemctl = `echo LoadState=loaded; echo ActiveState=active`;

interface Refused {
  readonly name: string;
  readonly needs?: readonly Need[];
  readonly options?: LocalDeviceOptions;
  readonly settings?: (device: LocalDevice) => Partial<HostSettings>;
  readonly make?: (device: LocalDevice) => Promise<unknown>;
  readonly kind: string;
  readonly says: readonly string[];
}

const refusals: readonly Refused[] = [
  {
    name: "a tool is missing",
    options: { tools: { without: ["sha256sum"] } },
    kind: "missing-tool",
    says: ["sha256sum"],
  },
  {
    name: "several tools are missing",
    options: { tools: { without: ["stat", "du"] } },
    kind: "missing-tool",
    says: ["stat", "du"],
  },
  {
    name: "nothing can rename onto a link",
    options: { tools: { without: ["python3", "perl"], scripts: { mv: `echo usage: mv A B` } } },
    kind: "missing-tool",
    says: ["rename"],
  },
  {
    name: "there is no HTTP client and a service to ask",
    options: {
      settings: { healthUrl: "http://127.0.0.1:9", service: "" },
      tools: { without: ["curl", "wget"] },
    },
    kind: "missing-tool",
    says: ["curl", "wget"],
  },
  {
    name: "the deploy path is a file",
    settings: (device) => ({ deployPath: `${device.dir}/file` }),
    make: (device) => Deno.writeTextFile(`${device.dir}/file`, ""),
    kind: "unsuitable",
    says: ["file is not a folder"],
  },
  {
    name: "the deploy path is below a file",
    settings: (device) => ({ deployPath: `${device.dir}/file/deploy` }),
    make: (device) => Deno.writeTextFile(`${device.dir}/file`, ""),
    kind: "unsuitable",
    says: ["is not a folder"],
  },
  {
    name: "the live name is a file",
    make: (device) => device.write("artifacts_phase2", "a file"),
    kind: "unsuitable",
    says: ["artifacts_phase2"],
  },
  {
    name: "the user may not restart the service",
    options: {
      settings: { service: "phase4-inference", serviceManager: "systemd" },
      tools: { scripts: { id: notRoot, systemctl } },
    },
    kind: "privilege",
    says: ["deploy may not restart phase4-inference"],
  },
  {
    name: "sudo would ask for a password",
    options: {
      settings: { service: "phase4-inference", serviceManager: "systemd" },
      tools: { scripts: { id: notRoot, systemctl, sudo: `[ "$1" = -n ] && exit 1` } },
    },
    kind: "privilege",
    says: ["deploy may not restart phase4-inference"],
  },
  ...([
    ["phase4", "LoadState=masked", "phase4 is masked"],
    ["phase4", "LoadState=bad-setting", "systemd cannot read the unit phase4"],
    ["phase4", "LoadState=loaded; echo CanStart=no", "phase4 cannot be started manually"],
    ["phase4", "LoadState=loaded; echo CanStop=no", "phase4 cannot be stopped manually"],
    ["phase4@", "LoadState=loaded", "phase4@ is a template"],
    ["phase4*", "LoadState=loaded", "phase4* is a pattern"],
    ["phase 4", "LoadState=loaded", "phase 4 has a space in it"],
  ] as const).map(([service, shown, words]): Refused => ({
    name: `the service cannot be restarted by anybody: ${words}`,
    options: {
      settings: { service, serviceManager: "systemd" },
      tools: { scripts: { systemctl: `echo ${shown}` } },
    },
    kind: "unsuitable",
    says: [words],
  })),
];

for (const { name, needs = [], options = {}, settings = () => ({}), make, kind, says } of refusals) {
  testWhere(
    `preflight refuses, and writes nothing, where ${name}`,
    { needs: ["linux", ...needs] },
    async () => {
      await using device = await makeLocalDevice(options);
      const release = await writeSet(`${device.dir}/set`, { a: "a" });
      await make?.(device);
      const before = await device.tree();
      for (const dryRun of [true, false]) {
        const { last } = await device.perform([preflight], { release, settings: settings(device), dryRun });
        assertEquals([last.status, last.error?.kind], ["failed", kind], JSON.stringify(last.error));
        for (const word of says) assertStringIncludes(last.error?.evidence ?? "", word);
        assertStringIncludes(last.error?.next ?? "", "nothing changed");
      }
      assertEquals(diffTrees(before, await device.tree()), []);
    },
  );
}

testWhere("preflight names every problem at once", { needs: ["linux"] }, async () => {
  await using device = await makeLocalDevice({
    settings: { service: "phase4-inference", serviceManager: "systemd", healthUrl: "http://127.0.0.1:9" },
    tools: { without: ["awk", "curl", "wget"], scripts: { id: notRoot, systemctl } },
  });
  await device.write("artifacts_phase2", "a file");
  const release = await writeSet(`${device.dir}/set`, { a: "a" });
  const { last } = await device.perform([preflight], { release });
  for (const word of ["awk", "curl", "artifacts_phase2 is neither", "may not restart"]) {
    assertStringIncludes(last.error?.evidence ?? "", word);
  }
});

/** Mounts a small filesystem for as long as something is done. */
async function mounted(path: string, options: string, act: () => Promise<void>): Promise<void> {
  await Deno.mkdir(path, { recursive: true });
  const run = async (command: string, ...args: string[]): Promise<void> => {
    const { success, stderr } = await new Deno.Command(command, { args }).output();
    assert(success, new TextDecoder().decode(stderr));
  };
  await run("mount", "-t", "tmpfs", "-o", options, "tmpfs", path);
  try {
    await act();
  } finally {
    await run("umount", path);
  }
}

testWhere(
  "preflight counts the backup in where it looks for room",
  { needs: ["linux", "mounts"] },
  async () => {
    await using device = await makeLocalDevice();
    const deployPath = `${device.dir}/disk`;
    const release = await writeSet(`${device.dir}/set`, { model: "y".repeat(500_000) }, "2");
    await mounted(deployPath, "size=1600k", async () => {
      // Room for the new set alone.
      assertEquals(
        (await device.perform([preflight], { release, settings: { deployPath } })).last.status,
        "ok",
      );
      // 500 kB live, 500 kB its backup, 500 kB the new set: too much for what is left.
      await writeSet(`${deployPath}/artifacts_phase2`, { model: "x".repeat(800_000) }, "1");
      const { last } = await device.perform([preflight], { release, settings: { deployPath } });
      assertEquals([last.status, last.error?.kind], ["failed", "no-space"]);
      assertStringIncludes(last.error?.evidence ?? "", deployPath);
    });
  },
);

testWhere(
  "preflight counts as room what a cut upload left of a file",
  { needs: ["linux", "mounts"] },
  async () => {
    await using device = await makeLocalDevice();
    const deployPath = `${device.dir}/disk`;
    const release = await writeSet(`${device.dir}/set`, { model: "y".repeat(1_000_000) });
    await mounted(deployPath, "size=1600k", async () => {
      const staging = `${deployPath}/.lockstep/staging/${release.id}`;
      await Deno.mkdir(staging, { recursive: true });
      await Deno.writeTextFile(`${staging}/model`, "y".repeat(800_000));
      const { statuses } = await device.perform([preflight, stage], { release, settings: { deployPath } });
      assertEquals(statuses, { preflight: "ok", stage: "changed" });
    });
  },
);

testWhere("preflight looks for room in files, too", { needs: ["linux", "mounts"] }, async () => {
  await using device = await makeLocalDevice();
  const deployPath = `${device.dir}/disk`;
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`file-${i}`, "x"]));
  const release = await writeSet(`${device.dir}/set`, many);
  await mounted(deployPath, "size=4m,nr_inodes=40", async () => {
    const { last } = await device.perform([preflight], { release, settings: { deployPath } });
    assertEquals([last.status, last.error?.kind], ["failed", "no-space"]);
    assertStringIncludes(last.error?.evidence ?? "", "inodes");
  });
});

testWhere("preflight refuses a read-only filesystem", { needs: ["linux", "mounts"] }, async () => {
  for (const shell of ["dash", "bash"] as const) {
    await using device = await makeLocalDevice({ tools: { shell } });
    const deployPath = `${device.dir}/disk`;
    const release = await writeSet(`${device.dir}/set`, { a: "a" });
    await mounted(deployPath, "ro", async () => {
      for (const path of [deployPath, `${deployPath}/deeper`]) {
        const { last } = await device.perform([preflight], { release, settings: { deployPath: path } });
        assertEquals([last.status, last.error?.kind], ["failed", "not-writable"], `${shell} ${path}`);
      }
    });
  }
});

testWhere(
  "preflight refuses a live name that is a filesystem of its own",
  { needs: ["linux", "mounts"] },
  async () => {
    await using device = await makeLocalDevice();
    const release = await writeSet(`${device.dir}/set`, { a: "a" });
    await mounted(device.at("artifacts_phase2"), "size=1m", async () => {
      const { last } = await device.perform([preflight], { release });
      assertEquals([last.status, last.error?.kind], ["failed", "unsuitable"]);
      assertStringIncludes(last.error?.evidence ?? "", "is a mount point");
    });
  },
);

testWhere(
  "preflight is ok, and makes nothing, where the deploy path is not there yet",
  { needs: ["linux"] },
  async () => {
    await using device = await makeLocalDevice();
    const release = await writeSet(`${device.dir}/set`, { a: "a" });
    const deployPath = `${device.dir}/not/there yet`;
    const { last } = await device.perform([preflight], { release, settings: { deployPath } });
    assertEquals(last.status, "ok", JSON.stringify(last.error));
    assertEquals([...Deno.readDirSync(device.dir)].some(({ name }) => name === "not"), false);
  },
);

testWhere("preflight refuses no device without an HTTP client where nothing is to be asked", {
  needs: ["linux"],
}, async () => {
  await using device = await makeLocalDevice({ tools: { without: ["curl", "wget"] } });
  const release = await writeSet(`${device.dir}/set`, { a: "a" });
  assertEquals((await device.perform([preflight], { release })).last.status, "ok");
});

testWhere(
  "preflight reports what is live, how it has drifted and what was left over",
  { needs: ["linux"] },
  async () => {
    await using device = await makeLocalDevice();
    const release = await writeSet(`${device.dir}/set`, { a: "a", b: "b" });
    await device.perform(pipelines.deploy, { release });
    await device.write("artifacts_phase2/a", "edited");
    await device.write(".lockstep/releases/0123456789abcdef/a", "x");
    const { last, warnings } = await device.perform([preflight], { release });
    assertEquals(last.status, "ok");
    assertEquals(last.detail?.live, release.id);
    assertStringIncludes(JSON.stringify(last.detail?.faults), "a: expected");
    assertEquals(last.detail?.leftovers, [slotLink("0123456789abcdef")]);
    assertStringIncludes(warnings.join(), "drifted");
  },
);

testWhere("preflight warns of a unit that the device does not know", { needs: ["linux"] }, async () => {
  await using device = await makeLocalDevice({
    settings: { service: "no-such-unit", serviceManager: "systemd" },
    tools: { scripts: { systemctl: `echo LoadState=not-found` } },
  });
  const release = await writeSet(`${device.dir}/set`, { a: "a" });
  const { last, warnings } = await device.perform([preflight], { release });
  assertEquals(last.status, "ok");
  assertStringIncludes(warnings.join(), "no-such-unit");
});

longTestWhere(
  "preflight puts back a live name that an interrupted switch left missing",
  { needs: ["linux"] },
  async () => {
    await using device = await makeLocalDevice();
    await writeSet(device.at("artifacts_phase2"), { a: "former" }, "0");
    const release = await writeSet(`${device.dir}/set`, { a: "new" }, "1");
    const upTo = pipelines.deploy.slice(0, pipelines.deploy.indexOf(commit) + 1);
    await device.perform(upTo, { release, run: { id: "RUN-1" } });
    // As if the power had gone between the two renames.
    await Deno.remove(device.at("artifacts_phase2"));
    const dry = await device.perform([preflight], { release, dryRun: true });
    assertEquals(dry.last.status, "changed");
    const real = await device.perform([preflight], { release });
    assertEquals([real.last.status, real.last.steps], ["changed", dry.last.steps]);
    assertEquals(await device.read("artifacts_phase2/a"), "former");
    assertEquals((await device.perform([preflight], { release })).last.status, "ok");
    assertEquals((await device.perform(pipelines.deploy, { release })).last.status, "changed");
    assertEquals(await device.read("artifacts_phase2/a"), "new");
  },
);
