import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Failure } from "../../../lib/errors.ts";
import { layout } from "../../../lib/facts/releases/layout.ts";
import { slotLink } from "../../../lib/release.ts";
import { program } from "../../../lib/remote/program.ts";
import type { Connect } from "../../../lib/rollout/rollout.ts";
import { defineTask, type Task } from "../../../lib/task.ts";
import { pipelines } from "../../../tasks/mod.ts";
import { diffTrees } from "../../fleet/support/tree.ts";
import {
  failureOf,
  type LocalDevice,
  makeLocalDevice,
  newRun,
  plainSettings,
  writeSet,
} from "../../local_device.ts";
import { sampled } from "../../sampled.ts";
import { longTestWhere, testWhere } from "../../support.ts";
import { breaking, connectLocal, makeLocalFleet, roll } from "./fleet.ts";
import type { Remote } from "../../../lib/remote/remote.ts";

const deployTold = (health = "changed", restart = "changed"): string[] => [
  "preflight ok",
  "backup changed",
  "stage changed",
  "verify changed",
  "commit changed",
  `restart ${restart}`,
  `health ${health}`,
];

/** Settings of a service whose restart fails for sets with a file `bad`. */
const picky = {
  service: "x",
  serviceManager: "command" as const,
  restartCommand: "true",
};

/** The restart command of one device: it fails if the live set holds `bad`. */
function choosy(device: LocalDevice) {
  return {
    ...device.settings,
    ...picky,
    restartCommand: `echo restart >>'${device.dir}/restarts'; ! test -e '${
      device.at("artifacts_phase2/bad")
    }'`,
  };
}

const liveOf = (device: LocalDevice): Promise<string | null> =>
  device.read("artifacts_phase2/a").catch(() => null);

async function slots(device: LocalDevice): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(device.at(".lockstep")))).map(({ name }) => name).sort();
}

testWhere(
  "rollout() takes every host through the pipeline, and tells of it in order",
  { needs: ["linux"] },
  async () => {
    await using fleet = await makeLocalFleet(3);
    const one = await fleet.set("1");
    const two = await fleet.set("2");
    const first = await roll(fleet.hosts, one);
    assertEquals(first.exitCode, 0);
    const { events } = await roll(fleet.hosts, two, { warnings: ["mind the gap"] });
    assertEquals(events.slice(0, 2).map(({ type }) => type), ["run-started", "warning"]);
    assertEquals(events.at(-1)?.type, "run-finished");
    for (const name of ["edge-1", "edge-2", "edge-3"]) {
      const own = events.filter((event) => "host" in event && event.host === name);
      assertEquals(own.map(({ type }) => type).filter((type) => type.startsWith("host")), [
        "host-started",
        "host-finished",
      ]);
      assertEquals(own[0]?.type, "host-started");
      assertEquals(own.at(-1)?.type, "host-finished");
      const again = await roll(fleet.hosts, two);
      assertEquals(again.exitCode, 0);
      assertEquals(again.host(name).status, "ok");
      assertEquals(again.host(name).bytesSent, 0);
    }
    assertEquals(await Promise.all(fleet.devices.map(liveOf)), ["2", "2", "2"]);
  },
);

testWhere(
  "rollout() tells release, former release and bytes of each host",
  { needs: ["linux"] },
  async () => {
    await using fleet = await makeLocalFleet(1);
    const [one, two] = [await fleet.set("1"), await fleet.set("2")];
    const bytes = (release: typeof one): number => release.files.reduce((sum, file) => sum + file.bytes, 0);
    const first = (await roll(fleet.hosts, one)).host("edge-1");
    assertEquals([first.status, first.previousRelease, first.release, first.bytesSent], [
      "changed",
      null,
      one.id,
      bytes(one),
    ]);
    const dry = (await roll(fleet.hosts, two, { run: newRun(true) })).host("edge-1");
    assertEquals([dry.status, dry.previousRelease, dry.release, dry.bytesSent], [
      "changed",
      one.id,
      one.id,
      0,
    ]);
    const second = (await roll(fleet.hosts, two)).host("edge-1");
    assertEquals([second.status, second.previousRelease, second.release], ["changed", one.id, two.id]);
    assert(second.bytesSent < bytes(two));
  },
);

