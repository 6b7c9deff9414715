import { assertEquals, assertMatch } from "@std/assert";
import { device as deviceFact } from "../../../lib/facts/device.ts";
import { service as serviceFact } from "../../../lib/facts/service.ts";
import { space as spaceFact } from "../../../lib/facts/space.ts";
import { type Fact, outputOf } from "../../../lib/facts/fact.ts";
import { type LocalDevice, makeLocalDevice, type ToolboxOptions } from "../../local_device.ts";
import { findProgram, testWhere } from "../../support.ts";

function appletsInside(busybox: string): boolean {
  const args = ["sh", "-c", "command -v wget"];
  return new Deno.Command(busybox, { args, env: { PATH: "/nowhere" }, clearEnv: true }).outputSync().success;
}

async function ask<T>(device: LocalDevice, fact: Fact<T>): Promise<T> {
  const remote = await device.connect();
  try {
    const subject = { settings: device.settings, release: null };
    const answer = await remote.run(fact.program, fact.args(subject));
    return fact.parse(outputOf(answer, fact.program, "edge-1"), subject);
  } finally {
    await remote.close();
  }
}

testWhere(
  "device tells tools, user and what can rename",
  { needs: ["linux", "busybox", "python3"] },
  async () => {
    const cases: [
      tools: ToolboxOptions,
      missing: string[],
      rename: string,
      exchange: RegExp,
      http: string,
    ][] = [
      [{}, [], "mv", /^(mv|python3)$/, "curl"],
      [{ without: ["perl", "python3"] }, [], "mv", /^(mv)?$/, "curl"],
      [{ without: ["curl", "sha256sum", "dd"] }, ["sha256sum", "dd"], "mv", /^(mv|python3)$/, "wget"],
      [{ without: ["curl", "wget"] }, [], "mv", /^(mv|python3)$/, ""],
      // Where busybox's shell has its applets inside, wget is there, and works, whatever PATH is: see boxes_test.ts.
      [
        { shell: "busybox", busybox: true, without: ["python3", "perl", "curl", "wget"] },
        [],
        "mv",
        /^$/,
        appletsInside(findProgram("busybox")!) ? "wget" : "",
      ],
      [{ without: ["curl"], scripts: { wget: "exit 127" } }, [], "mv", /./, ""],
      [{ scripts: { mv: "echo usage" }, without: ["perl"] }, [], "python3", /^python3$/, "curl"],
      [{ scripts: { mv: "echo usage" }, without: ["perl", "python3"] }, [], "", /^$/, "curl"],
      [{ scripts: { id: `echo "uid=1000(deploy) gid=1000(deploy)"` } }, [], "mv", /./, "curl"],
    ];
    for (const [tools, missing, rename, exchange, http] of cases) {
      await using device = await makeLocalDevice({ tools });
      const found = await ask(device, deviceFact);
      assertEquals([found.missing, found.rename, found.http], [missing, rename, http], JSON.stringify(tools));
      assertMatch(found.exchange, exchange);
      assertMatch(found.system, /^Linux /);
      if (tools.scripts?.id !== undefined) assertEquals([found.root, found.user], [false, "deploy"]);
    }
  },
);

testWhere("service tells who manages it, whether it is known and runs, and how we may restart it", {
  needs: ["linux"],
}, async () => {
  const show = (load: string, active: string) => ({
    systemctl: `echo LoadState=${load}; echo ActiveState=${active}`,
  });
  const notRoot = { id: `case $1 in -u) echo 1000 ;; *) echo "uid=1000(deploy) gid=1000(deploy)" ;; esac` };
  const cases: [
    name: string,
    settings: { service: string; serviceManager: "auto" | "systemd" | "command" | "none" },
    scripts: Record<string, string>,
    expected: Record<string, unknown>,
  ][] = [
    ["active", { service: "x", serviceManager: "systemd" }, show("loaded", "active"), {
      manager: "systemd",
      known: true,
      active: true,
      may: "yes",
      stopped: false,
    }],
    ["failed", { service: "x", serviceManager: "systemd" }, show("loaded", "failed"), {
      manager: "systemd",
      known: true,
      active: false,
      may: "yes",
      stopped: false,
    }],
    ["unknown", { service: "x", serviceManager: "systemd" }, show("not-found", "inactive"), {
      manager: "systemd",
      known: false,
      active: false,
      may: "yes",
      stopped: false,
    }],
    ["not root, no sudo", { service: "x", serviceManager: "systemd" }, {
      ...show("loaded", "active"),
      ...notRoot,
    }, {
      manager: "systemd",
      known: true,
      active: true,
      may: "no",
      stopped: false,
    }],
    [
      "not root, sudo",
      { service: "x", serviceManager: "systemd" },
      { ...show("loaded", "active"), ...notRoot, sudo: "exit 0" },
      { manager: "systemd", known: true, active: true, may: "sudo", stopped: false },
    ],
    // Whoever may only stop a service must not find that out after the switch.
    [
      "not root, sudo for stop alone",
      { service: "x", serviceManager: "systemd" },
      { ...show("loaded", "active"), ...notRoot, sudo: `case "$*" in *start*) exit 1 ;; esac` },
      { manager: "systemd", known: true, active: true, may: "no", stopped: false },
    ],
    ["a command", { service: "x", serviceManager: "command" }, notRoot, {
      manager: "command",
      known: true,
      active: null,
      may: "yes",
      stopped: false,
    }],
    ["none", { service: "", serviceManager: "auto" }, {}, {
      manager: "none",
      known: false,
      active: null,
      may: "yes",
      stopped: false,
    }],
  ];
  for (const [name, settings, scripts, expected] of cases) {
    await using device = await makeLocalDevice({ settings, tools: { scripts } });
    assertEquals(await ask(device, serviceFact) as unknown, expected, name);
  }
});

testWhere("space tells room where the deploy path is, or will be", { needs: ["linux"] }, async () => {
  await using device = await makeLocalDevice();
  const here = await ask(device, spaceFact);
  assertEquals([(here.kib ?? 0) > 0, here.inodes === null || here.inodes > 0], [true, true]);
  const noStat = { stat: "exit 1" };
  await using old = await makeLocalDevice({ tools: { scripts: noStat } });
  const there = await ask(old, spaceFact);
  // Others write to the same disk meanwhile.
  assertEquals(Math.abs((there.kib ?? 0) - (here.kib ?? 0)) < 1e6, true);
  assertEquals(there.inodes === null, here.inodes === null);
  await using none = await makeLocalDevice({ tools: { scripts: { df: "exit 1", ...noStat } } });
  assertEquals(await ask(none, spaceFact), { kib: null, inodes: null });
});
