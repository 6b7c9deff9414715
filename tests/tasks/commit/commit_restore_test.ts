/**
 * The device that restores itself because no controller confirmed the release: commit arms it, health disarms it.
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { slotLink } from "../../../lib/release.ts";
import { commit } from "../../../tasks/commit/commit.ts";
import { health } from "../../../tasks/health.ts";
import { pipelines } from "../../../tasks/mod.ts";
import { stage } from "../../../tasks/stage/stage.ts";
import { verify } from "../../../tasks/verify.ts";
import {
  isRunning,
  type LocalDevice,
  makeLocalDevice,
  type ToolboxOptions,
  until,
  writeSet,
} from "../../local_device.ts";
import { sampled } from "../../sampled.ts";
import { longTestWhere, type Need, testWhere } from "../../support.ts";

const live = (device: LocalDevice): Promise<string | null> =>
  device.read("artifacts_phase2/a").catch(() => null);

const there = (device: LocalDevice): string[] =>
  [...Deno.readDirSync(device.at(".lockstep"))].map(({ name }) => name).sort();

/** What is left where nothing is under way. */
function assertSettled(device: LocalDevice): void {
  const left = there(device).filter((name) => /^(armed|firing|disarmed|restore|journal|lock)/.test(name));
  assertEquals(left, []);
}

/** Whether the device's own restore has ended: `firing` is the last that goes. */
function isOver(device: LocalDevice): boolean {
  return !there(device).some((name) => name === "restore" || name === "firing");
}

/** The process that waits on the device. */
async function sleeper(device: LocalDevice): Promise<number> {
  return Number((await device.read(".lockstep/restore/pid")).split(" ")[0]);
}

/** A device on which 1 is live and confirmed, and that has switched to 2. */
async function switched(device: LocalDevice, confirmTimeout: number): Promise<void> {
  const restartCommand = `cat '${
    device.at("artifacts_phase2").replaceAll("'", `'\\''`)
  }/a' >>'${device.dir}/restarts'`;
  const settings = { confirmTimeout, serviceManager: "command", service: "x", restartCommand } as const;
  const one = await writeSet(`${device.dir}/1`, { a: "1" }, "1");
  const first = await device.perform(pipelines.deploy, { release: one, settings });
  assertEquals(first.last.status, "changed", JSON.stringify(first.last.error));
  const two = await writeSet(`${device.dir}/2`, { a: "2" }, "2");
  const { last } = await device.perform([stage, verify, commit], {
    release: two,
    settings,
    run: { id: "RUN-2" },
  });
  assertEquals(last.status, "changed", JSON.stringify(last.error));
  assertEquals(await live(device), "2");
}

const kinds: readonly { name: string; needs: readonly Need[]; tools: ToolboxOptions }[] = [
  { name: "dash and GNU tools", needs: ["linux", "dash"], tools: {} },
  { name: "bash and no setsid", needs: ["linux", "bash"], tools: { shell: "bash", without: ["setsid"] } },
  { name: "busybox alone", needs: ["linux", "busybox"], tools: { shell: "busybox", busybox: true } },
];

for (const { name, needs, tools } of sampled(kinds, 2)) {
  testWhere(`commit leaves a device that restores itself where it is not told in time, with ${name}`, {
    needs,
  }, async () => {
    await using device = await makeLocalDevice({ tools });
    await switched(device, 1);
    await until("the old set is live again", async () => await live(device) === "1", 10);
    await until("it is settled", () => isOver(device), 10);
    assertSettled(device);
    assertEquals(await Deno.readTextFile(`${device.dir}/restarts`), "11", "restarted on the old set");
    const lines = (await device.read(".lockstep/history")).trimEnd().split("\n").map((line) =>
      JSON.parse(line)
    );
    assertEquals([lines.at(-1).event, lines.at(-1).run], ["restored", "RUN-2"]);
  });

  longTestWhere(
    `health tells the device in time, and nothing waits any more, with ${name}`,
    { needs },
    async () => {
      await using device = await makeLocalDevice({ tools });
      await switched(device, 30);
      const pid = await sleeper(device);
      assert(isRunning(pid));
      const two = await writeSet(`${device.dir}/2`, { a: "2" }, "2");
      assertEquals((await device.perform([health], { release: two })).last.status, "changed");
      await until(`process ${pid} is gone`, () => !isRunning(pid));
      assertSettled(device);
      assertEquals(await live(device), "2");
    },
  );
}

