import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Failure } from "../../../lib/errors.ts";
import type { Event, Wave } from "../../../lib/events.ts";
import type { HostSettings } from "../../../lib/settings/mod.ts";
import type { Release } from "../../../lib/release.ts";
import { program } from "../../../lib/remote/program.ts";
import { releaseOfBackup } from "../../../lib/rollout/backup_release.ts";
import type { Connect } from "../../../lib/rollout/one_host.ts";
import type { RolloutOptions } from "../../../lib/rollout/rollout.ts";
import { defineTask } from "../../../lib/task.ts";
import { pipelines } from "../../../tasks/mod.ts";
import { type LocalDevice, newRun, plainSettings } from "../../local_device.ts";
import { longTestWhere, testWhere } from "../../support.ts";
import { breaking, connectLocal, type LocalFleet, makeLocalFleet, roll, type Rolled } from "./fleet.ts";

const takeBack: RolloutOptions["takeBack"] = {
  pipeline: pipelines.rollback,
  releaseOf: (host, { previousRelease }) => releaseOfBackup(host, undefined, previousRelease),
};

const liveOf = (device: LocalDevice): Promise<string | null> =>
  device.read("artifacts_phase2/a").catch(() => null);

/** Settings of a device whose service does not start where the live set holds `bad`. */
function picky(device: LocalDevice): HostSettings {
  return {
    ...device.settings,
    service: "x",
    serviceManager: "command",
    restartCommand: `! test -e '${device.at("artifacts_phase2/bad")}'`,
  };
}

/** Waves of so many hosts. */
function waves(hosts: readonly HostSettings[], ...sizes: number[]): Wave[] {
  const names = hosts.map((host) => host.name);
  return sizes.map((size) => ({ name: String(size), hosts: names.splice(0, size) }));
}

const none = { failures: 0, unreachable: null };
const names = (rolled: Rolled, hosts: readonly HostSettings[]): string =>
  hosts.map(({ name }) => lastStatus(rolled, name)).join(" ");

function lastStatus({ events }: Rolled, host: string): string {
  const ends = events.filter((event) => event.type === "host-finished" && event.host === host);
  return (ends.at(-1) as Extract<Event, { type: "host-finished" }>).status;
}

/** Devices that run set 1, and set 2, which is `bad` for those that are named. */
async function prepared(fleet: LocalFleet, ...bad: string[]) {
  const hosts = fleet.devices.map(picky);
  const [one, two, sick] = [
    await fleet.set("1"),
    await fleet.set("2"),
    await fleet.set("3", { a: "3", b: "same in all", bad: "" }),
  ];
  await roll(hosts, one);
  const releaseOf: RolloutOptions["releaseOf"] = (host): Promise<Release> =>
    Promise.resolve(bad.includes(host.settings.name) ? sick : two);
  return { hosts, one, two, releaseOf };
}

testWhere("rollout() begins a wave when all of the one before have ended", { needs: ["linux"] }, async () => {
  await using fleet = await makeLocalFleet(4);
  const { hosts, releaseOf } = await prepared(fleet);
  const { events, exitCode } = await roll(hosts, null, {
    releaseOf,
    waves: waves(hosts, 1, 2, 1),
    budget: none,
  });
  assertEquals(exitCode, 0);
  const told: unknown[] = [];
  for (const event of events) {
    if (event.type === "wave-started") told.push(`wave ${event.wave}`);
    if (event.type === "host-started" || event.type === "host-finished") told.push(event.wave);
  }
  assertEquals(told, ["wave 1", 1, 1, "wave 2", 2, 2, 2, 2, "wave 3", 3, 3]);
});

longTestWhere(
  "rollout() begins no host once the budget is spent, and says why",
  { needs: ["linux"] },
  async () => {
    await using fleet = await makeLocalFleet(5);
    const { hosts, releaseOf } = await prepared(fleet, "edge-2");
    const budget = none;
    const rolled = await roll(hosts, null, { releaseOf, waves: waves(hosts, 2, 3), budget, takeBack });
    assertEquals(names(rolled, hosts), "changed rolled_back skipped skipped skipped");
    assertEquals(rolled.exitCode, 2);
    assertEquals(await Promise.all(fleet.devices.map(liveOf)), ["2", "1", "1", "1", "1"]);
    const reason = "1 of 5 hosts failed (edge-2); the limit is 0 (--max-failures)";
    assert(rolled.events.some((event) => event.type === "stopped" && event.reason === reason));
    assertEquals(rolled.host("edge-4").error?.kind, "stopped");
    assertStringIncludes(rolled.host("edge-4").error!.evidence, reason);
    // Within the budget the next wave begins; the host that has failed stays as it is.
    const again = await roll(hosts, null, {
      releaseOf,
      waves: waves(hosts, 2, 3),
      budget: { failures: 1, unreachable: null },
    });
    assertEquals(names(again, hosts), "ok failed changed changed changed");
  },
);

