import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { UsageError } from "../../../lib/errors.ts";
import { command } from "../../../tasks/common/command/command.ts";
import { service, type ServiceOptions } from "../../../tasks/common/service.ts";
import { type LocalDevice, makeLocalDevice, type ToolboxOptions } from "../../local_device.ts";
import { longTestWhere, testWhere } from "../../support.ts";
import { assertPromise } from "../promise.ts";
import { shellKinds } from "./shells.ts";
import { rehearse } from "./simulated.ts";

/** A systemctl with one unit, `agent`, described by files: `active`, `unknown`, `stale` (its file has changed), `dies`. */
const systemctl = `
  state=\${0%/*}/state
  mkdir -p "$state"
  case $1 in show) ;; *) echo "$*" >>"$state/calls" ;; esac
  case $1 in
    show)
      active=$(cat "$state/active" 2>/dev/null || echo inactive)
      if [ -e "$state/unknown" ]; then echo LoadState=not-found; else echo LoadState=loaded; fi
      if [ -e "$state/stale" ]; then echo NeedDaemonReload=yes; else echo NeedDaemonReload=no; fi | grep "^$3="
      echo "ActiveState=$active"
      ;;
    stop) echo inactive >"$state/active" ;;
    start) if [ -e "$state/dies" ]; then echo failed >"$state/active"; else echo active >"$state/active"; fi ;;
    reset-failed) ;;
    daemon-reload) rm "$state/stale" ;;
  esac`;

const withSystemd = (tools: ToolboxOptions = {}): Promise<LocalDevice> =>
  makeLocalDevice({
    settings: { restartTimeout: 2, restartSettle: 0, serviceManager: "none" },
    tools: { ...tools, scripts: { systemctl, journalctl: "echo 'cannot bind'", ...tools.scripts } },
  });

const systemd = (options: Pick<ServiceOptions, "state" | "onlyIf">) =>
  service({ name: "agent", service: "agent", manager: "systemd", ...options });

async function note(device: LocalDevice, name: string, text = ""): Promise<void> {
  await Deno.mkdir(`${device.path}/state`, { recursive: true });
  await Deno.writeTextFile(`${device.path}/state/${name}`, text);
}

/** What was asked of systemctl since the last time, but for looks. */
async function calls(device: LocalDevice): Promise<string[]> {
  const path = `${device.path}/state/calls`;
  const text = await Deno.readTextFile(path).catch(() => "");
  await Deno.remove(path).catch(() => {});
  return text.trimEnd().split("\n").filter((line) => line !== "" && !line.startsWith("reset-failed"));
}

for (const { name, needs, tools } of shellKinds) {
  testWhere(`service() starts what does not run and stops what does, with ${name}`, { needs }, async () => {
    await using device = await withSystemd(tools);
    const { last } = await assertPromise(device, systemd({ state: "started" }));
    assertEquals(last.detail, { manager: "systemd", active: true });
    assertEquals(await calls(device), ["start agent"]);
    await assertPromise(device, systemd({ state: "stopped" }));
    assertEquals(await calls(device), ["stop agent"]);
  });

  testWhere(
    `service() restarts as a handler, when a task has changed something, with ${name}`,
    { needs },
    async () => {
      await using device = await withSystemd(tools);
      await note(device, "active", "active\n");
      const config = command({
        name: "config",
        argv: ["touch", device.at("a.conf")],
        creates: device.at("a.conf"),
      });
      const other = command({ name: "other", argv: ["true"], creates: "/" });
      const tasks = [config, other, systemd({ state: "restarted", onlyIf: [other, config] })];
      const dry = await device.perform(tasks, { dryRun: true });
      assertEquals([dry.statuses, await calls(device)], [
        { config: "changed", other: "ok", agent: "changed" },
        [],
      ]);
      const first = await device.perform(tasks);
      assertEquals(first.statuses, dry.statuses, JSON.stringify(first.last.error));
      assertEquals([first.last.steps, await calls(device)], [dry.last.steps, ["stop agent", "start agent"]]);
      const second = await device.perform(tasks);
      assertEquals(second.statuses, { config: "ok", other: "ok", agent: "ok" });
      assertEquals([second.last.detail, await calls(device)], [
        { reason: "nothing changed in other, config" },
        [],
      ]);
    },
  );
}

