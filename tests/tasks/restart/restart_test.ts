import { assert, assertEquals, assertGreater, assertStringIncludes } from "@std/assert";
import { lookAtServiceArgs, service as serviceFact } from "../../../lib/facts/service.ts";
import { program } from "../../../lib/remote/program.ts";
import type { ValuesOf } from "../../../lib/remote/program_arguments.ts";
import type { Answer, Remote } from "../../../lib/remote/remote.ts";
import { type FoundManager, managerNames } from "../../../lib/service_managers/mod.ts";
import { pipelines } from "../../../tasks/mod.ts";
import { restart, restartTexts } from "../../../tasks/restart/restart.ts";
import { CONTROL_TAKES } from "../../../tasks/restart/service_control.ts";
import { type LocalDevice, type LocalDeviceOptions, makeLocalDevice, writeSet } from "../../local_device.ts";
import { longTestWhere, testWhere } from "../../support.ts";
import { assertPromise } from "../promise.ts";

/** A systemctl whose one unit is described by files in a folder: `active`, `pid`; `unknown`, `fails`, `dies` say how it behaves. */
const systemctl = `
  state=\${0%/*}/state
  mkdir -p "$state"
  echo "$*" >>"$state/calls"
  case $1 in
    show)
      load=loaded
      if [ -e "$state/unknown" ]; then load=not-found; fi
      active=$(cat "$state/active" 2>/dev/null || echo inactive)
      echo "NRestarts=0"
      echo "MainPID=$(cat "$state/pid" 2>/dev/null || echo 0)"
      echo "LoadState=$load"
      if [ -e "$state/invocation" ]; then echo "InvocationID=$(cat "$state/invocation")"; fi
      echo "ActiveState=$active"
      echo "SubState=dead"
      echo "Result=$(cat "$state/result" 2>/dev/null || echo success)"
      echo "ExecMainStatus=3"
      if [ -e "$state/dies" ] && [ "$active" = active ]; then echo failed >"$state/active"; fi
      ;;
    stop)
      if [ -e "$state/stuck" ]; then echo "Job for $2 timed out" >&2; exit 1; fi
      echo inactive >"$state/active" ;;
    start)
      if [ -e "$state/limited" ]; then echo "Start request repeated too quickly" >&2; exit 1; fi
      if [ -e "$state/invocation" ]; then date +%s%N%s%N%s%N | cut -c 1-32 >"$state/invocation"; fi
      if [ -e "$state/fails" ]; then echo exit-code >"$state/result"; echo "Job for $2 failed" >&2; exit 1; fi
      echo active >"$state/active"
      echo "$(($(cat "$state/pid" 2>/dev/null || echo 100) + 1))" >"$state/pid"
      ;;
    reset-failed) ;;
    *) echo "unexpected: $*" >&2; exit 99 ;;
  esac`;

const journalctl = `echo "$*" >>"\${0%/*}/state/journal-calls"; echo "Traceback: cannot load model.onnx"`;

const systemdDevice = (options: LocalDeviceOptions = {}): Promise<LocalDevice> =>
  makeLocalDevice({
    settings: {
      service: "phase4-inference",
      serviceManager: "systemd",
      restartTimeout: 2,
      ...options.settings,
    },
    tools: { scripts: { systemctl, journalctl, ...options.tools?.scripts } },
  });

const note = (device: LocalDevice, name: string, text = ""): Promise<void> =>
  Deno.mkdir(`${device.path}/state`, { recursive: true }).then(() =>
    Deno.writeTextFile(`${device.path}/state/${name}`, text)
  );

async function calls(device: LocalDevice): Promise<string[]> {
  const text = await Deno.readTextFile(`${device.path}/state/calls`).catch(() => "");
  return text.trimEnd().split("\n").filter((line) => line !== "" && !line.startsWith("show"));
}

/** A device that has switched and not restarted yet. */
async function switched(device: LocalDevice): Promise<void> {
  const release = await writeSet(`${device.dir}/set`, { a: "a" });
  const tasks = pipelines.deploy.filter(({ name }) => name !== "restart" && name !== "health");
  const { last } = await device.perform(tasks, { release });
  assertEquals(last.status, "changed", JSON.stringify(last.error));
}