longTestWhere(
  "rollout() counts unreachable hosts, and stops in the middle of a wave",
  { needs: ["linux"] },
  async () => {
    await using fleet = await makeLocalFleet(4);
    const { hosts, releaseOf } = await prepared(fleet);
    const connect: Connect = (settings, signal) =>
      settings.name === "edge-2"
        ? Promise.reject(new Failure({ kind: "unreachable", action: "connect", evidence: "no route" }))
        : connectLocal(settings, signal);
    const stopped = await roll(hosts, null, { releaseOf, budget: none, connect, forks: 1 });
    assertEquals(names(stopped, hosts), "changed unreachable skipped skipped");
    assertEquals(stopped.exitCode, 4);
    const apart = { failures: 0, unreachable: 1 };
    const through = await roll(hosts, null, { releaseOf, budget: apart, connect, forks: 1 });
    assertEquals(names(through, hosts), "ok unreachable changed changed");
    assertEquals(through.exitCode, 4);
  },
);

longTestWhere(
  "rollout() takes back the wave, or all, where that is asked for",
  { needs: ["linux"] },
  async () => {
    for (
      const [onFailure, statuses, live] of [
        ["stop", "changed changed rolled_back skipped", ["2", "2", "1", "1"]],
        ["rollback-wave", "changed rolled_back rolled_back skipped", ["2", "1", "1", "1"]],
        ["rollback-all", "rolled_back rolled_back rolled_back skipped", ["1", "1", "1", "1"]],
      ] as const
    ) {
      await using fleet = await makeLocalFleet(4);
      const { hosts, one, two, releaseOf } = await prepared(fleet, "edge-3");
      const how = { releaseOf, waves: waves(hosts, 1, 2, 1), budget: none, onFailure, takeBack, forks: 1 };
      const rolled = await roll(hosts, null, how);
      assertEquals(names(rolled, hosts), statuses, onFailure);
      assertEquals(await Promise.all(fleet.devices.map(liveOf)), [...live], onFailure);
      assertEquals(rolled.exitCode, 2);
      if (onFailure === "stop") continue;
      const back = rolled.events.findLast((event) =>
        event.type === "host-finished" && event.host === "edge-2"
      );
      assert(back?.type === "host-finished");
      assertEquals([back.was, back.release, back.previousRelease], ["changed", one.id, one.id]);
      assertStringIncludes(back.error!.evidence, "edge-3");
      assert(rolled.tasks("edge-2").some(({ rollback, task }) => rollback === true && task === "commit"));
      // The new set was well there: it may be put live again.
      assertEquals(names(await roll([hosts[1]!], two), [hosts[1]!]), "changed");
    }
  },
);

longTestWhere(
  "rollout() leaves a host that was as it should be, when all are taken back",
  { needs: ["linux"] },
  async () => {
    await using fleet = await makeLocalFleet(3);
    const { hosts, two, releaseOf } = await prepared(fleet, "edge-3");
    await roll([hosts[0]!], two);
    const how = { releaseOf, budget: none, onFailure: "rollback-all", takeBack, forks: 1 } as const;
    assertEquals(names(await roll(hosts, null, how), hosts), "ok rolled_back rolled_back");
    assertEquals(await Promise.all(fleet.devices.map(liveOf)), ["2", "1", "1"]);
  },
);

testWhere("rollout() is loud where a host cannot be taken back", { needs: ["linux"] }, async () => {
  await using fleet = await makeLocalFleet(2);
  const { hosts, releaseOf, two } = await prepared(fleet, "edge-2");
  const broken: RolloutOptions["takeBack"] = {
    pipeline: pipelines.rollback,
    releaseOf: () =>
      Promise.reject(new Failure({ kind: "not-found", action: "roll back", evidence: "there is no backup" })),
  };
  const how = { releaseOf, budget: none, onFailure: "rollback-all", takeBack: broken, forks: 1 } as const;
  const rolled = await roll(hosts, null, how);
  const end = rolled.events.findLast((event) => event.type === "host-finished" && event.host === "edge-1");
  assert(end?.type === "host-finished");
  assertEquals([end.status, end.rollbackError?.kind, end.release], ["failed", "not-found", two.id]);
  assertEquals(rolled.exitCode, 2);
});

