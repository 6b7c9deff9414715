/**
 * Devices, files and inventories that are wrong in one way each. The fleet has a good device beside the bad one, to show that it alone
 * is concerned.
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { sampled } from "../sampled.ts";
import { longTestWhere, type Need, testWhere } from "../support.ts";
import { type Artifacts, makeArtifacts } from "./support/artifacts.ts";
import {
  type Device,
  type DeviceOptions,
  type Fleet,
  type InventoryOptions,
  makeFleet,
  type Vars,
} from "./support/fleet.ts";
import { assertWhole, liveDir, namesIn } from "./support/live.ts";
import { errorOf, type FleetRun, runOn, statuses } from "./support/program.ts";
import { diffTrees } from "./support/tree.ts";

interface Trouble {
  readonly name: string;
  readonly needs?: readonly Need[];
  readonly bad?: DeviceOptions;
  /** Makes the device bad, once it runs. */
  readonly spoil?: (fleet: Fleet, bad: Device) => Promise<void>;
  readonly vars?: Vars;
  readonly options?: readonly string[];
  readonly status: string;
  readonly kinds: readonly string[];
  readonly code: number;
}

const troubles: readonly Trouble[] = [
  {
    name: "its key is not ours",
    bad: { userKey: "wrong" },
    status: "unreachable",
    kinds: ["refused", "unreachable"],
    code: 4,
  },
  {
    name: "nothing listens on its port",
    bad: { kind: "refusing" },
    status: "unreachable",
    kinds: ["unreachable"],
    code: 4,
  },
  {
    name: "its host key is another",
    bad: { hostKey: "changed" },
    status: "unreachable",
    kinds: ["refused", "unreachable"],
    code: 4,
  },
  {
    name: "its host key is unknown",
    bad: { hostKey: "unknown" },
    status: "unreachable",
    kinds: ["refused", "unreachable"],
    code: 4,
  },
  {
    name: "it says nothing",
    bad: { kind: "silent" },
    options: ["--connect-timeout", "3"],
    status: "unreachable",
    kinds: ["timeout"],
    code: 4,
  },
  {
    name: "its disk is full",
    needs: ["mounts"],
    spoil: async (fleet, bad) => {
      await fleet.mountTmpfs(bad.deployDir, 200_000);
    },
    status: "failed",
    kinds: ["no-space"],
    code: 2,
  },
  {
    name: "its disk has room for the set but not for the backup too",
    needs: ["mounts"],
    spoil: async (fleet, bad) => {
      await fleet.mountTmpfs(bad.deployDir, 1_200_000);
      await makeArtifacts(join(bad.deployDir, "artifacts_phase2"), { seed: 9, bytes: 500_000 });
    },
    status: "failed",
    kinds: ["no-space"],
    code: 2,
  },
  {
    name: "its folder is read-only",
    needs: ["mounts"],
    spoil: (fleet, bad) => fleet.mountReadOnly(bad.deployDir),
    status: "failed",
    kinds: ["not-writable"],
    code: 2,
  },
  {
    name: "its folder is not there and cannot be made",
    needs: ["mounts"],
    bad: { makeDeployPath: false },
    spoil: (fleet, bad) => fleet.mountReadOnly(join(bad.deployDir, "..")),
    status: "failed",
    kinds: ["not-writable"],
    code: 2,
  },
  {
    name: "its folder is a file",
    bad: { makeDeployPath: false },
    spoil: (_fleet, bad) => Deno.writeTextFile(bad.deployDir, "a file\n"),
    status: "failed",
    kinds: ["not-writable", "unsuitable"],
    code: 2,
  },
  {
    name: "it lacks sha256sum",
    bad: { without: ["sha256sum", "openssl", "busybox"] },
    status: "failed",
    kinds: ["missing-tool"],
    code: 2,
  },
];

