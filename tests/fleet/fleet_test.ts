import { assert, assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { longTestWhere, testWhere } from "../support.ts";
import { makeArtifacts } from "./support/artifacts.ts";
import { type Device, type Fleet, makeFleet } from "./support/fleet.ts";
import { makeServices } from "./support/service.ts";
import { diffTrees, sha256, snapshotTree } from "./support/tree.ts";

interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Plain ssh to a device, as the program's transport would call it. */
async function ssh(fleet: Fleet, device: Device, command: string): Promise<Answer> {
  const { code, stdout, stderr } = await new Deno.Command("ssh", {
    args: [
      ...["-F", fleet.sshConfig, "-o", "BatchMode=yes", "-o", "ConnectTimeout=1"],
      ...["-p", String(device.port), "127.0.0.1", command],
    ],
    stdin: "null",
  }).output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

testWhere("makeFleet() starts devices that have a HOME of their own and count their logins", {
  needs: ["sshd"],
}, async () => {
  await using fleet = await makeFleet({ count: 3 });
  for (const device of fleet.devices) {
    assertEquals(await ssh(fleet, device, 'printf %s "$HOME"'), { code: 0, stdout: device.home, stderr: "" });
    assertEquals([await device.connections(), await device.logins()], [1, 1]);
  }
  const byAlias = new Deno.Command("ssh", { args: ["-F", fleet.sshConfig, "edge-02", 'printf %s "$HOME"'] });
  assertEquals(new TextDecoder().decode((await byAlias.output()).stdout), fleet.device("edge-02").home);
});

testWhere("makeFleet() starts many devices side by side", { needs: ["sshd"] }, async () => {
  const started = performance.now();
  await using fleet = await makeFleet({ count: 20 });
  assertEquals(fleet.devices.length, 20);
  const milliseconds = performance.now() - started;
  assert(milliseconds < 10_000, `${milliseconds} ms`);
});

testWhere(
  "Fleet ends every process and removes every file, when disposed of",
  { needs: ["sshd"] },
  async () => {
    const fleet = await makeFleet({ count: 2 });
    const [device] = fleet.devices;
    const pidFile = join(fleet.dir, "left");
    await ssh(
      fleet,
      device!,
      `setsid sh -c 'echo $$ >${pidFile}; exec sleep 60' >/dev/null 2>&1 </dev/null &`,
    );
    const session = ssh(fleet, device!, "sleep 60");
    while (await device!.logins() < 2) await new Promise((resolve) => setTimeout(resolve, 20));
    const left = (await Deno.readTextFile(pidFile)).trim();
    await fleet[Symbol.asyncDispose]();
    assertNotEquals((await session).code, 0);
    assertEquals(await Deno.lstat(fleet.dir).then(() => "there", () => "gone"), "gone");
    // A process that has ended and that nobody has waited for has no program any more.
    assertEquals(await Deno.readLink(`/proc/${left}/exe`).then(() => "runs", () => "gone"), "gone");
  },
);

testWhere("Device.cut() ends a session in the middle", { needs: ["sshd"] }, async () => {
  await using fleet = await makeFleet({ count: 1 });
  const [device] = fleet.devices;
  const session = ssh(fleet, device!, "sleep 60");
  while (await device!.logins() === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  await device!.cut();
  assertEquals((await session).code, 255);
  assertEquals((await ssh(fleet, device!, "true")).code, 255);
});

longTestWhere(
  "makeFleet() makes devices that are hard to get on with, when asked",
  { needs: ["sshd"] },
  async () => {
    await using fleet = await makeFleet({
      devices: [
        { name: "noisy", noisy: true },
        { name: "slow", slowSeconds: 1 },
        { name: "refusing", kind: "refusing" },
        { name: "silent", kind: "silent" },
        { name: "stranger", hostKey: "changed" },
        { name: "unknown", hostKey: "unknown" },
        { name: "closed", userKey: "wrong" },
        { name: "bare", without: ["sha256sum"] },
        { name: "it's a device", deployPath: "/nowhere/at all", makeDeployPath: false },
      ],
    });
    const answer = async (name: string) => await ssh(fleet, fleet.device(name), "printf end");
    const [noisy, slow, refusing, silent, stranger, unknown, closed] = await Promise.all(
      ["noisy", "slow", "refusing", "silent", "stranger", "unknown", "closed"].map(answer),
    );
    assertMatch(noisy!.stdout, /^Welcome to noisy\n[\s\S]{100000}[\s\S]*no newline at the end: end$/);
    assertStringIncludes(noisy!.stderr, "Authorized use only!");
    assertStringIncludes(noisy!.stderr, "cannot change locale");
    assertEquals([slow!.code, slow!.stdout], [0, "end"]);
    assertMatch(refusing!.stderr, /refused/);
    assertMatch(silent!.stderr, /timed out/);
    assertMatch(stranger!.stderr, /IDENTIFICATION HAS CHANGED/);
    assertMatch(unknown!.stderr, /Host key verification failed/);
    assertMatch(closed!.stderr, /Permission denied/);
    assertEquals([await fleet.device("closed").connections(), await fleet.device("closed").logins()], [1, 0]);
    assertEquals(
      (await ssh(fleet, fleet.device("bare"), "ls / >/dev/null && sha256sum /dev/null")).code,
      127,
    );
  },
);

testWhere(
  "makeFleet() makes tiny devices, when asked",
  { needs: ["sshd", "mounts", "dropbear", "busybox"] },
  async () => {
    const fleet = await makeFleet({ devices: [{ name: "tiny", kind: "tiny" }] });
    {
      await using _ = fleet;
      const tiny = fleet.device("tiny");
      const tools = "bash curl systemctl scp sftp-server python3 perl jq sudo";
      assertEquals(
        await ssh(
          fleet,
          tiny,
          `for t in ${tools} wget; do command -v $t >/dev/null && echo $t; done; echo hi >/dev/null; df -P /opt | wc -l`,
        ),
        { code: 0, stdout: "wget\n2\n", stderr: "" },
      );
      await ssh(fleet, tiny, "echo here >/opt/iot-inference/file");
      assertEquals(await Deno.readTextFile(join(tiny.deployDir, "file")), "here\n");
      assertEquals(await tiny.logins(), 2);
    }
    assertEquals((await Deno.readTextFile("/proc/mounts")).includes(fleet.dir), false);
  },
);

testWhere(
  "Fleet mounts full and read-only folders, and unmounts them",
  { needs: ["sshd", "mounts", "dropbear", "busybox"] },
  async () => {
    const fleet = await makeFleet({ devices: [{}, {}, { kind: "tiny" }] });
    {
      await using _ = fleet;
      const [full, readOnly, tiny] = fleet.devices;
      await fleet.mountTmpfs(full!.deployDir, 1_000_000);
      assertMatch(
        (await ssh(fleet, full!, `head -c 2000000 /dev/zero >${full!.deployPath}/big`)).stderr,
        /No space left/,
      );
      await fleet.mountReadOnly(readOnly!.deployDir);
      assertMatch(
        (await ssh(fleet, readOnly!, `touch ${readOnly!.deployPath}/a`)).stderr,
        /Read-only file system/,
      );
      await fleet.mountReadOnly(tiny!.deployDir);
      assertMatch((await ssh(fleet, tiny!, `touch ${tiny!.deployPath}/a`)).stderr, /Read-only file system/);
    }
    assertEquals((await Deno.readTextFile("/proc/mounts")).includes(fleet.dir), false);
  },
);

testWhere(
  "snapshotTree() sees every kind of change, when nothing but that was done",
  { needs: ["linux"] },
  async () => {
    const dir = await Deno.makeTempDir();
    try {
      const file = join(dir, "file");
      const reset = async () => {
        await Deno.remove(dir, { recursive: true });
        await Deno.mkdir(dir);
        await Deno.writeTextFile(file, "content");
        await Deno.symlink("file", join(dir, "link"));
      };
      const changes: Record<string, () => Promise<unknown>> = {
        "nothing": () => Deno.readTextFile(file),
        "content": () => Deno.writeTextFile(file, "CONTENT"),
        "content, with the time put back": async () => {
          const { mtime } = await Deno.stat(file);
          await Deno.writeTextFile(file, "CONTENT");
          await Deno.utime(file, mtime!, mtime!);
        },
        "time": () => Deno.utime(file, 1, 1),
        "mode": () => Deno.chmod(file, 0o600),
        "another inode": async () => {
          await Deno.copyFile(file, `${file}2`);
          await Deno.rename(`${file}2`, file);
        },
        "a file and back again": async () => {
          await Deno.writeTextFile(`${file}2`, "");
          await Deno.remove(`${file}2`);
        },
        "link": async () => {
          await Deno.remove(join(dir, "link"));
          await Deno.symlink("elsewhere", join(dir, "link"));
        },
      };
      for (const [name, change] of Object.entries(changes)) {
        await reset();
        const before = await snapshotTree(dir);
        await change();
        assertEquals(diffTrees(before, await snapshotTree(dir)).length > 0, name !== "nothing", name);
      }
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
);

Deno.test("makeArtifacts() writes the same set with a true manifest, when the seed is the same", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const one = await makeArtifacts(join(dir, "one"), { bytes: 20_000, extra: ["sick"] });
    const two = await makeArtifacts(join(dir, "two"), { bytes: 20_000, extra: ["sick"] });
    const other = await makeArtifacts(join(dir, "other"), { bytes: 20_000, seed: 2, extra: ["sick"] });
    assertEquals(one.id, two.id);
    assertNotEquals(one.id, other.id);
    assertEquals(Object.keys(one.files), [
      "model_hybrid.onnx",
      "best_model_hybrid.pth",
      "scaler.pkl",
      "feature_order.json",
      "labels/classes.txt",
      "sick",
    ]);
    for (const [name, digest] of Object.entries(one.files)) {
      assertEquals(await sha256(join(one.dir, name)), digest);
    }
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

testWhere(
  "makeServices() answers for the set that was live at the last restart",
  { needs: ["sshd", "curl"] },
  async () => {
    await using fleet = await makeFleet({ count: 1 });
    await using services = await makeServices(fleet);
    const [device] = fleet.devices;
    const { restart_command, health_url } = services.vars[device!.name]!;
    const ready = async () => (await ssh(fleet, device!, `curl -sf ${health_url}/ready`)).code;
    const live = join(device!.deployDir, "artifacts_phase2");
    assertEquals(await ready(), 22);
    await makeArtifacts(live);
    assertEquals((await ssh(fleet, device!, String(restart_command))).code, 0);
    assertEquals(await ready(), 0);
    await makeArtifacts(live, { extra: ["sick"] });
    assertEquals(await ready(), 0);
    assertEquals((await ssh(fleet, device!, String(restart_command))).code, 0);
    assertEquals(await ready(), 22);
    await makeArtifacts(live, { extra: ["unstartable"] });
    assertEquals((await ssh(fleet, device!, String(restart_command))).code, 7);
    assertEquals(await services.restarts(device!), 3);
    assertEquals(services.requests(device!), ["/ready", "/ready", "/ready", "/ready"]);
  },
);
