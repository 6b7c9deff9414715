/**
 * The lab proves itself: what the tests on it rely on.
 * @module
 */
import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { makeArtifacts } from "../fleet/support/artifacts.ts";
import { assertWhole } from "../fleet/support/live.ts";
import { runOn, statuses } from "../fleet/support/program.ts";
import { everyTest } from "../sampled.ts";
import { longTestWhere, testWhere } from "../support.ts";
import { execute } from "./command.ts";
import { type LabDevice, makeLab } from "./lab.ts";
import { makeSickArtifacts } from "./sets.ts";

/** What changes when the service is started again. */
async function serviceProcess(device: LabDevice): Promise<string> {
  return device.kind === "tiny"
    ? await device.sh("cat /run/phase4/pid")
    : await device.sh("systemctl show --property=MainPID,ActiveState phase4-inference");
}

testWhere("makeLab() makes devices that a deploy works on, when they are Debian, tiny or on ext4", {
  needs: ["lab"],
}, async (t) => {
  await using lab = await makeLab({
    devices: [
      { name: "sudo", kind: "systemd" },
      { name: "become", kind: "systemd", become: true },
      { name: "tiny", kind: "tiny" },
      { name: "ext4", kind: "ext4" },
    ],
  });
  const inventory = await lab.inventory();
  const one = await makeArtifacts(join(lab.dir, "one"), { seed: 1 });
  const two = await makeArtifacts(join(lab.dir, "two"), { seed: 2 });
  const all = (status: string) => Object.fromEntries(lab.devices.map(({ name }) => [name, status]));

  await t.step("the first deploy changes each, and the service serves the set", async () => {
    const run = await runOn(lab, inventory, ["deploy", "--artifacts", one.dir]);
    assertEquals(statuses(await run.report()), all("changed"), run.text);
    for (const device of lab.devices) {
      await assertWhole(device, one);
      assertEquals(await device.liveSet().then((set) => [set?.id, set?.problems]), [one.id, []]);
      const fetch = device.kind === "tiny" ? "wget -qO-" : "curl -fsS";
      assertMatch(await device.sh(`${fetch} http://localhost:9208/health`), /"version": "1\.0\.1"/);
      assertMatch(await device.sh(`${fetch} http://localhost:9208/ready`), /^ready$/);
    }
  });

  await t.step("the second deploy is ok, and restarts nothing", async () => {
    const before = await Promise.all(lab.devices.map(serviceProcess));
    const run = await runOn(lab, inventory, ["deploy", "--artifacts", one.dir]);
    assertEquals(statuses(await run.report()), all("ok"), run.text);
    assertEquals(await Promise.all(lab.devices.map(serviceProcess)), before);
  });

  await t.step("a set that the service refuses is undone", async () => {
    const refused = await makeSickArtifacts(join(lab.dir, "refused"), { refuse: "no such model" });
    const run = await runOn(lab, inventory, ["deploy", "--artifacts", refused.dir]);
    assertEquals(statuses(await run.report()), all("rolled_back"), run.text);
    for (const device of lab.devices) await assertWhole(device, one);
  });

  if (!everyTest) return;
  await t.step(
    "a killed device boots again with what it had, its service too, and as another boot",
    async () => {
      for (const device of lab.devices) {
        const bootId = () => device.sh("cat /proc/sys/kernel/random/boot_id");
        const [before, release] = [await bootId(), await device.liveSet()];
        await device.kill();
        assertEquals(await device.isUp(), false);
        await assertRejects(() => bootId(), Error, "is down");
        assertEquals(await device.liveSet(), release);
        await device.boot();
        assertNotEquals(await bootId(), before);
        await assertWhole(device, one);
        assert(
          await device.sh("cat /proc/*/comm").then((names) => /^(python3|httpd)$/m.test(names)),
          device.name,
        );
      }
    },
  );

  await t.step(
    "a cut link makes a device unreachable alone, and a deploy works once it is mended",
    async () => {
      const device = lab.device("sudo");
      await device.cutLink();
      assertEquals([await device.isUp(), await lab.device("become").isUp()], [false, true]);
      const cut = await runOn(lab, inventory, ["deploy", "--artifacts", two.dir, "--connect-timeout", "3"]);
      assertEquals(statuses(await cut.report()), { ...all("changed"), sudo: "unreachable" }, cut.text);
      await device.mendLink();
      const mended = await runOn(lab, inventory, ["deploy", "--artifacts", two.dir]);
      assertEquals(statuses(await mended.report()), { ...all("ok"), sudo: "changed" }, mended.text);
    },
  );

  await t.step("a tiny device has nothing but busybox and dropbear", async () => {
    const found = await lab.device("tiny").sh(
      "for name in bash scp sftp-server curl systemctl python3 perl sudo; do which $name; done; true",
    );
    assertEquals(found, "");
  });
});