for (
  const { name, needs = [], bad = {}, spoil, vars = {}, options = [], status, kinds, code } of sampled(
    troubles,
    2,
  )
) {
  testWhere(
    `deploy ends a host as ${status} and no other, when ${name}`,
    { needs: ["sshd", ...needs] },
    async () => {
      await using fleet = await makeFleet({ devices: [{ name: "good" }, { name: "bad", ...bad }] });
      const device = fleet.device("bad");
      await spoil?.(fleet, device);
      const set = await makeArtifacts(join(fleet.dir, "artifacts"), { bytes: 500_000, seed: 3 });
      const inventory = await fleet.inventory({ hosts: { bad: vars } });
      const before = await device.tree();
      const run = await runOn(fleet, inventory, ["deploy", "--artifacts", set.dir, ...options]);
      const report = await run.report();
      assertEquals(statuses(report), { good: "changed", bad: status }, run.text);
      assertEquals([run.code, report.exitCode], [code, code], run.text);
      const error = errorOf(report, "bad");
      assert(kinds.includes(error.kind), `${error.kind} is not ${kinds.join(" or ")}: ${run.text}`);
      assertEquals(error.host, "bad");
      assertStringIncludes(run.stdout + run.stderr, "bad", "the host is named on the terminal");
      await assertWhole(fleet.device("good"), set);
      assertEquals(diffTrees(before, await device.tree()), [], "nothing changed on the bad device");
    },
  );
}

testWhere("deploy makes the folder, when a device has none", { needs: ["sshd"] }, async () => {
  await using fleet = await makeFleet({ devices: [{ makeDeployPath: false }] });
  const set = await makeArtifacts(join(fleet.dir, "artifacts"));
  const inventory = await fleet.inventory();
  const before = await fleet.tree();
  const plan = await runOn(fleet, inventory, ["deploy", "--artifacts", set.dir, "--check"]);
  assertEquals([plan.code, diffTrees(before, await fleet.tree())], [0, []], plan.text);
  const run = await runOn(fleet, inventory, ["deploy", "--artifacts", set.dir]);
  assertEquals([run.code, statuses(await run.report())], [0, { "edge-01": "changed" }], run.text);
  await assertWhole(fleet.devices[0]!, set);
});

/** Commands that must end with 64 before anybody is contacted. */
async function assertUsage(fleet: Fleet, run: FleetRun, ...mentioned: readonly string[]): Promise<void> {
  assertEquals(run.code, 64, run.text);
  for (const text of mentioned) assertStringIncludes(run.stdout + run.stderr, text);
  for (const device of fleet.devices) {
    assertEquals(await device.connections(), 0, `${device.name} was contacted`);
  }
}

/** Ways in which a set is wrong, and what the message must name. */
const wrongSets: Readonly<
  Record<string, { spoil: (set: Artifacts) => Promise<void>; mentions: readonly string[] }>
> = {
  "a file differs from its digest": {
    spoil: (set) => Deno.writeTextFile(join(set.dir, "scaler.pkl"), "corrupt"),
    mentions: ["scaler.pkl"],
  },
  "two files differ": {
    spoil: async (set) => {
      await Deno.writeTextFile(join(set.dir, "scaler.pkl"), "corrupt");
      await Deno.writeTextFile(join(set.dir, "feature_order.json"), "corrupt");
    },
    mentions: ["scaler.pkl", "feature_order.json"],
  },
  "a listed file is missing": {
    spoil: (set) => Deno.remove(join(set.dir, "model_hybrid.onnx")),
    mentions: ["model_hybrid.onnx"],
  },
  "metadata.json is missing": {
    spoil: (set) => Deno.remove(join(set.dir, "metadata.json")),
    mentions: ["metadata.json"],
  },
  "metadata.json is no JSON": {
    spoil: (set) => Deno.writeTextFile(join(set.dir, "metadata.json"), '{ "artifacts_manifest": {'),
    mentions: ["metadata.json"],
  },
  "the manifest names ../../etc/passwd": {
    spoil: (set) => addEntry(set, "../../etc/passwd"),
    mentions: ["../../etc/passwd"],
  },
  "the manifest names /etc/passwd": {
    spoil: (set) => addEntry(set, "/etc/passwd"),
    mentions: ["/etc/passwd"],
  },
  "the manifest names -rf": { spoil: (set) => addEntry(set, "-rf"), mentions: ["-rf"] },
  "the manifest names a line break": { spoil: (set) => addEntry(set, "a\nb"), mentions: ["metadata.json"] },
  "the manifest names metadata.json": {
    spoil: (set) => addEntry(set, "metadata.json"),
    mentions: ["metadata.json"],
  },
  "a digest is too short": {
    spoil: (set) => addEntry(set, "scaler.pkl", "abc123"),
    mentions: ["scaler.pkl"],
  },
};