testWhere(
  "rollout() has no more hosts under way than forks, and as many where it can",
  { needs: [] },
  async () => {
    for (const forks of [1, 3, 50]) {
      let [now, most] = [0, 0];
      const task: Task = defineTask({
        name: "count",
        observe: async () => {
          most = Math.max(most, ++now);
          await new Promise((resolve) => setTimeout(resolve, 10));
          now--;
        },
        plan: () => ({ status: "ok" }),
      });
      const hosts = Array.from({ length: 9 }, (_, i) => ({ ...nobody, name: `edge-${i}` }));
      await roll(hosts, null, { pipeline: [task], undo: [], writes: false, forks, connect: nothing });
      assertEquals(most, Math.min(forks, 9));
    }
  },
);

/** Settings and sessions of hosts that are never spoken to. */
const nobody = plainSettings("/nowhere");
const nothing: Connect = () =>
  Promise.resolve({
    run: () => Promise.resolve({ code: 0, stdout: "", stderr: "" }),
    close: () => Promise.resolve(),
  });

testWhere(
  "rollout() keeps a host's failure that host's own, whatever it is",
  { needs: ["linux"] },
  async () => {
    await using fleet = await makeLocalFleet(6);
    const release = await fleet.set("1");
    const connect: Connect = (settings, signal) => {
      switch (settings.name) {
        case "edge-1":
          throw new Error("a fault of our own");
        case "edge-2":
          return Promise.reject(
            new Failure({
              kind: "unreachable",
              action: "connect",
              host: "edge-2",
              evidence: "nothing listens",
            }),
          );
        case "edge-3":
          // It accepts a session and then throws what is no Failure.
          return Promise.resolve({
            run: () => Promise.reject(new TypeError("cannot read")),
            close: () => Promise.resolve(),
          });
        default:
          return connectLocal(settings, signal);
      }
    };
    const rolled = await roll(fleet.hosts, release, {
      connect,
      releaseOf: (host) => {
        if (host.settings.name === "edge-4") throw new Error("cannot tell");
        return Promise.resolve(release);
      },
    });
    const statuses = fleet.hosts.map(({ name }) =>
      `${rolled.host(name).status} ${rolled.host(name).error?.kind}`
    );
    assertEquals(statuses, [
      "failed fault",
      "unreachable unreachable",
      "failed fault",
      "failed fault",
      "changed undefined",
      "changed undefined",
    ]);
    assertEquals(rolled.exitCode, 2);
  },
);

testWhere(
  "rollout() ends with 4 where hosts are unreachable and none failed",
  { needs: ["linux"] },
  async () => {
    await using fleet = await makeLocalFleet(2);
    const release = await fleet.set("1");
    const { exitCode } = await roll(fleet.hosts, release, {
      connect: (settings, signal) =>
        settings.name === "edge-1"
          ? Promise.reject(new Failure({ kind: "timeout", action: "connect", evidence: "no answer" }))
          : connectLocal(settings, signal),
    });
    assertEquals(exitCode, 4);
  },
);

testWhere(
  "rollout() brings the old set back if a host fails after the switch",
  { needs: ["linux"] },
  async () => {
    for (const before of ["a release", "a folder"]) {
      await using fleet = await makeLocalFleet(1);
      const [device] = fleet.devices as [LocalDevice];
      const host = choosy(device);
      const one = await fleet.set("1");
      if (before === "a release") await roll([host], one);
      else {
        await device.write("artifacts_phase2/a", "1");
        await device.write("artifacts_phase2/unlisted", "kept");
      }
      const bad = await fleet.set("2", { a: "2", bad: "x" });
      const rolled = await roll([host], bad);
      const end = rolled.host("edge-1");
      assertEquals([rolled.exitCode, end.status, end.error?.kind], [2, "rolled_back", "service"], before);
      assertEquals(end.rollbackError, undefined);
      assertStringIncludes(end.error?.action ?? "", "restart");
      assertEquals(rolled.told("edge-1"), [
        ...deployTold().slice(0, 5),
        "restart failed",
        "undo:commit changed",
        "undo:restart changed",
        "undo:health changed",
      ]);
      assertEquals(await liveOf(device), "1");
      assert(!(await slots(device)).includes("journal"));
      if (before === "a folder") assertEquals(await device.read("artifacts_phase2/unlisted"), "kept");
      else assertEquals([end.previousRelease, end.release], [one.id, one.id]);
      const good = await roll([host], await fleet.set("3"));
      assertEquals([good.exitCode, await liveOf(device)], [0, "3"]);
    }
  },
);