longTestWhere(
  "makeLab() makes the kinds of trouble that it names, when a device has a slow start or little room",
  {
    needs: ["lab"],
  },
  async (t) => {
    await using lab = await makeLab({
      devices: [
        { name: "slow", kind: "slow-start" },
        { name: "tmp", kind: "full-tmp" },
        { name: "small", kind: "small" },
      ],
    });
    const inventory = await lab.inventory();
    const one = await makeArtifacts(join(lab.dir, "one"), { seed: 1 });

    await t.step("a deploy works on each of them", async () => {
      const run = await runOn(lab, inventory, ["deploy", "--artifacts", one.dir]);
      const report = await run.report();
      assertEquals(statuses(report), { slow: "changed", tmp: "changed", small: "changed" }, run.text);
    });
    await t.step("the slow one is not ready at once", async () => {
      const seconds = await lab.device("slow").sh(`
      systemctl restart phase4-inference; n=0
      until curl -fs http://localhost:9208/ready >/dev/null; do n=$((n + 1)); sleep 1; done; echo $n`);
      assert(Number(seconds) >= 5, seconds);
    });
    await t.step("/tmp takes no byte and runs nothing", async () => {
      const device = lab.device("tmp");
      const write = await device.exec(["dd", "if=/dev/zero", "of=/tmp/x", "count=1"]);
      assertMatch(write.stderr, /No space left/);
      await device.sh("rm -f /tmp/x /tmp/full; cp /bin/true /tmp");
      assertMatch((await device.exec(["/tmp/true"])).stderr, /Permission denied/);
    });
    await t.step("the small one has no room for a large set", async () => {
      const large = await makeArtifacts(join(lab.dir, "large"), { seed: 2, bytes: 9_000_000 });
      const run = await runOn(lab, inventory, ["deploy", "--artifacts", large.dir, "--limit", "small"]);
      assertEquals([run.code, (await run.report()).hosts[0]?.error?.kind], [2, "no-space"], run.text);
      await assertWhole(lab.device("small"), one);
    });
  },
);

testWhere("powerCut() shows what was synced and nothing else, when files are renamed before the cut", {
  needs: ["lab"],
}, async () => {
  await using lab = await makeLab({ devices: [{ name: "disk", kind: "ext4" }] });
  const device = lab.device("disk");
  const content = "all that the file holds";
  // A new folder with a file, and a link switched to it by one rename: once with every sync, once without any.
  await device.sh(
    `cd /opt/iot-inference
     for how in synced torn; do mkdir $how.new && ln -s nowhere $how; done
     sync -f .
     for how in synced torn; do
       printf %s "$1" >$how.new/file
       if [ $how = synced ]; then sync $how.new/file $how.new .; fi
       ln -s $how.new $how.next && mv -T $how.next $how
       if [ $how = synced ]; then sync .; fi
     done`,
    content,
  );
  // The ext4 commits its names by itself within a second or two; data it would leave in memory for half a minute.
  await new Promise((resolve) => setTimeout(resolve, 2500));
  const read = async (dir: string) => ({
    synced: await Deno.readTextFile(join(dir, "synced/file")),
    torn: await Deno.readTextFile(join(dir, "torn/file")),
  });
  {
    await using picture = await device.powerCut();
    assertEquals(await read(picture.dir), { synced: content, torn: "" });
  }
  assertEquals(
    await read(device.deployDir),
    { synced: content, torn: content },
    "the device itself has it in memory",
  );
  await device.kill();
  assertEquals(
    await read(device.deployDir),
    { synced: content, torn: "" },
    "a device that lost its power has not",
  );
  await device.boot();
  assertEquals(await device.sh("cat /opt/iot-inference/synced/file"), content);
});

longTestWhere(
  "makeLab() leaves nothing behind, when its lab is disposed of",
  { needs: ["lab"] },
  async () => {
    const lab = await makeLab({ devices: [{ name: "a", kind: "tiny" }, { name: "b", kind: "ext4" }] });
    const { dir } = lab;
    const traces = async () => {
      const { stdout } = await execute([
        "sh",
        "-c",
        "losetup --list --output BACK-FILE; cat /proc/*/cmdline /proc/mounts; ls -d /tmp/*; find /sys/fs/cgroup -type d",
      ]);
      return stdout.includes(dir.replace(/.*\//, ""));
    };
    assert(await traces());
    await lab[Symbol.asyncDispose]();
    assert(!await traces());
  },
);
