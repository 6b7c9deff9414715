/**
 * The boundary between root, who deploys, and the users of a device: real sshd, root's session, and a service's user (or a stranger) who has
 * prepared what root will find, or changes it all the while. Whatever he does, nothing of anybody else's is read, written, given away, run or
 * ended; and root either deploys, or refuses and says which command mends it.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { isRunning } from "../../local_device.ts";
import { findProgram, longTestWhere, testWhere } from "../../support.ts";
import { type Artifacts, makeArtifacts } from "../support/artifacts.ts";
import { type Device, type DeviceOptions, type Fleet, makeFleet, type Vars } from "../support/fleet.ts";
import { filesBelow } from "../support/live.ts";
import { type FleetRun, runOn } from "../support/program.ts";
import { diffTrees, snapshotTree } from "../support/tree.ts";

/** The service's user, and another who has nothing to do with it. Neither has an account. */
const service = 6001;
const stranger = 6002;
const SECRET = "text-of-a-file-of-mode-0600";

/** By their places: other tests of this process may be changing its PATH. */
const setpriv = findProgram("setpriv") ?? "setpriv";
const chownProgram = findProgram("chown") ?? "chown";

/** Runs shell text as a user of the device. */
async function as(uid: number, text: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(setpriv, {
    args: [`--reuid=${uid}`, `--regid=${uid}`, "--clear-groups", "sh", "-euc", text, "sh", ...args],
  }).output();
  if (!success) throw new Error(`as ${uid}: ${text}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

async function chown(owner: string, ...paths: string[]): Promise<void> {
  const { success } = await new Deno.Command(chownProgram, { args: ["-hR", owner, ...paths] }).output();
  assert(success, `chown ${owner} ${paths.join(" ")}`);
}

/** A device with one set deployed by root, the sets to come, and what must stay as it is: files of others, one of mode 0600. */
class Scene implements AsyncDisposable {
  private constructor(
    readonly fleet: Fleet,
    readonly device: Device,
    readonly sets: readonly [Artifacts, Artifacts, Artifacts],
    readonly victim: string,
  ) {}

  static async make(options: DeviceOptions = {}): Promise<Scene> {
    const fleet = await makeFleet({ devices: [options] });
    const [device] = fleet.devices;
    // Where the service is, its user can go.
    await Deno.chmod(fleet.dir, 0o711);
    const set = (seed: number) => makeArtifacts(join(fleet.dir, `set-${seed}`), { seed, bytes: 50_000 });
    const scene = new Scene(
      fleet,
      device!,
      [await set(1), await set(2), await set(3)],
      join(fleet.dir, "victim"),
    );
    await Deno.mkdir(join(scene.victim, "labels"), { recursive: true });
    for (const name of ["secret", "metadata.json", "labels/classes.txt"]) {
      await Deno.writeTextFile(join(scene.victim, name), `${SECRET}\n`, { mode: 0o600 });
    }
    await Deno.chown(device!.deployDir, service, service);
    const first = await scene.run("deploy", { set: 0 });
    assertEquals(first.code, 0, first.text);
    return scene;
  }

  at(...names: string[]): string {
    return join(this.device.deployDir, ...names);
  }

  async run(command: string, { set, vars = {} }: { set?: number; vars?: Vars } = {}): Promise<FleetRun> {
    const inventory = await this.fleet.inventory({ vars: { restart_settle: 0, ...vars } });
    const artifacts = set === undefined ? [] : ["--artifacts", this.sets[set]!.dir];
    return await runOn(this.fleet, inventory, [command, ...artifacts]);
  }

  /** Runs a command that meets what was prepared, and judges what came of it. */
  async judge(command: string, options: { set?: number; vars?: Vars } = {}): Promise<FleetRun> {
    const before = await snapshotTree(this.victim);
    const run = await this.run(command, options);
    assertEquals(
      diffTrees(before, await snapshotTree(this.victim)),
      [],
      `the victim was touched: ${run.text}`,
    );
    await this.judgeTold(run);
    if (run.code !== 0) {
      assertEquals(run.code, 2, run.text);
      assert(
        /ch(own|mod) |is not the|lead|line break|has no/.test(run.text),
        `it says no way out: ${run.text}`,
      );
    }
    return run;
  }

  /** Nothing of a private file was told, or lies where the service's user can read it. */
  async judgeTold(run: FleetRun): Promise<void> {
    assert(!run.text.includes(SECRET), run.text);
    for (const file of await filesBelow(run.reports)) {
      if (file === "latest") continue;
      assert(!(await Deno.readTextFile(join(run.reports, file))).includes(SECRET), file);
    }
    // Neither by him nor by anybody, but by the link that he has made himself.
    const found = await as(stranger, 'grep -rl "$2" "$1" 2>/dev/null || true', this.device.deployDir, SECRET);
    assertEquals(found, "", "somebody else can read it now");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.fleet[Symbol.asyncDispose]();
  }
}

/** What the service's user makes of a state folder of his own. `$1` is the deploy path, `$2` the victim. */
const ownStates: Readonly<Record<string, string>> = {
  "releases is a link": 'ln -s "$2" .lockstep/releases',
  "staging is a link": 'ln -s "$2" .lockstep/staging',
  "backups is a link": 'ln -s "$2" .lockstep/backups',
  "journal.next is a link": 'ln -s "$2/secret" .lockstep/journal.next',
  "journal.next is a FIFO": "mkfifo .lockstep/journal.next",
  "restart.log is a link": 'ln -s "$2/secret" .lockstep/restart.log',
  "restart.log is a FIFO": "mkfifo .lockstep/restart.log",
  "history is a link": 'ln -s "$2/secret" .lockstep/history',
  "the journal leads out":
    `printf 'release=x\\nprevious=.lockstep/releases/../../../victim\\nrun=x\\nsince=x\\n' >.lockstep/journal`,
};

longTestWhere("root believes nothing in a state folder that the service's user has put there", {
  needs: ["linux", "root", "sshd"],
}, async () => {
  await using scene = await Scene.make();
  const vars = { health_url: "http://127.0.0.1:1", health_attempts: 1 };
  for (const [name, text] of Object.entries(ownStates)) {
    await as(
      service,
      `cd "$1"; mv .lockstep theirs; mkdir .lockstep; ${text}`,
      scene.device.deployDir,
      scene.victim,
    );
    const run = await scene.judge("deploy", { set: 1, vars });
    assertEquals(run.code, 2, name);
    assert(run.text.includes("nothing in it is trusted"), `${name}: ${run.text}`);
    if (/journal leads|history|restart.log is a link/.test(name)) {
      for (const command of ["status", "cleanup", "rollback"]) {
        await scene.judgeTold(await scene.run(command));
      }
    }
    await as(service, 'cd "$1"; mv .lockstep "was-$$"; mv theirs .lockstep', scene.device.deployDir);
  }
  // A link is not believed either, wherever it leads; a chmod would mend the wrong thing.
  await as(
    service,
    'cd "$1"; mv .lockstep theirs; ln -s "$2" .lockstep',
    scene.device.deployDir,
    scene.victim,
  );
  const linked = await scene.judge("deploy", { set: 1 });
  assertEquals(linked.code, 2, linked.text);
  assert(linked.text.includes("is a link, or not a folder"), linked.text);
  assert(
    linked.text.includes(`move it away, and make sure that nobody can put it back: chown root:`),
    linked.text,
  );
  await as(service, 'cd "$1"; rm .lockstep; mv theirs .lockstep', scene.device.deployDir);
  // And with his own folder gone, all goes on.
  const run = await scene.judge("deploy", { set: 1 });
  assertEquals(run.code, 0, run.text);
});

longTestWhere("root ends no process that a lock names, unless it is a session of ours", {
  needs: ["linux", "root", "sshd"],
}, async () => {
  const boot = (await Deno.readTextFile("/proc/sys/kernel/random/boot_id")).trim();
  // Another's process, and one of root's own that is no session.
  await Promise.all(
    [[setpriv, `--reuid=${stranger}`, "--clear-groups", "sleep", "600"], ["sleep", "600"]].map(
      async ([program, ...args]) => {
        await using scene = await Scene.make();
        const victim = new Deno.Command(program!, { args }).spawn();
        try {
          await new Promise((resolve) => setTimeout(resolve, 100));
          const started =
            (await Deno.readTextFile(`/proc/${victim.pid}/stat`)).replace(/^.*\) /, "").split(" ")[19];
          const lock =
            `${victim.pid} ${started} ${boot} 20260101T000000Z-000000+x 2026-01-01T00:00:00Z me@there`;
          // In root's own folder, as an earlier session could have left it.
          await Deno.symlink(lock, scene.at(".lockstep/lock"));
          assertEquals((await scene.run("deploy", { set: 1 })).code, 75);
          assert(isRunning(victim.pid), `${program} was ended`);
        } finally {
          victim.kill("SIGKILL");
          await victim.status;
        }
      },
    ),
  );
});

/** What the live set, which belongs to the service's user, may be made of. */
const ownSets: Readonly<Record<string, string>> = {
  "metadata.json is a link": 'rm metadata.json; ln -s "$2/metadata.json" .',
  "a file is a link": 'rm model_hybrid.onnx; ln -s "$2/secret" model_hybrid.onnx',
  "a file is a FIFO": "rm scaler.pkl; mkfifo scaler.pkl",
  "a folder is a link": 'mv labels was; ln -s "$2/labels" labels',
  "a file runs as its owner": "chmod 6755 model_hybrid.onnx",
};

longTestWhere("root reads a set of the service's user as that user, and hands on no mode that is none", {
  needs: ["linux", "root", "sshd"],
}, async () => {
  await using scene = await Scene.make();
  for (const [name, text] of Object.entries(ownSets)) {
    const live = await Deno.realPath(scene.at("artifacts_phase2"));
    await chown(`${service}:${service}`, live);
    await as(service, `cd "$1"; ${text}`, live, scene.victim);
    for (const command of ["verify-remote", "status"]) await scene.judgeTold(await scene.run(command));
    const run = await scene.judge("deploy", { set: 1 });
    assertEquals(run.code, 0, `${name}: ${run.text}`);
    const next = await Deno.realPath(scene.at("artifacts_phase2"));
    for (const file of await filesBelow(next)) {
      const { mode, isSymlink } = await Deno.lstat(join(next, file));
      assert(!isSymlink && (mode! & 0o6002) === 0, `${name}: ${file} has mode ${mode!.toString(8)}`);
    }
    for (const file of await filesBelow(scene.at("backup"))) {
      const { mode, isSymlink } = await Deno.lstat(scene.at("backup", file));
      assert(isSymlink || (mode! & 0o6000) === 0, `${name}: backup/${file} has mode ${mode!.toString(8)}`);
    }
    const back = await scene.run("deploy", { set: 0 });
    assertEquals(back.code, 0, back.text);
  }
});

longTestWhere(
  "root follows no live link to another's folder, and writes no line of its text into a journal",
  {
    needs: ["linux", "root", "sshd"],
  },
  async () => {
    await using scene = await Scene.make();
    await as(
      service,
      'cd "$1"; rm artifacts_phase2; ln -s "$2" artifacts_phase2',
      scene.device.deployDir,
      scene.victim,
    );
    await scene.judge("deploy", { set: 1 });
    await scene.judgeTold(await scene.run("verify-remote"));
    const odd = "x\nssh-ed25519 AAAA attacker";
    await as(
      service,
      'cd "$1"; rm -f artifacts_phase2; ln -s "$2" artifacts_phase2',
      scene.device.deployDir,
      odd,
    );
    const run = await scene.judge("deploy", { set: 2 });
    assertEquals(run.code, 2, run.text);
    assert(run.text.includes("line break"), run.text);
  },
);

testWhere("a set is nobody else's to read while it is staged, nor is what a device is armed with", {
  needs: ["linux", "root", "sshd"],
}, async () => {
  await using scene = await Scene.make();
  const live = await Deno.realPath(scene.at("artifacts_phase2"));
  for (const file of await filesBelow(live)) await Deno.chmod(join(live, file), 0o600);
  await Deno.chmod(live, 0o700);
  const vars = {
    service: "x",
    service_manager: "command",
    restart_command: "sleep 2; : a-word-of-the-command",
    confirm_timeout: 60,
  };
  let over = false;
  let read = "";
  let seen = 0;
  const watching = (async () => {
    while (!over) {
      read += await as(
        stranger,
        'cat "$1"/.lockstep/staging/*/* "$1"/.lockstep/staging/.backup/* "$1"/.lockstep/restore/* 2>/dev/null || true',
        scene.device.deployDir,
      );
      if (await Deno.stat(scene.at(".lockstep/restore/command")).then(() => true, () => false)) seen++;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  const run = await scene.run("deploy", { set: 1, vars });
  over = true;
  await watching;
  assertEquals(run.code, 0, run.text);
  assertEquals(read, "");
  assert(seen > 0, "the device was not seen armed");
});

testWhere("preflight refuses a deploy path whose folder is somebody else's, and says what mends it", {
  needs: ["linux", "root", "sshd"],
}, async () => {
  await using scene = await Scene.make();
  const above = join(scene.device.deployDir, "..");
  await Deno.chown(above, service, service);
  const run = await scene.run("deploy", { set: 1 });
  assertEquals(run.code, 2, run.text);
  assert(run.text.includes(`chown root: ${join(scene.device.deployPath, "..")}`), run.text);
  await Deno.chown(above, 0, 0);
  await Deno.chmod(scene.at(".lockstep"), 0o777);
  const open = await scene.run("deploy", { set: 1 });
  assertEquals(open.code, 2, open.text);
  // The command that it names is what mends it.
  const command = /find \S+\.lockstep -path .*$/m.exec(open.text)![0];
  const { success } = await new Deno.Command("sh", { args: ["-c", command] }).output();
  assert(success, command);
  assertEquals((await scene.run("deploy", { set: 1 })).code, 0);
});

/** Not a shim in root's home. */
const python = ["/usr/bin/python3", findProgram("python3")].find((path) => {
  try {
    return path !== undefined && Deno.statSync(path).isFile;
  } catch {
    return false;
  }
});

/** Exchanges names in a loop, as fast as it can, until it is ended. */
const exchanges = `
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
base, victim = sys.argv[1:3]
def exchange(a, b):
    libc.renameat2(-100, os.fsencode(a), -100, os.fsencode(b), 2)
def link(path, to):
    try: os.symlink(to, path)
    except OSError: pass
link(base + "/l.labels", victim + "/labels")
link(base + "/l.live", victim)
link(base + "/l.backup", victim)
while True:
    exchange(base + "/artifacts_phase2/labels", base + "/l.labels")
    exchange(base + "/artifacts_phase2", base + "/l.live")
    exchange(base + "/backup", base + "/l.backup")
    exchange(base + "/backup", base + "/l.backup")
    exchange(base + "/artifacts_phase2", base + "/l.live")
    exchange(base + "/artifacts_phase2/labels", base + "/l.labels")
`;

for (
  const [name, options] of Object.entries<DeviceOptions>({
    "GNU tools": {},
    "no python3 and no perl": { without: ["python3", "perl"] },
  })
) {
  longTestWhere(
    `root gives nothing away and reads nothing of others, while names are exchanged under its hands, with ${name}`,
    {
      needs: ["linux", "root", "sshd", "python3"],
    },
    async () => {
      await using scene = await Scene.make(options);
      await chown(`${service}:${service}`, await Deno.realPath(scene.at("artifacts_phase2")));
      const before = await snapshotTree(scene.victim);
      const attacker = new Deno.Command(setpriv, {
        args: [
          ...[`--reuid=${service}`, `--regid=${service}`, "--clear-groups"],
          ...[python!, "-c", exchanges, scene.device.deployDir, scene.victim],
        ],
        stderr: "null",
      }).spawn();
      try {
        for (let i = 0; i < 3; i++) {
          for (const run of [await scene.run("deploy", { set: 1 + i % 2 }), await scene.run("cleanup")]) {
            await scene.judgeTold(run);
            assert(run.code !== 1, run.text);
          }
        }
      } finally {
        attacker.kill("SIGKILL");
        await attacker.status;
      }
      assertEquals(diffTrees(before, await snapshotTree(scene.victim)), []);
    },
  );
}