longTestWhere("rollout() marks no release on a host where its service could not be restarted at all", {
  needs: ["linux"],
}, async () => {
  const systemctl = `
    state=\${0%/*}/state
    case $1 in
      show) printf '%s\\n' LoadState=loaded ActiveState=active MainPID=7 "InvocationID=$(cat "$state")" ;;
      stop) if [ -e "$state.stuck" ]; then echo "Job timed out" >&2; exit 1; fi ;;
      start) date +%s%N%s%N | cut -c 1-32 >"$state" ;;
    esac`;
  await using device = await makeLocalDevice({
    settings: { service: "x", serviceManager: "systemd", restartSettle: 0 },
    tools: { scripts: { systemctl } },
  });
  await Deno.writeTextFile(`${device.path}/state`, "0".repeat(32));
  const connect: Connect = (_, signal) => device.connect(signal);
  const one = await writeSet(`${device.dir}/1`, { a: "1" }, "1");
  assertEquals((await roll([device.settings], one, { connect })).exitCode, 0);
  const before = await Deno.readTextFile(`${device.path}/state`);
  await Deno.writeTextFile(`${device.path}/state.stuck`, "");
  const two = await writeSet(`${device.dir}/2`, { a: "2" }, "2");
  const rolled = await roll([device.settings], two, { connect });
  const end = rolled.host("edge-1");
  assertEquals([end.status, end.error?.kind, end.rollbackError], ["rolled_back", "not-tried", undefined]);
  assertEquals(rolled.told("edge-1").slice(-4), [
    "restart failed",
    "undo:commit changed",
    "undo:restart ok",
    "undo:health changed",
  ]);
  assertEquals([await liveOf(device), await Deno.readTextFile(`${device.path}/state`)], ["1", before]);
  assert(!(await slots(device)).includes("failed"));
  // So it is put live as soon as that is mended.
  await Deno.remove(`${device.path}/state.stuck`);
  assertEquals((await roll([device.settings], two, { connect })).exitCode, 0);
  assertEquals(await liveOf(device), "2");
});

longTestWhere(
  "rollout() keeps the first error, and tells the second, where the old set cannot be brought back",
  {
    needs: ["linux"],
  },
  async () => {
    await using fleet = await makeLocalFleet(1);
    const [device] = fleet.devices as [LocalDevice];
    const host = { ...choosy(device), restartCommand: `test -e '${device.dir}/well'` };
    await Deno.writeTextFile(`${device.dir}/well`, "");
    await roll([host], await fleet.set("1"));
    await Deno.remove(`${device.dir}/well`);
    const rolled = await roll([host], await fleet.set("2"));
    const end = rolled.host("edge-1");
    assertEquals([rolled.exitCode, end.status], [2, "failed"]);
    assertEquals([end.error?.kind, end.rollbackError?.kind], ["service", "service"]);
    assertEquals(await liveOf(device), "1");
    // The next run settles what is unfinished.
    await Deno.writeTextFile(`${device.dir}/well`, "");
    assertEquals((await roll([host], await fleet.set("3"))).exitCode, 0);
    assertEquals(await liveOf(device), "3");
  },
);

testWhere("rollout() says what is live if a first deploy fails and there is nothing to go back to", {
  needs: ["linux"],
}, async () => {
  await using fleet = await makeLocalFleet(1);
  const [device] = fleet.devices as [LocalDevice];
  const bad = await fleet.set("1", { a: "1", bad: "x" });
  const rolled = await roll([choosy(device)], bad);
  const end = rolled.host("edge-1");
  assertEquals([rolled.exitCode, end.status, end.release, end.previousRelease], [2, "failed", bad.id, null]);
  assertStringIncludes(end.error?.next ?? "", "no earlier set");
  assertEquals(await liveOf(device), "1");
});