testWhere("restart stops and starts the unit after a switch, once", { needs: ["linux"] }, async () => {
  await using device = await systemdDevice();
  await note(device, "active", "active\n");
  await switched(device);
  await assertPromiseOutside(device);
  const made = await calls(device);
  assertEquals(made.filter((call) => !call.startsWith("reset-failed")), [
    "stop phase4-inference",
    "start phase4-inference",
  ]);
  assertStringIncludes(await device.read(".lockstep/journal"), "restarted=yes");
});

/** assertPromise() for a task whose work is outside the deploy path. */
async function assertPromiseOutside(device: LocalDevice): Promise<void> {
  const { last } = await assertPromise(device, restart);
  assertEquals(last.detail?.manager, "systemd");
}

testWhere(
  "restart leaves a service alone that runs, where nothing was switched",
  { needs: ["linux"] },
  async () => {
    await using device = await systemdDevice();
    await note(device, "active", "active\n");
    assertEquals((await device.perform([restart])).statuses, { restart: "ok" });
    assertEquals(await calls(device), []);
  },
);

testWhere("restart starts a service that is not active", { needs: ["linux"] }, async () => {
  await using device = await systemdDevice();
  await note(device, "active", "failed\n");
  assertEquals((await device.perform([restart], { dryRun: true })).statuses, { restart: "changed" });
  assertEquals(await calls(device), []);
  assertEquals((await device.perform([restart])).statuses, { restart: "changed" });
  assertEquals((await device.perform([restart])).statuses, { restart: "ok" });
  assertEquals((await Deno.readTextFile(`${device.path}/state/active`)).trim(), "active");
});

testWhere(
  "restart fails with the service's journal where the service does",
  { needs: ["linux"] },
  async () => {
    for (const how of ["fails", "dies"]) {
      await using device = await systemdDevice({ settings: { restartSettle: 1, restartTimeout: 1 } });
      await note(device, how);
      await switched(device);
      const { last } = await device.perform([restart]);
      assertEquals([last.status, last.error?.kind], ["failed", "service"], how);
      assertStringIncludes(last.error?.log ?? "", "cannot load model.onnx", how);
      assertStringIncludes(last.error?.evidence ?? "", "phase4-inference", how);
      const asked = await Deno.readTextFile(`${device.path}/state/journal-calls`);
      assertStringIncludes(asked, "2 minutes ago");
      assert(!(await device.read(".lockstep/journal")).includes("restarted=yes"), how);
    }
  },
);

longTestWhere(
  "restart blames the release only if the service was started on it",
  { needs: ["linux"] },
  async () => {
    const first = "0".repeat(32);
    const cases: [what: string, notes: string[], kind: string, words: string][] = [
      ["it does not stop", ["stuck"], "not-tried", "could not be stopped"],
      ["the start limit was reached before", ["limited"], "not-tried", "was not started within 1 s"],
      ["it was never started before, and is not now", ["limited"], "not-tried", "was not started within 1 s"],
      ["it was started and failed", ["fails"], "service", "failed to start"],
    ];
    for (const [what, notes, kind, words] of cases) {
      await using device = await systemdDevice({ settings: { restartTimeout: 1 } });
      await note(device, "active", "active\n");
      await note(device, "invocation", what.includes("never") ? "" : first);
      for (const name of notes) await note(device, name);
      await switched(device);
      const { last } = await device.perform([restart]);
      assertEquals([last.status, last.error?.kind], ["failed", kind], what);
      assertStringIncludes(last.error?.evidence ?? "", words, what);
    }
  },
);

longTestWhere("restart leaves a service alone that was never stopped, where the old set is back", {
  needs: ["linux"],
}, async () => {
  await using device = await systemdDevice();
  await note(device, "active", "active\n");
  await note(device, "invocation", "0".repeat(32));
  const one = await writeSet(`${device.dir}/one`, { a: "1" }, "1");
  await device.perform(pipelines.deploy, { release: one });
  const calm = await calls(device);
  for (const stopped of [false, true]) {
    await switched(device);
    const undo = (await device.read(".lockstep/journal")).match(/^previous=(.*)$/m)![1]!;
    const release = await writeSet(`${device.dir}/set`, { a: "a" });
    // What it runs on is not known if it was restarted meanwhile.
    if (stopped) await note(device, "invocation", "1".repeat(32));
    const undone = await device.perform(pipelines.undo, { release, undo });
    const restarted = stopped ? "changed" : "ok";
    assertEquals(undone.statuses, { commit: "changed", restart: restarted, health: "changed" });
    assertEquals((await calls(device)).length > calm.length, stopped);
  }
});