testWhere("service() restarts in each run, when it has no onlyIf", { needs: ["linux"] }, async () => {
  await using device = await withSystemd();
  for (let run = 0; run < 2; run++) {
    assertEquals((await device.perform([systemd({ state: "restarted" })])).statuses, { agent: "changed" });
    assertEquals(await calls(device), ["stop agent", "start agent"]);
  }
});

testWhere("service() lets systemd read a unit that has changed", { needs: ["linux"] }, async () => {
  await using device = await withSystemd();
  await note(device, "stale");
  await device.perform([systemd({ state: "started" })]);
  assertEquals(await calls(device), ["daemon-reload", "start agent"]);
});

testWhere(
  "service() fails with what the service said, when it does not stay",
  { needs: ["linux"] },
  async () => {
    await using device = await withSystemd();
    await note(device, "dies");
    const { last } = await device.perform([systemd({ state: "started" })]);
    assertEquals([last.status, last.error?.kind], ["failed", "service"]);
    assertStringIncludes(last.error?.log ?? "", "cannot bind");
    assertEquals(last.error?.action, "start the service: agent");
  },
);

testWhere("service() tells of a service that the device does not know", { needs: ["linux"] }, async () => {
  await using device = await withSystemd();
  await note(device, "unknown");
  assertEquals((await device.perform([systemd({ state: "stopped" })])).statuses, { agent: "ok" });
  const dry = await device.perform([systemd({ state: "started" })], { dryRun: true });
  assertEquals([dry.statuses, dry.warnings.length], [{ agent: "changed" }, 1]);
  const { last } = await device.perform([systemd({ state: "started" })]);
  assertEquals(last.error?.kind, "not-found");
  assertEquals(await calls(device), []);
});

testWhere(
  "service() refuses where the user may not, and uses sudo where it may",
  { needs: ["linux"] },
  async () => {
    const id = "case $1 in -un) echo deploy ;; *) echo 1000 ;; esac";
    const sudo = (grants: string) =>
      `shift; if [ "$1" = -l ]; then ${grants}; fi; echo sudo "$@" >>"\${0%/*}/said"; exec "$@"`;
    await using refused = await withSystemd({ scripts: { id, sudo: sudo("exit 1") } });
    const { last } = await refused.perform([systemd({ state: "started" })]);
    assertEquals([last.error?.kind, await calls(refused)], ["privilege", []]);
    await using granted = await withSystemd({ scripts: { id, sudo: sudo("exit 0") } });
    await assertPromise(granted, systemd({ state: "started" }));
    assertStringIncludes(await Deno.readTextFile(`${granted.path}/said`), "sudo systemctl start agent");
  },
);

longTestWhere(
  "service() knows OpenRC and runit by their own words",
  { needs: ["linux", "root"] },
  async () => {
    const name = `lockstep-test-${crypto.randomUUID()}`;
    /** Takes the verb from one word and the name from the other. */
    const script = (verb: number, stopped: string, running: string) => `
    state=\${0%/*}/state; mkdir -p "$state"
    case $${verb} in
      status) if [ -e "$state/runs" ]; then ${running}; else ${stopped}; fi ;;
      stop) echo "$*" >>"$state/calls"; rm "$state/runs" ;;
      *) echo "$*" >>"$state/calls"; : >"$state/runs" ;;
    esac`;
    await using device = await makeLocalDevice({
      settings: { restartTimeout: 2, restartSettle: 0 },
      tools: {
        scripts: {
          "rc-service": script(2, "exit 3", "exit 0"),
          sv: script(1, "echo down: x", "echo run: x"),
        },
      },
    });
    try {
      await Deno.mkdir(`/etc/service/${name}`, { recursive: true });
      await Deno.writeTextFile(`/etc/init.d/${name}`, "#!/bin/sh\n", { mode: 0o755 });
      for (const manager of ["openrc", "runit"] as const) {
        for (const state of ["started", "stopped"] as const) {
          await assertPromise(device, service({ name: "x", service: name, manager, state }));
        }
        const words = (verb: string) => manager === "openrc" ? `${name} ${verb}` : `${verb} ${name}`;
        assertEquals(await calls(device), [words("start"), words("stop")]);
      }
    } finally {
      await Deno.remove(`/etc/init.d/${name}`);
      await Deno.remove(`/etc/service/${name}`);
      await Deno.remove("/etc/service").catch(() => {});
    }
  },
);