testWhere(
  "rollout() brings nothing back if a host fails before the switch",
  { needs: ["linux"] },
  async () => {
    await using fleet = await makeLocalFleet(1);
    const [device] = fleet.devices as [LocalDevice];
    await roll([choosy(device)], await fleet.set("1"));
    const failing = defineTask({
      name: "verify",
      observe: () => Promise.resolve(null),
      plan: () => ({ status: "failed", failure: { kind: "mismatch", evidence: "not so" } }),
    });
    const pipeline = pipelines.deploy.map((task) => task.name === "verify" ? failing : task);
    const rolled = await roll([choosy(device)], await fleet.set("2"), { pipeline });
    assertEquals(rolled.host("edge-1").status, "failed");
    assert(rolled.told("edge-1").every((line) => !line.startsWith("undo:")));
    assertEquals(await liveOf(device), "1");
  },
);

const lost: Record<string, (remote: Remote) => Promise<void>> = {
  // The session ends, and the device knows.
  ended: async (remote) => {
    await remote.run(program("kill", `kill -9 "$LOCKSTEP_SESSION"`), []).catch(() => {});
  },
};

for (
  const [where, when] of sampled([["switch", "after"], ["restart", "before"], ["health", "before"]] as const)
) {
  testWhere(`rollout() undoes over another session if the first is lost ${when} ${where}`, {
    needs: ["linux"],
  }, async () => {
    await using fleet = await makeLocalFleet(1, picky, { brisk: true });
    const [device] = fleet.devices as [LocalDevice];
    await using server = new Served();
    const hosts = fleet.hosts.map((host) => ({ ...host, healthUrl: server.url }));
    const one = await fleet.set("1");
    await roll(hosts, one);
    const rolled = await roll(hosts, await fleet.set("2"), {
      connect: breaking(fleet.connect, where, when, lost.ended!),
    });
    const end = rolled.host("edge-1");
    assertEquals([end.status, end.error?.kind, end.rollbackError], ["rolled_back", "dropped", undefined]);
    assertEquals([await liveOf(device), end.release], ["1", one.id]);
    const left = await slots(device);
    assert(!left.includes("journal") && !left.includes("lock"), left.join());
  });
}

/** A service that is always well. */
class Served implements AsyncDisposable {
  readonly #server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response("{}"),
  );
  readonly url = `http://127.0.0.1:${this.#server.addr.port}`;
  [Symbol.asyncDispose](): Promise<void> {
    return this.#server.shutdown();
  }
}

testWhere(
  "rollout() undoes although the device still holds the lost session for alive",
  { needs: ["linux"] },
  async () => {
    await using fleet = await makeLocalFleet(1, picky, { brisk: true });
    const [device] = fleet.devices as [LocalDevice];
    await roll(fleet.hosts, await fleet.set("1"));
    // The link is cut: our end is gone, the device's shell waits for what never comes, and so does its lock.
    const orphans: Remote[] = [];
    let first = true;
    const connect: Connect = async (settings) => {
      const remote = await fleet.connect(settings, new AbortController().signal);
      if (!first) return remote;
      first = false;
      orphans.push(remote);
      let gone = false;
      return {
        run: (asked, args, options) => {
          gone ||= asked.name === "restart";
          if (!gone) return remote.run(asked, args, options);
          return Promise.reject(
            new Failure({ kind: "dropped", action: asked.name, evidence: "the link is cut" }),
          );
        },
        close: () => Promise.resolve(),
      };
    };
    try {
      const rolled = await roll(fleet.hosts, await fleet.set("2"), { connect });
      const end = rolled.host("edge-1");
      assertEquals([end.status, end.error?.kind, end.rollbackError], ["rolled_back", "dropped", undefined]);
      assertEquals(await liveOf(device), "1");
    } finally {
      for (const remote of orphans) await remote.close();
    }
  },
);