testWhere("commit arms nothing if there is nothing to go back to", { needs: ["linux"] }, async () => {
  await using device = await makeLocalDevice({ tools: {} });
  const release = await writeSet(`${device.dir}/1`, { a: "1" }, "1");
  await device.perform([stage, verify, commit], { release, settings: { confirmTimeout: 1 } });
  assertEquals(there(device).filter((name) => /^(armed|restore)/.test(name)), []);
});

longTestWhere("the device restores a folder, and a link of the user's", { needs: ["linux"] }, async () => {
  for (const what of ["folder", "link"]) {
    await using device = await makeLocalDevice({ tools: {} });
    await writeSet(what === "folder" ? device.at("artifacts_phase2") : `${device.dir}/theirs`, {
      a: "before",
    }, "0");
    if (what === "link") await Deno.symlink(`${device.dir}/theirs`, device.at("artifacts_phase2"));
    const release = await writeSet(`${device.dir}/1`, { a: "1" }, "1");
    await device.perform([stage, verify, commit], { release, settings: { confirmTimeout: 1 } });
    assertEquals(await live(device), "1");
    await until("the former set is live again", async () => await live(device) === "before", 10);
    await until("it is settled", () => isOver(device), 10);
    assertSettled(device);
  }
});

longTestWhere(
  "the device restores itself below a path with any characters",
  { needs: ["linux"] },
  async () => {
    await using device = await makeLocalDevice({ tools: {} });
    const deployPath = `${device.dir}/it's "a" $(touch pwned) path`;
    const settings = { deployPath, confirmTimeout: 1, liveDir: "live $(touch pwned) 'set'" };
    const one = await writeSet(`${device.dir}/1`, { a: "1" }, "1");
    await device.perform(pipelines.deploy, { release: one, settings });
    const two = await writeSet(`${device.dir}/2`, { a: "2" }, "2");
    await device.perform([stage, verify, commit], { release: two, settings });
    const now = (): Promise<string> => Deno.readTextFile(`${deployPath}/${settings.liveDir}/a`);
    assertEquals(await now(), "2");
    await until("the former set is live again", async () => await now() === "1", 10);
    const restore = `${deployPath}/.lockstep/restore`;
    await until("it is settled", () => Deno.stat(restore).then(() => false, () => true));
    assertEquals([...Deno.readDirSync(device.dir)].some(({ name }) => name === "pwned"), false);
  },
);

longTestWhere(
  "commit disarms the device where the old set is brought back",
  { needs: ["linux"] },
  async () => {
    await using device = await makeLocalDevice({ tools: {} });
    await switched(device, 30);
    const pid = await sleeper(device);
    const two = await writeSet(`${device.dir}/2`, { a: "2" }, "2");
    const undo = (await device.read(".lockstep/journal")).match(/^previous=(.*)$/m)![1]!;
    const { statuses } = await device.perform(pipelines.undo, { release: two, undo, blamed: "unhealthy" });
    assertEquals(statuses.commit, "changed");
    await until(`process ${pid} is gone`, () => !isRunning(pid));
    assertSettled(device);
    assertEquals(await live(device), "1");
    assertEquals(there(device).includes("failed"), true);
    // A release that failed here is not put live again by itself.
    const again = await device.perform(pipelines.deploy, { release: two });
    assertEquals([again.last.task, again.last.error?.kind], ["preflight", "unsuitable"]);
    assertMatch(
      again.last.error?.evidence ?? "",
      /2 has failed on this host before: its service did not become ready, in run \S+ at \d{4}-\d\d-\d\dT/,
    );
    const forced = await device.perform(pipelines.deploy, { release: two, run: { force: true } });
    assertEquals([forced.last.task, forced.statuses.commit], ["health", "changed"]);
    assertEquals(await live(device), "2");
  },
);