async function addEntry(set: Artifacts, name: string, digest = "0".repeat(64)): Promise<void> {
  const path = join(set.dir, "metadata.json");
  const metadata = JSON.parse(await Deno.readTextFile(path));
  metadata.artifacts_manifest[name] = { sha256: digest };
  await Deno.writeTextFile(path, JSON.stringify(metadata));
}

longTestWhere(
  "deploy ends with 64 and contacts nobody, when the local set is wrong",
  { needs: ["sshd"] },
  async (t) => {
    await using fleet = await makeFleet({ count: 2 });
    const inventory = await fleet.inventory();
    // What a set can have wrong is tested whole in tests/lib/manifest.
    for (const [i, [name, { spoil, mentions }]] of sampled(Object.entries(wrongSets), 3).entries()) {
      await t.step(name, async () => {
        const set = await makeArtifacts(join(fleet.dir, `wrong-${i}`));
        await spoil(set);
        await assertUsage(
          fleet,
          await runOn(fleet, inventory, ["deploy", "--artifacts", set.dir]),
          ...mentions,
        );
      });
    }
  },
);

longTestWhere(
  "deploy runs nothing, when a host is named like an option of ssh",
  { needs: ["sshd"] },
  async (t) => {
    await using fleet = await makeFleet({ devices: [{ name: "good" }] });
    const set = await makeArtifacts(join(fleet.dir, "artifacts"));
    const marker = join(fleet.dir, "marker");
    const option = `-oProxyCommand=touch ${marker}`;
    const inventories: Record<string, InventoryOptions> = {
      "the host": { extraHosts: { [option]: { ansible_host: null } } },
      "the host, with its own address": { extraHosts: { [option]: {} } },
      "ansible_host": { extraHosts: { bad: { ansible_host: option } } },
      "ansible_user": { extraHosts: { bad: { ansible_user: option } } },
      "ansible_port": { extraHosts: { bad: { ansible_port: option } } },
    };
    for (const [name, options] of Object.entries(inventories)) {
      await t.step(name, async () => {
        const run = await runOn(fleet, await fleet.inventory(options), ["deploy", "--artifacts", set.dir]);
        assertEquals(await namesIn(fleet.dir).then((names) => names.includes("marker")), false, run.text);
        assert([64, 4, 2].includes(run.code), run.text);
      });
    }
    await t.step("DEPLOY_HOST", async () => {
      const run = await runOn(fleet, await fleet.inventory(), [
        "deploy",
        "--artifacts",
        set.dir,
        "--limit",
        "all",
      ], {
        env: { DEPLOY_HOST: option },
      });
      assertEquals((await namesIn(fleet.dir)).includes("marker"), false, run.text);
    });
  },
);

const nasty = (marker: string) =>
  `it's "quoted" \`touch ${marker}\` $(touch ${marker}) ; touch ${marker} & \\ * ? ~`;

longTestWhere(
  "deploy takes values as they are, when they hold quotes, spaces and $(…)",
  { needs: ["sshd"] },
  async (t) => {
    await using fleet = await makeFleet({ devices: [{ name: "good" }] });
    const [device] = fleet.devices;
    const set = await makeArtifacts(join(fleet.dir, "artifacts"));
    // No "/" in it, so that it can be the name of one folder; the commands in it would run in the home of the user who runs them.
    const word = nasty("lockstep-marker");
    const deploy = async (vars: Vars) =>
      await runOn(fleet, await fleet.inventory({ vars }), ["deploy", "--artifacts", set.dir]);
    const assertNothingRan = async (text: string) => {
      for (const folder of ["/root", "/", Deno.cwd(), device!.home, fleet.dir, device!.deployDir]) {
        assertEquals(
          (await namesIn(folder)).filter((name) => name === "lockstep-marker"),
          [],
          `${folder}: ${text}`,
        );
      }
    };

    await t.step("in a variable of the user's own", async () => {
      const run = await deploy({ note: `${word}\nand a second line $(touch lockstep-marker)` });
      assertEquals(run.code, 0, run.text);
      await assertNothingRan(run.text);
    });
    await t.step("in deploy_path", async () => {
      const deployPath = join(device!.dir, word);
      const run = await runOn(
        fleet,
        await fleet.inventory({ hosts: { good: { deploy_path: deployPath } } }),
        [
          "deploy",
          "--artifacts",
          set.dir,
        ],
      );
      assertEquals(run.code, 0, run.text);
      await assertWhole({ ...device!, name: "good", deployPath, deployDir: deployPath }, set);
      await assertNothingRan(run.text);
    });
    await t.step("in live_dir", async () => {
      const run = await deploy({ live_dir: word });
      assert([0, 64].includes(run.code), run.text);
      await assertNothingRan(run.text);
    });
    await t.step("in service and health_url", async () => {
      for (
        const vars of [{ service: word }, { health_url: `http://127.0.0.1:1/${word}`, health_attempts: 1 }]
      ) {
        const run = await deploy(vars);
        await assertNothingRan(run.text);
      }
    });
    await t.step("with a line break in deploy_path", async () => {
      const deployPath = `${join(device!.dir, "first")}\n$(touch lockstep-marker)\nlast`;
      const run = await runOn(
        fleet,
        await fleet.inventory({ hosts: { good: { deploy_path: deployPath } } }),
        [
          "deploy",
          "--artifacts",
          set.dir,
        ],
      );
      assert([0, 64].includes(run.code), run.text);
      await assertNothingRan(run.text);
    });
    await t.step("in --extra-vars", async () => {
      const run = await runOn(fleet, await fleet.inventory(), [
        "deploy",
        "--artifacts",
        set.dir,
        "--extra-vars",
        JSON.stringify({ note: word }),
      ]);
      await assertNothingRan(run.text);
    });
  },
);