testWhere("restart says so if sudo has changed its mind since", { needs: ["linux"] }, async () => {
  const sudo = `
    [ "$1" = -n ] || exit 9
    shift
    if [ -e "\${0%/*}/state/revoked" ]; then exit 1; fi
    case $1 in -*) exit 0 ;; esac
    case "$*" in *restart*) touch "\${0%/*}/state/revoked"; echo "a password is required" >&2; exit 1 ;; esac`;
  await using device = await systemdDevice({
    tools: {
      scripts: {
        sudo: `case "$*" in *stop*) exit 1 ;; esac; ${sudo}`,
        id: `case $1 in -un) echo deploy ;; *) echo 1000 ;; esac`,
      },
    },
  });
  await note(device, "active", "active\n");
  await switched(device);
  const { last } = await device.perform([restart]);
  assertEquals([last.status, last.error?.kind], ["failed", "privilege"], JSON.stringify(last.error));
  assertEquals(last.detail?.commands, ["sudo systemctl restart phase4-inference"]);
  // Then it is not even tried.
  assertEquals((await device.perform([restart])).last.error?.kind, "privilege");
  assertEquals(await calls(device), []);
});

longTestWhere("restart uses restart alone where only that is allowed", { needs: ["linux"] }, async () => {
  const sudo = `
    [ "$1" = -n ] || exit 9
    shift
    case "$*" in *"systemctl restart phase4-inference.service") ;; -v | -l) exit 0 ;; *) exit 1 ;; esac
    case $1 in -l) exit 0 ;; esac
    exec "$@"`;
  await using device = await systemdDevice({
    tools: {
      scripts: {
        sudo,
        systemctl: systemctl.replace("start)", "start | restart)"),
        id: `case $1 in -un) echo deploy ;; *) echo 1000 ;; esac`,
      },
    },
  });
  await note(device, "active", "active\n");
  await switched(device);
  const { last } = await device.perform([restart]);
  assertEquals(last.status, "changed", JSON.stringify(last.error));
  assertEquals(last.detail?.commands, ["sudo systemctl restart phase4-inference.service"]);
  assertEquals(await calls(device), ["restart phase4-inference.service"]);
});

testWhere(
  "restart is skipped if the device knows no such unit, and says so",
  { needs: ["linux"] },
  async () => {
    await using device = await systemdDevice();
    await note(device, "unknown");
    await switched(device);
    const { last } = await device.perform([restart]);
    assertEquals(last.status, "skipped");
    assertStringIncludes(String(last.detail?.reason), "phase4-inference");
    assertEquals(await calls(device), []);
  },
);

testWhere("restart is skipped if there is no service", { needs: ["linux"] }, async () => {
  await using device = await systemdDevice({ settings: { service: "" } });
  await switched(device);
  assertEquals((await device.perform([restart])).statuses, { restart: "skipped" });
  assertEquals(await calls(device), []);
});

testWhere("restart takes no name of a unit for an option", { needs: ["linux"] }, async () => {
  await using device = await systemdDevice({ settings: { service: "--force" } });
  const { last } = await device.perform([restart]);
  assertEquals(last.status, "failed");
  assertEquals(await calls(device), []);
});

testWhere("restart uses sudo -n where the user is not root and may", { needs: ["linux"] }, async () => {
  const sudo = `
    echo "$*" >>"\${0%/*}/state/sudo"
    [ "$1" = -n ] || exit 9
    shift
    if [ "$1" = -l ]; then exit 0; fi
    exec "$@"`;
  await using device = await systemdDevice({
    tools: { scripts: { sudo, id: `case $1 in -u) echo 1000 ;; -un) echo deploy ;; *) echo 1000 ;; esac` } },
  });
  await note(device, "active", "inactive\n");
  assertEquals((await device.perform([restart])).statuses, { restart: "changed" });
  const asked = (await Deno.readTextFile(`${device.path}/state/sudo`)).split("\n");
  assert(asked.includes("-n systemctl stop phase4-inference"));
  assert(asked.includes("-n systemctl start phase4-inference"));
});