longTestWhere("service() stops and starts an init script, and says if nothing tells", {
  needs: ["linux", "root"],
}, async () => {
  await using device = await makeLocalDevice({ settings: { restartTimeout: 2, restartSettle: 0 } });
  const name = `lockstep-test-${crypto.randomUUID()}`;
  const script = (status: string) =>
    `#!/bin/sh
case $1 in
  start) : >${device.at("runs")} ;;
  stop) rm -f ${device.at("runs")} ;;
  ${status}
  *) exit 3 ;;
esac
`;
  const init = (state: ServiceOptions["state"]) =>
    service({ name: "init", service: name, manager: "sysv", state });
  try {
    await Deno.writeTextFile(`/etc/init.d/${name}`, script(`status) [ -e ${device.at("runs")} ] ;;`), {
      mode: 0o755,
    });
    await assertPromise(device, init("started"));
    await assertPromise(device, init("stopped"));
    assertEquals((await device.perform([init("restarted")])).statuses, { init: "changed" });
    assert((await device.tree()).has("runs"));
    await Deno.writeTextFile(`/etc/init.d/${name}`, script(""));
    for (let run = 0; run < 2; run++) {
      const { last } = await device.perform([init("stopped")]);
      assertEquals([last.status, last.detail?.reason], ["changed", "whether it runs is not known"]);
    }
    const { last } = await device.perform([init("started")]);
    assertStringIncludes(last.error?.evidence ?? "", "is not active within 2 s");
  } finally {
    await Deno.remove(`/etc/init.d/${name}`);
  }
});

testWhere("service() means the host's own, when it names none", { needs: ["linux"] }, async () => {
  await using device = await makeLocalDevice();
  const own = (state: ServiceOptions["state"]) => service({ name: "own", state });
  assertEquals((await device.perform([own("restarted")])).statuses, { own: "skipped" });
  const settings = {
    serviceManager: "command" as const,
    service: "x",
    restartCommand: `echo "it's" >>'${device.at("restarts")}'`,
  };
  assertEquals((await device.perform([own("restarted")], { settings })).statuses, { own: "changed" });
  assertEquals(await device.read("restarts"), "it's\n");
  const { last } = await device.perform([own("stopped")], { settings });
  assertEquals(last.error?.kind, "unsuitable");
});

testWhere("service() refuses a host's name of a service that is none", { needs: ["linux"] }, async () => {
  await using device = await withSystemd();
  for (const name of ["", "../x", "-x", "a b", "a;b", "$(x)", "a\nb", "*", "."]) {
    const task = service({ name: "agent", service: () => name, manager: "systemd", state: "started" });
    const { last } = await device.perform([task]);
    assertEquals(last.error?.kind, "unsuitable", name);
    assertStringIncludes(last.error?.evidence ?? "", JSON.stringify(name));
    assertThrows(
      () => service({ name: "agent", service: name, state: "started" }),
      UsageError,
      "expected the name",
    );
  }
  assertEquals(await calls(device), []);
});

Deno.test("service() refuses at once what is wrong on every host", () => {
  const handler = command({ name: "x", argv: ["true"] });
  const wrong: ServiceOptions[] = [
    { name: "x", service: "a", state: "running" as "started" },
    { name: "x", service: "a", state: "started", manager: "upstart" as "sysv" },
    { name: "x", service: "a", state: "started", onlyIf: [handler] },
    { name: "x", state: "started", manager: "sysv" },
    { name: "x", service: "a", state: "started", timeout: 1.5 },
  ];
  for (const options of wrong) {
    assertThrows(() => service(options), UsageError, undefined, JSON.stringify(options));
  }
});

Deno.test("service() is changed, then ok, on a simulated device", async () => {
  const config = command({ name: "config", argv: ["true"], creates: "/x" });
  const tasks = [
    config,
    service({ name: "a", service: "a", state: "started" }),
    service({ name: "b", service: "b", state: "stopped" }),
    service({ name: "c", service: "c", state: "restarted", onlyIf: [config] }),
  ];
  assertEquals(await rehearse(tasks, 2), [["changed", "changed", "changed", "changed"], [
    "ok",
    "ok",
    "ok",
    "ok",
  ]]);
});