longTestWhere("every command works, when the deploy path has a space", { needs: ["sshd"] }, async () => {
  await using fleet = await makeFleet({ devices: [{ name: "good" }] });
  const [good] = fleet.devices;
  const deployPath = join(good!.dir, "My Devices/iot inference");
  const device = { ...good!, name: "good", deployPath, deployDir: deployPath };
  await Deno.mkdir(deployPath, { recursive: true });
  const inventory = await fleet.inventory({
    hosts: { good: { deploy_path: deployPath, live_dir: "artifacts_phase2" } },
  });
  const one = await makeArtifacts(join(fleet.dir, "set one"), { seed: 1, files: 7 });
  const two = await makeArtifacts(join(fleet.dir, "set two"), { seed: 2, files: 7 });
  const expectations: [string[], string, Artifacts][] = [
    [["deploy", "--artifacts", one.dir], "changed", one],
    [["deploy", "--artifacts", one.dir], "ok", one],
    [["deploy", "--artifacts", two.dir], "changed", two],
    [["verify-remote", "--artifacts", two.dir], "ok", two],
    [["rollback"], "changed", one],
    [["cleanup"], "", one],
    [["deploy", "--artifacts", one.dir], "ok", one],
  ];
  for (const [args, status, live] of expectations) {
    const run = await runOn(fleet, inventory, args);
    assertEquals(run.code, 0, `${args.join(" ")}: ${run.text}`);
    if (status !== "") {
      assertEquals(statuses(await run.report()), { good: status }, `${args.join(" ")}: ${run.text}`);
    }
    await assertWhole(device, live);
  }
});

longTestWhere("deploy hears what a device says through all its noise, when its shell chatters", {
  needs: ["sshd"],
}, async () => {
  await using fleet = await makeFleet({ devices: [{ name: "noisy", noisy: true }] });
  const inventory = await fleet.inventory();
  const set = await makeArtifacts(join(fleet.dir, "artifacts"), { bytes: 300_000 });
  for (const status of ["changed", "ok"]) {
    const run = await runOn(fleet, inventory, ["deploy", "--artifacts", set.dir]);
    assertEquals([run.code, statuses(await run.report())], [0, { noisy: status }], run.text);
  }
  await assertWhole(fleet.devices[0]!, set);
});

longTestWhere("deploy ends the quick device long before the slow one, when both are in one wave", {
  needs: ["sshd"],
}, async () => {
  await using fleet = await makeFleet({ devices: [{ name: "slow", slowSeconds: 3 }, { name: "quick" }] });
  const set = await makeArtifacts(join(fleet.dir, "artifacts"));
  const run = await runOn(fleet, await fleet.inventory(), ["deploy", "--artifacts", set.dir]);
  const report = await run.report();
  assertEquals([run.code, statuses(report)], [0, { slow: "changed", quick: "changed" }], run.text);
  const took = Object.fromEntries(report.hosts.map(({ host, durationMs }) => [host, durationMs]));
  assert(took.slow! >= 3000 && took.quick! < 3000, JSON.stringify(took));
});

