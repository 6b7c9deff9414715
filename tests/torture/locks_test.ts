/**
 * The device's lock: who comes second is told who is at work and ends with 75; a lock whose owner is gone is taken over, however it went.
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { hostname } from "node:os";
import { join } from "@std/path";
import type { Device } from "../fleet/support/fleet.ts";
import { startOn, statuses } from "../fleet/support/program.ts";
import { longTestWhere, testWhere } from "../support.ts";
import { everyTest, sampled } from "../sampled.ts";
import { Field } from "./field.ts";
import { delay, until } from "./lab_device.ts";

/** Leaves the lock of a run whose process was this one. */
async function placeLock(device: Device, owner: string): Promise<void> {
  const lock = `${owner} 20240101T000000Z-dead00+token 2024-01-01T00:00:00Z somebody@elsewhere`;
  await Deno.mkdir(join(device.deployDir, ".lockstep"));
  await Deno.symlink(lock, join(device.deployDir, ".lockstep/lock"));
}

function heldLock(device: Device): Promise<string> {
  const path = join(device.deployDir, ".lockstep/lock");
  return until("the lock is taken", 30, () => Deno.readLink(path).catch(() => undefined));
}

longTestWhere("deploy ends with 75 and says who is at work, when another run holds the device", {
  needs: ["sshd", "curl"],
}, async () => {
  await using field = await Field.make({ kind: "exchange", devices: 1 });
  const [device] = field.devices;
  await field.reset([device!], "folder");
  const { next, first } = field.sets;
  // The first run is busy for longer than a session may idle.
  const slow = `sleep 14 && ${field.services.vars[device!.name]!.restart_command}`;
  const inventory = await field.inventory([device!], "directly", { restart_command: slow });
  const running = startOn(field.fleet, inventory, ["deploy", "--artifacts", next.dir]);
  const [, , , run, since] = (await heldLock(device!)).split(" ");

  const commands = [["deploy", "--artifacts", first.dir], ["rollback"], ["cleanup"]];
  const [status, ...others] = await Promise.all(
    [["status"], ...commands].map((command) => field.run([device!], command)),
  );
  const name = run!.replace(/\+.*/, "");
  assertMatch(status!.stdout, new RegExp(`locked by ${name} of \\S+ since `), status!.text);
  for (const other of others) {
    assertEquals(other.code, 75, other.text);
    const { kind, evidence } = (await other.report()).hosts[0]!.error!;
    assertEquals(kind, "locked", other.text);
    assertStringIncludes(evidence, name);
    assertStringIncludes(evidence, since!);
    assertMatch(evidence, new RegExp(`\\S@${hostname()}\\b`));
  }

  const ended = await running.ended;
  assertEquals([ended.code, statuses(await ended.report())], [0, { [device!.name]: "changed" }], ended.text);
  await field.judge(device!, next);
  await field.assertSettled(device!);
});

longTestWhere("deploy is the one of several at once that goes on, when a dead run has left its lock", {
  needs: ["sshd", "curl"],
}, async () => {
  await using field = await Field.make({ kind: "exchange", devices: 1 });
  const [device] = field.devices;
  const { next } = field.sets;
  await field.reset([device!], "folder");
  await placeLock(device!, "4194300 1 -");
  const inventory = await field.inventory([device!], "directly", {
    restart_command: `sleep 2 && ${field.services.vars[device!.name]!.restart_command}`,
  });
  const restarts = await field.services.restarts(device!);
  const runs = await Promise.all(
    [1, 2, 3].map(() => startOn(field.fleet, inventory, ["deploy", "--artifacts", next.dir]).ended),
  );
  const texts = runs.map(({ text }) => text).join("\n");
  // Who came when all was done finds nothing to do.
  assert(runs.every(({ code }) => code === 0 || code === 75), texts);
  const found = await Promise.all(runs.map(async (run) => statuses(await run.report())[device!.name]));
  assertEquals(found.filter((status) => status === "changed").length, 1, texts);
  assertEquals(await field.services.restarts(device!), restarts + 1, texts);
  await field.judge(device!, next);
  await field.assertSettled(device!);
});