testWhere(
  "health confirms nothing if the device has restored itself already",
  { needs: ["linux"] },
  async () => {
    await using device = await makeLocalDevice({ tools: {} });
    await switched(device, 1);
    const two = await writeSet(`${device.dir}/2`, { a: "2" }, "2");
    await until("the old set is live again", async () => await live(device) === "1", 10);
    // Whether it is about to be over or is: it is not this release that is well.
    for (const over of [false, true]) {
      if (over) await until("it is settled", () => isOver(device), 10);
      const { last } = await device.perform([health], { release: two });
      assertEquals([last.status, last.error?.kind], ["failed", "timeout"], JSON.stringify(last));
      assertStringIncludes(last.error?.evidence ?? "", "has brought the old set back by itself");
      assertEquals(await live(device), "1");
    }
    // To a run that puts another release live it is no news, nor to one that only looks.
    const one = await writeSet(`${device.dir}/1`, { a: "1" }, "1");
    assertEquals((await device.perform([health], { release: one })).last.status, "skipped");
    assertEquals((await device.perform([health], { release: two, dryRun: true })).last.status, "skipped");
  },
);

testWhere(
  "health disarms a device that a run has armed and never switched",
  { needs: ["linux"] },
  async () => {
    // The program that switches is ended at the first thing that it does, where it is told so.
    const readlink =
      `if [ -e ../../cut ] && [ -e armed.RUN-2 ]; then rm ../../cut; kill -9 $PPID; fi; exec /bin/readlink "$@"`;
    await using device = await makeLocalDevice({ tools: { scripts: { readlink } } });
    const settings = { confirmTimeout: 30 };
    const one = await writeSet(`${device.dir}/1`, { a: "1" }, "1");
    await device.perform(pipelines.deploy, { release: one, settings });
    const two = await writeSet(`${device.dir}/2`, { a: "2" }, "2");
    await Deno.writeTextFile(`${device.dir}/cut`, "");
    await device.perform([stage, verify, commit], { release: two, settings, run: { id: "RUN-2" } });
    assertEquals(there(device).filter((name) => /^(armed|journal$)/.test(name)), ["armed.RUN-2"]);
    const pid = await sleeper(device);

    const { last } = await device.perform([health], { release: one, settings });
    assertEquals(last.status, "changed", JSON.stringify(last.error));
    assertStringIncludes(last.steps.join(), "RUN-2");
    assertEquals((await device.perform([health], { release: one, settings })).last.status, "skipped");
    await until(`process ${pid} is gone`, () => !isRunning(pid));
    assertSettled(device);
    assertEquals(await live(device), "1");
  },
);

longTestWhere("device and health agree, however close they come", { needs: ["linux"] }, async () => {
  await Promise.all([600, 800, 900, 1000, 1100].map(async (wait) => {
    await using device = await makeLocalDevice({ tools: {} });
    await switched(device, 1);
    const two = await writeSet(`${device.dir}/2`, { a: "2" }, "2");
    await new Promise((resolve) => setTimeout(resolve, wait));
    const { last } = await device.perform([health], { release: two });
    await until("it is settled", () => isOver(device), 10);
    assertSettled(device);
    if (last.status === "changed") assertEquals(await live(device), "2");
    else assertEquals(await live(device), "1", JSON.stringify(last));
  }));
});

longTestWhere("a newer run takes over from one that waits", { needs: ["linux"] }, async () => {
  await using device = await makeLocalDevice({ tools: {} });
  await switched(device, 30);
  const pid = await sleeper(device);
  const three = await writeSet(`${device.dir}/3`, { a: "3" }, "3");
  await device.perform([stage, verify, commit], { release: three, settings: { confirmTimeout: 1 } });
  await until(`process ${pid} is gone`, () => !isRunning(pid));
  assertEquals(await live(device), "3");
  await until("the set that was confirmed is live again", async () => await live(device) === "1", 10);
  await until("it is settled", () => isOver(device), 10);
  assertEquals((await Deno.readLink(device.at("artifacts_phase2"))).startsWith(slotLink("")), true);
});