testWhere(
  "rollout() switches nowhere unless every host is prepared, when it is all or nothing",
  { needs: ["linux"] },
  async () => {
    await using fleet = await makeLocalFleet(3);
    const { hosts, releaseOf } = await prepared(fleet);
    const lost: Connect = (settings, signal) =>
      settings.name === "edge-3"
        ? breaking(
          connectLocal,
          "receive",
          "before",
          () =>
            Promise.reject(new Failure({ kind: "no-space", action: "receive", evidence: "no space left" })),
        )(
          settings,
          signal,
        )
        : connectLocal(settings, signal);
    const how = { releaseOf, allOrNothing: true, takeBack, waves: waves(hosts, 1, 2), budget: none };
    const failed = await roll(hosts, null, { ...how, connect: lost });
    assertEquals(names(failed, hosts), "skipped skipped failed");
    assertEquals(failed.exitCode, 2);
    assertEquals(await Promise.all(fleet.devices.map(liveOf)), ["1", "1", "1"]);
    assertEquals(failed.events.filter(({ type }) => type === "wave-started").length, 0);
    assertStringIncludes(
      failed.host("edge-1").error!.evidence,
      "edge-3 failed, and --all-or-nothing is set",
    );

    const done = await roll(hosts, null, how);
    assertEquals(names(done, hosts), "changed changed changed");
    assertEquals(done.exitCode, 0);
    const last = done.events.findLastIndex(({ type }) => type === "host-prepared");
    const first = done.events.findIndex((event) => event.type === "task-started" && event.task === "commit");
    assert(first > last, "nothing is switched before all are prepared");
    // Each task is reported once, as in any other deploy.
    for (const { name } of hosts) {
      const told = done.tasks(name).map(({ task }) => task);
      assertEquals(told, ["preflight", "backup", "stage", "verify", "commit", "restart", "health"]);
    }
  },
);

longTestWhere("rollout() takes every host back if one fails later, when it is all or nothing", {
  needs: ["linux"],
}, async () => {
  await using fleet = await makeLocalFleet(4);
  const { hosts, releaseOf } = await prepared(fleet, "edge-3");
  const rolled = await roll(hosts, null, { releaseOf, allOrNothing: true, takeBack, forks: 1, budget: none });
  assertEquals(names(rolled, hosts), "rolled_back rolled_back rolled_back skipped");
  assertEquals(await Promise.all(fleet.devices.map(liveOf)), ["1", "1", "1", "1"]);
  assertEquals(rolled.exitCode, 2);
});

longTestWhere("rollout() goes back if the user stops half-way, when it is all or nothing", {
  needs: ["linux"],
}, async () => {
  await using fleet = await makeLocalFleet(3);
  const { hosts, releaseOf } = await prepared(fleet);
  const stop = new AbortController();
  const rolled = await roll(hosts, null, {
    releaseOf,
    allOrNothing: true,
    takeBack,
    forks: 1,
    stop: stop.signal,
    heard: (event) => {
      if (event.type === "host-finished") stop.abort();
    },
  });
  assertEquals(names(rolled, hosts), "rolled_back skipped skipped");
  assertEquals(rolled.exitCode, 130);
  assertEquals(await Promise.all(fleet.devices.map(liveOf)), ["1", "1", "1"]);
});

const task = defineTask({ name: "look", observe: () => Promise.resolve(), plan: () => ({ status: "ok" }) });
const nothing: Connect = () =>
  Promise.resolve({
    run: () => Promise.resolve({ code: 0, stdout: "", stderr: "" }),
    close: () => Promise.resolve(),
  });
const many = (count: number): HostSettings[] =>
  Array.from({ length: count }, (_, i) => ({ ...plainSettings("/nowhere"), name: `edge-${i + 1}` }));
const looking = { pipeline: [task], undo: [], writes: false, connect: nothing } as const;

Deno.test("rollout() asks before every wave but the first, and stops where it is told no", async () => {
  const hosts = many(4);
  const asked: number[] = [];
  const rolled = await roll(hosts, null, {
    ...looking,
    waves: waves(hosts, 1, 1, 2),
    confirm: (wave) => {
      asked.push(wave);
      return Promise.resolve(wave < 3);
    },
  });
  assertEquals(asked, [2, 3]);
  const waiting = rolled.events.flatMap((event) =>
    event.type === "wave-waiting" ? [[event.wave, event.for]] : []
  );
  assertEquals(waiting, [[2, "confirm"], [3, "confirm"]]);
  assertEquals(names(rolled, hosts), "ok ok skipped skipped");
  assertEquals(rolled.exitCode, 130);
  assertStringIncludes(rolled.host("edge-4").error!.evidence, "not confirmed");
});