testWhere(
  "rollout() undoes where the restart prints more than a session takes",
  { needs: ["linux"] },
  async () => {
    await using fleet = await makeLocalFleet(1, picky);
    const [device] = fleet.devices as [LocalDevice];
    await roll(fleet.hosts, await fleet.set("1"));
    const flood = `test "$(cat '${
      device.at("artifacts_phase2/a")
    }')" = 1 || head -c 40000000 /dev/zero | tr '\\0' x`;
    const hosts = fleet.hosts.map((host) => ({ ...host, restartCommand: `${flood}; true` }));
    const rolled = await roll(hosts, await fleet.set("2"));
    const end = rolled.host("edge-1");
    // Whether the output is cut and the restart counts, or the host is rolled back: it must not be left between.
    assertEquals(end.rollbackError, undefined);
    assert(["changed", "rolled_back"].includes(end.status), end.status);
    assert(!(await slots(device)).includes("journal"));
  },
);

testWhere("rollout() undoes where the restart never ends", { needs: ["linux"] }, async () => {
  await using fleet = await makeLocalFleet(1, { ...picky, restartTimeout: 1 });
  const [device] = fleet.devices as [LocalDevice];
  await roll(fleet.hosts, await fleet.set("1"));
  // Shortened, for nobody wants to wait here for as long as restart allows.
  const connect: Connect = async (settings, signal) => {
    const remote = await connectLocal(settings, signal);
    return {
      run: (asked, args, options) =>
        remote.run(asked, args, asked.name === "restart" ? { ...options, timeout: 1 } : options),
      close: () => remote.close(),
    };
  };
  const stuck = `test "$(cat '${device.at("artifacts_phase2/a")}')" = 1 || sleep 60`;
  const hosts = fleet.hosts.map((host) => ({ ...host, restartCommand: stuck }));
  const rolled = await roll(hosts, await fleet.set("2"), { connect });
  const end = rolled.host("edge-1");
  assertEquals([end.status, end.error?.kind, end.rollbackError], ["rolled_back", "timeout", undefined]);
  assertEquals(await liveOf(device), "1");
});

for (
  const [at, status, live] of sampled(
    [
      ["preflight", "skipped", "1"],
      ["backup", "skipped", "1"],
      ["stage", "skipped", "1"],
      ["verify", "skipped", "1"],
      ["commit", "changed", "2"],
      ["restart", "changed", "2"],
      ["health", "changed", "2"],
    ] as const,
    4,
  )
) {
  testWhere(`rollout() leaves a host whole where the user stops at ${at}`, { needs: ["linux"] }, async () => {
    await using fleet = await makeLocalFleet(3, picky);
    const [device, , last] = fleet.devices as [LocalDevice, LocalDevice, LocalDevice];
    await roll(fleet.hosts, await fleet.set("1"));
    const stop = new AbortController();
    const untouched = await last.tree();
    const rolled = await roll(fleet.hosts, await fleet.set("2"), {
      forks: 1,
      stop: stop.signal,
      heard: (event) => {
        if (event.type === "task-started" && event.task === at) stop.abort();
      },
    });
    assertEquals([rolled.exitCode, rolled.host("edge-1").status], [130, status]);
    assertEquals(await liveOf(device), live);
    assert(!(await slots(device)).includes("journal"));
    // The others were never started.
    assertEquals(rolled.host("edge-3").status, "skipped");
    assertEquals(rolled.host("edge-3").error?.kind, "interrupted");
    assertEquals(diffTrees(untouched, await last.tree()), []);
    assertEquals(rolled.events.filter(({ type }) => type === "interrupted").length, 1);
    // The same command again converges.
    const again = await roll(fleet.hosts, await fleet.set("2"));
    assertEquals([again.exitCode, await liveOf(device)], [0, "2"]);
  });
}

testWhere("rollout() stops while it connects, and says that nothing changed", { needs: [] }, async () => {
  const stop = new AbortController();
  const connect: Connect = (settings, signal) =>
    new Promise((_, reject) =>
      signal.addEventListener(
        "abort",
        () =>
          reject(
            new Failure({
              kind: "interrupted",
              action: "connect",
              host: settings.name,
              evidence: "given up",
            }),
          ),
      )
    );
  setTimeout(() => stop.abort(), 20);
  const rolled = await roll([nobody], null, { connect, stop: stop.signal });
  assertEquals([rolled.exitCode, rolled.host("edge-1").status, rolled.host("edge-1").error?.kind], [
    130,
    "skipped",
    "interrupted",
  ]);
});

