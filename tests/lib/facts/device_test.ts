import { assertEquals, assertMatch } from "@std/assert";
import { device as deviceFact } from "../../../lib/facts/device.ts";
import { commandsOf, type Service, service as serviceFact } from "../../../lib/facts/service.ts";
import { space as spaceFact } from "../../../lib/facts/space.ts";
import { type Fact, outputOf } from "../../../lib/facts/fact.ts";
import { type LocalDevice, makeLocalDevice, type ToolboxOptions } from "../../local_device.ts";
import { findProgram, longTestWhere, testWhere } from "../../support.ts";

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
      unit: "x",
      unfit: null,
      start: "",
      active: true,
      may: "yes",
      stopped: false,
    }],
    ["failed", { service: "x", serviceManager: "systemd" }, show("loaded", "failed"), {
      manager: "systemd",
      known: true,
      unit: "x",
      unfit: null,
      start: "",
      active: false,
      may: "yes",
      stopped: false,
    }],
    ["unknown", { service: "x", serviceManager: "systemd" }, show("not-found", "inactive"), {
      manager: "systemd",
      known: false,
      unit: "x",
      unfit: null,
      start: "",
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
      unit: "x",
      unfit: null,
      start: "",
      active: true,
      may: "no",
      stopped: false,
    }],
    [
      "not root, sudo",
      { service: "x", serviceManager: "systemd" },
      { ...show("loaded", "active"), ...notRoot, sudo: "exit 0" },
      {
        manager: "systemd",
        known: true,
        unit: "x",
        unfit: null,
        start: "",
        active: true,
        may: "sudo stop+start systemctl % x",
        stopped: false,
      },
    ],
    // Anyone who may only stop a service must not find that out after the switch.
    [
      "not root, sudo for stop alone",
      { service: "x", serviceManager: "systemd" },
      { ...show("loaded", "active"), ...notRoot, sudo: `case "$*" in *start*) exit 1 ;; esac` },
      {
        manager: "systemd",
        known: true,
        unit: "x",
        unfit: null,
        start: "",
        active: true,
        may: "no",
        stopped: false,
      },
    ],
    ["a command", { service: "x", serviceManager: "command" }, notRoot, {
      manager: "command",
      known: true,
      unit: "x",
      unfit: null,
      start: "",
      active: null,
      may: "yes",
      stopped: false,
    }],
    ["none", { service: "", serviceManager: "auto" }, {}, {
      manager: "none",
      known: false,
      unit: "",
      unfit: null,
      start: "",
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

testWhere("service tells what a unit is called, and why nobody can restart it", {
  needs: ["linux"],
}, async () => {
  const loaded = "LoadState=loaded\nActiveState=inactive\nCanStop=yes";
  const cases: [name: string, shown: string, expected: Partial<Service>][] = [
    ["phase4", `Id=phase4.service\n${loaded}`, { known: true, unit: "phase4", unfit: null }],
    ["phase4.service", `Id=phase4.service\n${loaded}`, { known: true, unit: "phase4.service" }],
    ["alias", `Id=phase4.service\n${loaded}`, { known: true, unit: "phase4.service", unfit: null }],
    ["phase4", `InvocationID=7\nId=phase4.service\n${loaded}\nCanStart=yes`, { unit: "phase4" }],
    ["x", "Id=a b.service\nLoadState=loaded", { unit: "x" }],
    ["x", "Id=-x\nLoadState=loaded", { unit: "x" }],
    ["x", "Id=x.service\nLoadState=masked\nActiveState=inactive", { known: true, unfit: "masked" }],
    ["x", "Id=x.service\nLoadState=bad-setting", { known: true, unfit: "unreadable" }],
    ["x", "Id=x.service\nLoadState=error", { known: true, unfit: "unreadable" }],
    ["x", `Id=x.service\n${loaded}\nCanStart=no`, { known: true, unfit: "no-start" }],
    ["x", "Id=x.service\nLoadState=loaded\nCanStart=yes\nCanStop=no", { known: true, unfit: "no-stop" }],
    ["x", "Id=x.service\nLoadState=not-found\nCanStart=no", { known: false, unfit: null }],
    ["x@", "", { known: false, unit: "x@", unfit: "template" }],
    ["x@.service", "", { known: false, unfit: "template" }],
    ["x@1", `Id=x@1.service\n${loaded}`, { known: true, unit: "x@1", unfit: null }],
  ];
  for (const [service, shown, expected] of cases) {
    await using device = await makeLocalDevice({
      settings: { service, serviceManager: "systemd" },
      tools: { scripts: { systemctl: shown === "" ? "exit 1" : `printf '%b\\n' '${shown}'` } },
    });
    const found = await ask(device, serviceFact);
    const { known, unit, unfit } = found;
    assertEquals({ known, unit, unfit, ...expected }, { known, unit, unfit }, `${service}: ${shown}`);
  }
});

longTestWhere("service finds the form in which sudo or doas lets the user restart a unit", {
  needs: ["linux", "dash", "bash"],
}, async () => {
  // Rules as they are written, a line each; a rule that begins with * asks for a password.
  const sudo = `
    [ "$1" = -n ] || exit 9
    rules=\${0%/*}/rules
    echo "$*" >>"\${0%/*}/asked"
    case $2 in
      -v) ! grep -q '^[*]' "$rules"; exit ;;
      -ll)
        while IFS= read -r rule; do
          echo "Sudoers entry:"
          echo "    RunAsUsers: root"
          case $rule in "*"*) ;; *) echo "    Options: !authenticate" ;; esac
          printf '    Commands:\\n\\t%s\\n\\n' "\${rule#"*"}"
        done <"$rules"
        exit ;;
      -l)
        shift 2
        grep -q '^[^*]' "$rules" || exit 1
        ;;
      *) exit 9 ;;
    esac
    found=1
    if [ $# = 0 ]; then exit 0; fi
    while IFS= read -r rule; do
      rule=\${rule#"*"}
      # Without a path it is looked for, with one it is the very file.
      case $1 in /*) called=$* ;; *) called=/usr/bin/$* ;; esac
      case $called in $rule) found=0 ;; esac
      [ "$rule" != ALL ] || found=0
    done <"$rules"
    if [ $found = 0 ]; then echo "$called"; fi
    exit $found`;
  const doas = `[ "$1 $2" = "-C /etc/doas.conf" ] || exit 1; shift 2
    case "$*" in "/usr/bin/systemctl restart x") echo permit nopass ;; "systemctl restart x") echo permit ;; *) echo deny ;; esac`;
  const systemctl =
    `printf '%s\\n' Id=real.service LoadState=loaded ActiveState=active InvocationID=0123456789abcdef0123456789abcdef`;
  const id = `echo 1000`;
  const cases: [rules: string[], may: string, asked?: number][] = [
    [["/usr/bin/systemctl stop x", "/usr/bin/systemctl start x"], "sudo stop+start systemctl % x"],
    [["/usr/bin/systemctl restart x"], "sudo restart systemctl % x"],
    [["/usr/bin/systemctl restart x.service"], "sudo restart systemctl % x.service"],
    [["/usr/bin/systemctl restart real"], "sudo restart systemctl % real"],
    [["/usr/bin/systemctl restart real.service"], "sudo restart systemctl % real.service"],
    [["/bin/systemctl restart x"], "sudo restart /bin/systemctl % x"],
    [["/usr/bin/systemctl * x"], "sudo stop+start systemctl % x"],
    [["/usr/bin/systemctl restart x*"], "sudo restart systemctl % x"],
    [["/usr/bin/systemctl stop x"], "no"],
    [["*ALL"], "no", 2],
    // Who may do everything with a password and one thing without, does that one thing.
    [["*ALL", "/usr/bin/systemctl restart x"], "sudo restart systemctl % x"],
    [["/usr/bin/systemctl restart x", "*ALL"], "no"],
    [["*/usr/bin/apt", "/bin/systemctl ^(stop|start) x$", "ALL"], "sudo stop+start systemctl % x"],
  ];
  for (const [at, [rules, may, asked]] of cases.entries()) {
    const shell = at % 2 === 0 ? "dash" : "bash";
    await using device = await makeLocalDevice({
      settings: { service: "x", serviceManager: "systemd" },
      tools: { shell, scripts: { systemctl, id, sudo } },
    });
    await Deno.writeTextFile(`${device.path}/rules`, rules.map((rule) => `${rule}\n`).join(""));
    const found = await ask(device, serviceFact);
    assertEquals([found.may, found.start.length], [may, 32], rules.join());
    if (asked === undefined) continue;
    const lines = (await Deno.readTextFile(`${device.path}/asked`)).trimEnd().split("\n");
    assertEquals(lines.length, asked, `each may be a mail to root: ${lines.join()}`);
  }
  await using device = await makeLocalDevice({
    settings: { service: "x", serviceManager: "systemd" },
    tools: { scripts: { systemctl, id, doas } },
  });
  const { may } = await ask(device, serviceFact);
  const there = await Deno.stat("/usr/bin/systemctl").then(() => true, () => false);
  assertEquals(may, there ? "doas restart /usr/bin/systemctl % x" : "no");
});

for (const shell of ["dash", "bash", "busybox"] as const) {
  testWhere(`passwordless finds the rule of sudoers that counts, under ${shell}`, {
    needs: ["linux", shell],
  }, async () => {
    await using device = await makeLocalDevice({ tools: { shell, busybox: shell === "busybox" } });
    const entry = (user: string, options: string, ...commands: string[]): string =>
      [
        "",
        "Sudoers entry: /etc/sudoers.d/x",
        `    RunAsUsers: ${user}`,
        "    RunAsGroups: ALL",
        ...(options === "" ? [] : [`    Options: ${options}`]),
        "    Commands:",
        ...commands.map((command) => `\t${command}`),
        "",
      ].join("\n");
    const all = entry("ALL", "", "ALL");
    const cases: [listed: string, free: boolean][] = [
      [all, false],
      [all + entry("root", "setenv, !authenticate", "/bin/ls", "/bin/systemctl stop x"), true],
      [all + entry("www, root", "!authenticate", "/usr/bin/systemctl st?p x"), true],
      [all + entry("root", "!authenticate", "/usr/bin/systemctl"), true],
      [all + entry("root", "!authenticate", "/usr/bin/"), true],
      [all + entry("root", "!authenticate", "sha224:00ff /usr/bin/systemctl stop x"), true],
      [all + entry("root", "!authenticate", "/usr/bin/systemctl ^(stop|start) x$"), true],
      [all + entry("root", "!authenticate", "/usr/bin/systemctl ^start x$"), false],
      [
        all + entry("root", "!authenticate", "/usr/bin/systemctl stop xy", "!/usr/bin/systemctl stop x"),
        false,
      ],
      [all + entry("www", "!authenticate", "ALL"), false],
      [entry("root", "!authenticate", "/bin/systemctl stop x") + all, false],
      [entry("root", "!authenticate", "ALL") + entry("root", "authenticate", "/bin/systemctl * x"), false],
      // What we cannot read is left to sudo.
      ["", true],
      ["User may run the following commands:\n    (ALL) ALL\n", true],
    ];
    for (const [listed, free] of cases) {
      const { code } = await device.sh(`printf '%s' "$1" | passwordless "$2"`, listed, "systemctl stop x");
      assertEquals(code === 0, free, listed);
    }
  });
}

Deno.test("commandsOf() says how a service is restarted, when that takes sudo or doas", () => {
  const commands = (may: string) => commandsOf({ may } as Service);
  assertEquals(commands("sudo stop+start systemctl % x"), [
    "sudo systemctl stop x",
    "sudo systemctl start x",
  ]);
  assertEquals(commands("doas restart /etc/init.d/x %"), ["doas /etc/init.d/x restart"]);
  assertEquals([commands("yes"), commands("no")], [null, null]);
});

testWhere("service finds a script by the name that systemd has for it elsewhere", {
  needs: ["linux", "root"],
}, async () => {
  const name = `lockstep-test-${crypto.randomUUID()}`;
  await Deno.writeTextFile(`/etc/init.d/${name}`, "#!/bin/sh\n", { mode: 0o755 });
  try {
    for (const service of [name, `${name}.service`]) {
      await using device = await makeLocalDevice({ settings: { service }, tools: {} });
      const { manager, known, unit, active } = await ask(device, serviceFact);
      assertEquals([manager, known, unit, active], ["sysv", true, name, true], service);
    }
  } finally {
    await Deno.remove(`/etc/init.d/${name}`);
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