longTestWhere("deploy takes a lock over at once, when its owner is gone in whatever way", {
  needs: ["sshd", "curl"],
}, async (t) => {
  await using field = await Field.make({ kind: "exchange", devices: 1 });
  const [device] = field.devices;
  const { next } = field.sets;
  const boot = (await Deno.readTextFile("/proc/sys/kernel/random/boot_id")).trim();
  const startOf = async (pid: number) => {
    const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]!;
  };
  // A shell whose child has ended and which does not take note of it.
  const parent = new Deno.Command("sh", {
    args: ["-c", "sleep 0.01 & echo $!; exec sleep 600"],
    stdout: "piped",
  }).spawn();
  try {
    const reader = parent.stdout.getReader();
    const zombie = Number(new TextDecoder().decode((await reader.read()).value));
    while (!(await Deno.readTextFile(`/proc/${zombie}/stat`)).includes(") Z ")) await delay(10);
    const ours = await startOf(Deno.pid);
    const owners: Record<string, string> = {
      "a zombie": `${zombie} ${await startOf(zombie)} ${boot}`,
      "a number that is another process now": `${Deno.pid} ${Number(ours) - 1} ${boot}`,
      "a process that is no more": `4194300 ${ours} ${boot}`,
      "a process of before a reboot": `${Deno.pid} ${ours} 01234567-89ab-cdef-0123-456789abcdef`,
      "nobody that makes sense": "* ? [",
    };
    for (const [name, owner] of sampled(Object.entries(owners), 3)) {
      await t.step(name, async () => {
        await field.reset([device!], "folder");
        await placeLock(device!, owner);
        const run = await field.deploy([device!], next);
        assertEquals([run.code, statuses(await run.report())], [0, { [device!.name]: "changed" }], run.text);
        assert((await run.report()).hosts[0]!.durationMs < 8000, `it waited for nobody: ${run.text}`);
        await field.assertSettled(device!);
      });
    }
    await reader.cancel();
  } finally {
    parent.kill("SIGKILL");
    await parent.status;
  }
});

longTestWhere("deploy takes a device over, when the link of the run before is frozen", {
  needs: ["sshd", "curl"],
}, async () => {
  await using field = await Field.make({ kind: "exchange", devices: 1 });
  const [device] = field.devices;
  await field.reset([device!], "folder");
  const { next, first } = field.sets;
  const slow = `sleep 2 && ${field.services.vars[device!.name]!.restart_command}`;
  const inventory = await field.inventory([device!], "links", { restart_command: slow });
  const running = startOn(field.fleet, inventory, ["deploy", "--artifacts", first.dir]);
  await heldLock(device!);
  field.links.cut(device!.name);
  running.kill();
  await running.ended;
  // No end of the connection has reached the device: to it, the session is as it was.
  const began = performance.now();
  const run = await field.deploy([device!], next);
  const seconds = (performance.now() - began) / 1000;
  assertEquals([run.code, statuses(await run.report())], [0, { [device!.name]: "changed" }], run.text);
  assert(seconds < 30, `it took ${seconds} s`);
  field.links.mend(device!.name, "resume");
  await delay(1000);
  await field.judge(device!, next);
  await field.assertSettled(device!);
  assertEquals(await field.served(device!), next.id);
});

testWhere("deploy leaves no lock, when it is interrupted", { needs: ["sshd", "curl"] }, async () => {
  await using field = await Field.make({ kind: "exchange", devices: 1 });
  const [device] = field.devices;
  const { next } = field.sets;
  for (const milliseconds of everyTest ? [0, 300] : [300]) {
    await field.reset([device!], "folder");
    const inventory = await field.inventory([device!], "directly");
    const running = startOn(field.fleet, inventory, ["deploy", "--artifacts", next.dir]);
    await heldLock(device!);
    await delay(milliseconds);
    running.interrupt();
    const { code, text } = await running.ended;
    assert([0, 130].includes(code), text);
    const run = await field.deploy([device!], next);
    assertEquals(run.code, 0, run.text);
    await field.assertSettled(device!);
  }
});