/** Another run's session, which holds a device's lock. */
async function holdLock(device: LocalDevice): Promise<Remote> {
  const other = await device.connect();
  const text =
    `ln -s "$LOCKSTEP_SESSION $(started "$LOCKSTEP_SESSION") $(boot_id) OTHER-RUN 2026-11-24T00:00:00Z mary@laptop two" "$1"`;
  assertEquals((await other.run(program("lock", text), [device.at(".lockstep/lock")])).code, 0);
  return other;
}

longTestWhere("rollout() refuses a device that another run works on", { needs: ["linux"] }, async () => {
  await using fleet = await makeLocalFleet(2, picky, { brisk: true });
  const [device] = fleet.devices as [LocalDevice];
  const { connect } = fleet;
  await roll(fleet.hosts, await fleet.set("1"));
  const other = await holdLock(device);
  const working = other.run(program("work", "exec sleep 60"), []).catch(() => {});
  try {
    const before = await device.tree();
    const two = await fleet.set("2");
    // Who only looks, or runs dry, is not kept away.
    assertEquals((await roll([fleet.hosts[0]!], two, { run: newRun(true), connect })).exitCode, 0);
    const both = await roll(fleet.hosts, two, { connect });
    const error = both.host("edge-1").error;
    assertEquals([both.host("edge-1").status, error?.kind], ["failed", "locked"]);
    for (const word of ["OTHER-RUN", "mary@laptop", "2026-11-24T00:00:00Z"]) {
      assertStringIncludes(error?.evidence ?? "", word);
    }
    assertEquals(diffTrees(before, await device.tree()), []);
    assertEquals([both.host("edge-2").status, both.exitCode], ["changed", 75]);
  } finally {
    await other.close();
    await working;
  }
  assertEquals((await roll(fleet.hosts, await fleet.set("2"), { connect })).exitCode, 0);
  assertEquals(await liveOf(device), "2");
});

testWhere("rollout() takes over from a session that does nothing: its controller is gone", {
  needs: ["linux"],
}, async () => {
  await using fleet = await makeLocalFleet(1, {}, { brisk: true });
  const [device] = fleet.devices as [LocalDevice];
  const { connect } = fleet;
  await roll(fleet.hosts, await fleet.set("1"));
  const other = await holdLock(device);
  assertEquals((await roll(fleet.hosts, await fleet.set("2"), { connect })).exitCode, 0);
  assertEquals((await failureOf(other.run(program("late", "true"), []))).kind, "dropped");
  await other.close();
});

testWhere("rollout() takes over a lock whose owner is gone", { needs: ["linux"] }, async () => {
  await using fleet = await makeLocalFleet(1);
  const [device] = fleet.devices as [LocalDevice];
  await roll(fleet.hosts, await fleet.set("1"));
  const boot = (await Deno.readTextFile("/proc/sys/kernel/random/boot_id")).trim();
  const child = new Deno.Command("true").spawn();
  await child.status;
  const locks = [
    `${child.pid} 1 ${boot} RUN 2026-11-24T00:00:00Z a@b`,
    `1 1 ${boot} RUN 2026-11-24T00:00:00Z a@b`,
    `1 1 another-boot RUN 2026-11-24T00:00:00Z a@b`,
    "nonsense",
    "  ",
  ];
  for (const [i, lock] of locks.entries()) {
    await Deno.symlink(lock, device.at(".lockstep/lock"));
    const rolled = await roll(fleet.hosts, await fleet.set(String(i + 2)));
    assertEquals(rolled.exitCode, 0, `${lock}: ${JSON.stringify(rolled.host("edge-1").error)}`);
    assert(!(await slots(device)).includes("lock"), lock);
  }
});