testWhere("restart tells what systemd says first, and what sudo says of the device's name last", {
  needs: ["linux"],
}, async () => {
  const noise = "sudo: unable to resolve host edge-1: Name or service not known";
  const sudo = `echo "${noise}" >&2; shift; if [ "$1" = -l ]; then exit 0; fi; exec "$@"`;
  await using device = await systemdDevice({
    tools: { scripts: { sudo, id: `case $1 in -un) echo deploy ;; *) echo 1000 ;; esac` } },
  });
  await note(device, "fails");
  const { last } = await device.perform([restart]);
  assertEquals(last.error?.kind, "service");
  assertEquals(
    last.error?.evidence,
    "phase4-inference failed to start; Result=exit-code, ExecMainStatus=3, NRestarts=0",
  );
  const log = last.error?.log?.split("\n") ?? [];
  assertStringIncludes(log[0] ?? "", "cannot load model.onnx");
  assertEquals(log.slice(1), [noise, "Job for phase4-inference failed"]);
});

testWhere("restart runs restart_command, and tells of its failure", { needs: ["linux"] }, async () => {
  await using device = await makeLocalDevice({ settings: { serviceManager: "command", service: "x" } });
  const command = (text: string) => ({ settings: { restartCommand: text } });
  await switched(device);
  const broken = await device.perform([restart], command("echo 'cannot bind'; echo 'port 9208' >&2; exit 7"));
  assertEquals(broken.last.error?.kind, "service");
  assertStringIncludes(broken.last.error?.evidence ?? "", "7");
  assertStringIncludes(broken.last.error?.log ?? "", "cannot bind\nport 9208");
  const well = command(`echo "it's \\"quoted\\"" >>'${device.dir}/restarts'`);
  assertEquals((await device.perform([restart], well)).statuses, { restart: "changed" });
  assertEquals((await device.perform([restart], well)).statuses, { restart: "ok" });
  assertEquals(await Deno.readTextFile(`${device.dir}/restarts`), `it's "quoted"\n`);
});

testWhere(
  "restart lets restart_command leave a service behind that prints",
  { needs: ["linux"] },
  async () => {
    await using device = await makeLocalDevice({ settings: { serviceManager: "command", service: "x" } });
    const release = await writeSet(`${device.dir}/set`, { a: "a" });
    const restartCommand =
      `(i=0; while [ $i -lt 100 ]; do echo noise; echo noise >&2; sleep 0.01; i=$((i + 1)); done) & true`;
    const began = performance.now();
    const { statuses } = await device.perform(pipelines.deploy, { release, settings: { restartCommand } });
    assertEquals([statuses.restart, statuses.health], ["changed", "changed"]);
    assert(performance.now() - began < 5000);
    const { last } = await device.perform(pipelines.deploy, { release, settings: { restartCommand } });
    assertEquals(last.status, "skipped");
  },
);

/** Restarts a service by the program for its manager. */
async function restartBy(
  remote: Remote,
  manager: FoundManager,
  values: ValuesOf<typeof CONTROL_TAKES[number]>,
): Promise<Answer> {
  const restartService = program("restart", restartTexts[manager], { takes: CONTROL_TAKES });
  return await remote.run(restartService, restartService.args(values));
}

longTestWhere("restart.sh knows sv and rc-service", { needs: ["linux"] }, async () => {
  const script = (verbs: string) => `
    state=\${0%/*}/state; mkdir -p "$state"; echo "$*" >>"$state/calls"
    case "$*" in ${verbs} *) exit 99 ;; esac`;
  await using device = await makeLocalDevice({
    tools: {
      scripts: {
        sv: script(`"status svc") echo "run: svc: (pid 7) 3s" ;; "restart svc") ;;`),
        "rc-service": script(`"svc status") ;; "svc restart") ;;`),
      },
    },
  });
  const cases: [manager: FoundManager, service: string, calls: string[]][] = [
    ["runit", "svc", ["restart svc"]],
    ["openrc", "svc", ["svc restart"]],
  ];
  const remote = await device.connect();
  try {
    for (const [manager, service, expected] of cases) {
      await Deno.remove(`${device.path}/state`, { recursive: true }).catch(() => {});
      const { code, stderr } = await restartBy(remote, manager, {
        root: device.root,
        service,
        command: "",
        limit: 2,
        settle: 1,
        may: "yes",
      });
      assertEquals(code, 0, `${manager}: ${stderr}`);
      const made = (await Deno.readTextFile(`${device.path}/state/calls`)).trimEnd().split("\n");
      assertEquals(made.filter((call) => !call.includes("status")), expected, manager);
      assertGreater(made.length, expected.length, "it was not watched");
    }
  } finally {
    await remote.close();
  }
});