longTestWhere(
  "deploy loses one host alone, when its link is cut while files are sent",
  { needs: ["sshd"] },
  async () => {
    await using fleet = await makeFleet({ devices: [{ name: "good" }, { name: "bad" }] });
    const inventory = await fleet.inventory();
    const one = await makeArtifacts(join(fleet.dir, "one"), { seed: 1 });
    const two = await makeArtifacts(join(fleet.dir, "two"), { seed: 2, bytes: 60_000_000 });
    assertEquals((await runOn(fleet, inventory, ["deploy", "--artifacts", one.dir])).code, 0);
    const bad = fleet.device("bad");
    const staging = join(bad.deployDir, ".lockstep", "staging", two.id);
    const running = runOn(fleet, inventory, ["deploy", "--artifacts", two.dir]);
    while ((await namesIn(staging)).length === 0) await delay(2);
    await bad.drop();
    const run = await running;
    const report = await run.report();
    assertEquals(statuses(report).good, "changed", run.text);
    if (statuses(report).bad !== "changed") {
      assert([2, 4].includes(run.code), run.text);
      assertEquals(errorOf(report, "bad").kind, "dropped", run.text);
    }
    await assertWhole(bad, one, two);
    const again = await runOn(fleet, inventory, ["deploy", "--artifacts", two.dir]);
    assertEquals(again.code, 0, again.text);
    await assertWhole(bad, two);
  },
);

longTestWhere(
  "deploy gives up one host alone, when it hangs in the middle",
  { needs: ["sshd"] },
  async () => {
    await using fleet = await makeFleet({ devices: [{ name: "good" }, { name: "bad" }] });
    const inventory = await fleet.inventory();
    const one = await makeArtifacts(join(fleet.dir, "one"), { seed: 1 });
    const two = await makeArtifacts(join(fleet.dir, "two"), { seed: 2, bytes: 60_000_000 });
    assertEquals((await runOn(fleet, inventory, ["deploy", "--artifacts", one.dir])).code, 0);
    const bad = fleet.device("bad");
    const running = runOn(fleet, inventory, ["deploy", "--artifacts", two.dir]);
    while ((await namesIn(join(bad.deployDir, ".lockstep", "staging", two.id))).length === 0) await delay(2);
    await bad.freeze();
    const frozen = performance.now();
    const run = await running;
    assert(performance.now() - frozen < 40_000, `it took ${performance.now() - frozen} ms`);
    const report = await run.report();
    assertEquals([run.code, statuses(report)], [4, { good: "changed", bad: "unreachable" }], run.text);
    assert(["dropped", "timeout"].includes(errorOf(report, "bad").kind), run.text);
    await assertWhole(bad, one);
    await bad.drop();
    const again = await runOn(fleet, inventory, ["deploy", "--artifacts", two.dir]);
    assertEquals(again.code, 0, again.text);
    await assertWhole(bad, two);
  },
);

longTestWhere("deploy leaves a device whole and says so, when its link is cut after the switch", {
  needs: ["sshd"],
}, async () => {
  await using fleet = await makeFleet({ devices: [{ name: "good" }, { name: "bad" }] });
  const vars = { service: "slow", service_manager: "command", restart_command: "sleep 2" };
  const inventory = await fleet.inventory({ hosts: { bad: vars } });
  const one = await makeArtifacts(join(fleet.dir, "one"), { seed: 1 });
  const two = await makeArtifacts(join(fleet.dir, "two"), { seed: 2 });
  assertEquals((await runOn(fleet, inventory, ["deploy", "--artifacts", one.dir])).code, 0);
  const bad = fleet.device("bad");
  const running = runOn(fleet, inventory, ["deploy", "--artifacts", two.dir]);
  while (!(await liveDir(bad))?.includes(two.id)) await delay(5);
  await delay(200);
  await bad.drop();
  const run = await running;
  const report = await run.report();
  assertEquals(statuses(report).good, "changed", run.text);
  const outcome = report.hosts.find(({ host }) => host === "bad")!;
  assert(["rolled_back", "failed", "changed"].includes(outcome.status), run.text);
  const live = await assertWhole(bad, one, two);
  if (outcome.status !== "failed") {
    assertEquals([outcome.release, live], [live, outcome.status === "changed" ? two.id : one.id]);
  }
  const again = await runOn(fleet, inventory, [
    "deploy",
    "--artifacts",
    two.dir,
    "-e",
    "restart_command=true",
  ]);
  assertEquals(again.code, 0, again.text);
  await assertWhole(bad, two);
});

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