testWhere(
  "rollout() lets one of two runs that begin at once work on a device",
  { needs: ["linux"] },
  async () => {
    for (let round = 0; round < 2; round++) {
      await using fleet = await makeLocalFleet(1, picky, { brisk: true });
      const [device] = fleet.devices as [LocalDevice];
      if (round > 0) await roll(fleet.hosts, await fleet.set("0"));
      const hosts = fleet.hosts.map((host) => ({ ...host, restartCommand: "sleep 2" }));
      // Made before both begin, so that neither is through before the other has begun.
      const sets = [await fleet.set("1"), await fleet.set("2")];
      const runs = await Promise.all(sets.map((set) => roll(hosts, set, { connect: fleet.connect })));
      const codes = runs.map(({ exitCode }) => exitCode).sort();
      assertEquals(codes, [0, 75], JSON.stringify(runs.map((run) => run.host("edge-1").error)));
      const won = runs.findIndex(({ exitCode }) => exitCode === 0);
      assertEquals(await liveOf(device), ["1", "2"][won]);
      assert(!(await slots(device)).includes("lock"));
    }
  },
);

testWhere(
  "rollout() writes nowhere in a dry run, and tells the steps of the real one",
  { needs: ["linux"] },
  async () => {
    await using fleet = await makeLocalFleet(1, picky);
    const [device] = fleet.devices as [LocalDevice];
    const restartCommand = `echo x >>'${device.dir}/restarts'`;
    const hosts = fleet.hosts.map((host) => ({ ...host, restartCommand }));
    for (const version of ["1", "2", "2"]) {
      const release = await fleet.set(version);
      const before = await device.tree();
      const restarts = await Deno.readTextFile(`${device.dir}/restarts`).catch(() => "");
      const dry = await roll(hosts, release, { run: newRun(true) });
      assertEquals(diffTrees(before, await device.tree()), []);
      assertEquals(await Deno.readTextFile(`${device.dir}/restarts`).catch(() => ""), restarts);
      const real = await roll(hosts, release);
      assertEquals(dry.told("edge-1"), real.told("edge-1"));
      assertEquals(
        dry.tasks("edge-1").map(({ steps }) => steps),
        real.tasks("edge-1").map(({ steps }) => steps),
      );
      assertEquals(dry.host("edge-1").status, real.host("edge-1").status);
    }
  },
);

testWhere(
  "rollout() takes up a switch that was never confirmed, and settles it",
  { needs: ["linux"] },
  async () => {
    await using fleet = await makeLocalFleet(1, picky);
    const [device] = fleet.devices as [LocalDevice];
    await roll(fleet.hosts, await fleet.set("1"));
    const two = await fleet.set("2");
    const upToCommit = pipelines.deploy.slice(0, 5);
    await roll(fleet.hosts, two, { pipeline: upToCommit, undo: [] });
    const rolled = await roll(fleet.hosts, two);
    assertEquals(rolled.host("edge-1").status, "changed");
    assert(rolled.told("edge-1").includes("restart changed"));
    assert(
      rolled.events.some((event) => event.type === "warning" && event.message.includes("never confirmed")),
    );
    assertEquals((await roll(fleet.hosts, two)).host("edge-1").status, "ok");
    assertMatch((await device.read(".lockstep/history")).trimEnd().split("\n").at(-1)!, /"event":"deploy"/);
  },
);

testWhere(
  "rollout() asks a host that is as it should be only once what lies there",
  { needs: ["linux"] },
  async () => {
    await using fleet = await makeLocalFleet(1);
    const release = await fleet.set("1");
    await roll(fleet.hosts, release);
    let layouts = 0;
    const connect: Connect = async (settings, signal) => {
      const remote = await connectLocal(settings, signal);
      return {
        run: (asked, args, options) => {
          layouts +=
            (options?.calls ?? [{ program: asked }]).filter(({ program }) => program === layout.program)
              .length;
          return remote.run(asked, args, options);
        },
        close: () => remote.close(),
      };
    };
    await roll(fleet.hosts, release, { connect });
    assertEquals(layouts, 1);
    assertEquals(await Deno.readLink(fleet.devices[0]!.at("artifacts_phase2")), slotLink(release.id));
  },
);