longTestWhere("restart.sh stops and starts a script in init.d", { needs: ["linux", "root"] }, async () => {
  await using device = await makeLocalDevice();
  const name = `lockstep-test-${crypto.randomUUID()}`;
  const calls = device.at("calls");
  const remote = await device.connect();
  try {
    await Deno.writeTextFile(
      `/etc/init.d/${name}`,
      `#!/bin/sh\necho "$*" >>${calls}\ncase $1 in stop) exit 1 ;; esac\n`,
      { mode: 0o755 },
    );
    const values = { root: device.root, service: name, command: "", limit: 2, settle: 1, may: "yes" };
    const { code, stderr } = await restartBy(remote, "sysv", values);
    assertEquals(code, 0, stderr);
    const made = (await Deno.readTextFile(calls)).trimEnd().split("\n");
    assertEquals(made.filter((call) => call !== "status"), ["stop", "start"]);
    assertGreater(made.length, 2, "it was not watched");
    const looked = await remote.run(serviceFact.program, lookAtServiceArgs("auto", name));
    assertStringIncludes(looked.stdout, `manager=sysv\nknown=yes\nunit=${name}\nactive=yes\n`);
  } finally {
    await remote.close();
    await Deno.remove(`/etc/init.d/${name}`);
  }
});

longTestWhere("restart.sh waits until the service is active", { needs: ["linux"] }, async () => {
  const sv = `
    state=\${0%/*}/state; mkdir -p "$state"
    case $1 in
      restart) date +%s >"$state/at" ;;
      status) if [ "$(($(date +%s) - $(cat "$state/at")))" -ge 2 ]; then echo "run: svc"; else echo "down: svc"; fi ;;
    esac`;
  await using device = await makeLocalDevice({ tools: { scripts: { sv } } });
  const remote = await device.connect();
  try {
    const run = (limit: number) =>
      restartBy(remote, "runit", {
        root: device.root,
        service: "svc",
        command: "",
        limit,
        settle: 0,
        may: "yes",
      });
    assertEquals((await run(6)).code, 0);
    const late = await run(1);
    assertEquals(late.code, 86);
    assertStringIncludes(late.stderr, "not active within 1 s");
  } finally {
    await remote.close();
  }
});

longTestWhere("no program of a device takes a path, an option or a pattern for the name of a service", {
  needs: ["linux"],
}, async () => {
  // A program outside /etc/init.d that would tell that it was run.
  await using device = await makeLocalDevice({
    tools: { scripts: { "rc-service": "exit 0", sv: "exit 0" } },
  });
  const ran = device.at("ran");
  await device.write("program", `#!/bin/sh\necho "$*" >>${ran}\n`);
  await Deno.chmod(device.at("program"), 0o755);
  const path = `../..${device.at("program")}`;
  const plain = [path, `x/${path}`, "..", ".", "-x", "--help", "$(x)", "a;b"];
  const names = [
    ...plain.map((name) => [name, "is not the name of a service"]),
    ...["a*", "*", "?", "[a]"].map((name) => [name, "is a pattern"]),
    ...["a b", "a\nb"].map((name) => [name, "has a space in it"]),
  ] as [name: string, words: string][];
  const remote = await device.connect();
  try {
    for (const [name, words] of names) {
      for (const manager of ["auto", ...managerNames, "none"] as const) {
        const what = `${manager} ${JSON.stringify(name)}`;
        const looked = await remote.run(serviceFact.program, lookAtServiceArgs(manager, name));
        assertEquals(looked.code, 88, what);
        assertStringIncludes(looked.stderr, words, what);
        const values = { root: device.root, service: name, command: "true", limit: 1, settle: 0, may: "yes" };
        const restarted = await restartBy(remote, manager === "auto" ? "none" : manager, values);
        assertEquals(restarted.code, 88, what);
      }
    }
    assertEquals(await Deno.stat(ran).then(() => true, () => false), false);
    // The very program is run where its name is plain: what is refused above is what ran it.
    assertEquals((await remote.run(program("plain", `"/etc/init.d/$1"`), [path])).code, 0);
    assertEquals(await Deno.readTextFile(ran), "\n");
  } finally {
    await remote.close();
  }
});