Deno.test("rollout() pauses between waves, and not longer than until the user stops it", async () => {
  const hosts = many(3);
  const stop = new AbortController();
  const began = performance.now();
  const rolled = await roll(hosts, null, {
    ...looking,
    waves: waves(hosts, 1, 2),
    pause: 3600,
    stop: stop.signal,
    heard: (event) => {
      if (event.type === "host-finished") setTimeout(() => stop.abort(), 10);
    },
  });
  assert(performance.now() - began < 60_000);
  assertEquals(names(rolled, hosts), "ok skipped skipped");
  assertEquals(rolled.exitCode, 130);
  const short = await roll(hosts, null, { ...looking, waves: waves(hosts, 1, 2), pause: 0.02 });
  assertEquals(names(short, hosts), "ok ok ok");
});

Deno.test("rollout() looks at every host in a dry run, and says where a real run would stop", async () => {
  const hosts = many(4);
  const connect: Connect = ({ name }, signal) =>
    name === "edge-1"
      ? Promise.reject(new Failure({ kind: "unreachable", action: "connect", evidence: "away" }))
      : nothing(hosts[1]!, signal);
  const how = { ...looking, connect, run: newRun(true), waves: waves(hosts, 1, 3), budget: none };
  const rolled = await roll(hosts, null, { ...how, confirm: () => Promise.reject(new Error("not asked")) });
  assertEquals(names(rolled, hosts), "unreachable ok ok ok");
  const warnings = rolled.events.flatMap((event) => event.type === "warning" ? [event.message] : []);
  assertEquals(warnings, [
    "a real run would have stopped here: 1 of 4 hosts failed (edge-1); the limit is 0 (--max-failures)",
  ]);
});

Deno.test("rollout() does not touch hosts that are done, and counts them", async () => {
  const hosts = many(4);
  const first = await roll(hosts, null, { ...looking, waves: waves(hosts, 2, 2) });
  const connected: string[] = [];
  const rolled = await roll(hosts, null, {
    ...looking,
    waves: waves(hosts, 2, 2),
    done: [first.host("edge-1"), first.host("edge-2"), first.host("edge-3")],
    connect: (settings, signal) => {
      connected.push(settings.name);
      return nothing(settings, signal);
    },
    confirm: () => Promise.resolve(true),
  });
  assertEquals(connected, ["edge-4"]);
  assertEquals(names(rolled, hosts), "ok ok ok ok");
  // A wave of which nothing is left is not started again.
  assertEquals(rolled.events.flatMap((event) => event.type === "wave-started" ? [event.wave] : []), [2]);
});

testWhere("rollout() ends a task at its deadline, on the device too, and lets the others go on", {
  needs: ["linux"],
}, async () => {
  await using fleet = await makeLocalFleet(2);
  const [first] = fleet.devices;
  const sleeper = program("sleeper", `[ "$1" = no ] || { echo $$ >"$1"; sleep 300; }`);
  const slow = defineTask({
    name: "slow",
    observe: async (host) => {
      const hang = host.settings.name === "edge-1" ? `${first!.dir}/pid` : "no";
      const { code } = await host.ask(sleeper, [hang]);
      return code;
    },
    plan: () => ({ status: "ok" }),
  });
  for (const deadlines of [{ task: 1, host: 600 }, { task: 600, host: 1 }]) {
    const how = { pipeline: [slow], undo: [], deadlines, budget: { failures: 9, unreachable: null } };
    const rolled = await roll(fleet.hosts, null, how);
    assertEquals(names(rolled, fleet.hosts), "failed ok");
    assertEquals(rolled.host("edge-1").error?.kind, "timeout");
    const pid = (await Deno.readTextFile(`${first!.dir}/pid`)).trim();
    const state = await Deno.readTextFile(`/proc/${pid}/stat`).catch(() => "gone");
    assert(state === "gone" || / Z /.test(state), `still there: ${state}`);
  }
});

Deno.test("rollout() gives up a host that never lets us in at its deadline", async () => {
  const hosts = many(2);
  const connect: Connect = (settings, signal) =>
    settings.name === "edge-2"
      ? nothing(settings, signal)
      : new Promise((_, reject) =>
        signal.addEventListener("abort", () =>
          reject(new Failure({ kind: "interrupted", action: "connect", evidence: "given up" })))
      );
  const rolled = await roll(hosts, null, { ...looking, connect, deadlines: { task: 1, host: 0.05 } });
  assertEquals(names(rolled, hosts), "unreachable ok");
  assertEquals(rolled.host("edge-1").error?.kind, "timeout");
});
