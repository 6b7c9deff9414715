/**
 * What the tests share: a test that needs something of its machine says so, and where that is missing it is skipped by name, with the
 * reason, so that `deno task test` can list it (and fail under `CI=true`).
 * @module
 */
import { statSync } from "node:fs";
import { join } from "@std/path";
import { everyTest } from "./sampled.ts";

/** Something of the machine that a test may need. */
export type Need =
  | "linux"
  | "root"
  | "ssh"
  | "sshd"
  | "dropbear"
  | "busybox"
  | "dynamic-busybox"
  | "toybox"
  | "mounts"
  | "lab"
  | "shellcheck"
  | "dash"
  | "bash"
  | "curl"
  | "npm"
  | "rsync"
  | "ansible-inventory"
  | "python3"
  | "perl"
  | "wget"
  | "openssl"
  | "xmllint"
  | "zsh"
  | "fish";

/** Debian's other busybox, whose shell has no applets inside; `tests/run.ts` puts it there. */
export const UNPACKED_BUSYBOX = "/var/cache/lockstep-tests/busybox";

/** Set in the environment of tests that run beside others in one process: they must leave it as it is. */
export const SIDE_BY_SIDE = "LOCKSTEP_TESTS_SIDE_BY_SIDE";

/** The folders that hold programs; those of root are not on every user's `PATH`. */
const programFolders = [
  ...(Deno.env.get("PATH") ?? "").split(Deno.build.os === "windows" ? ";" : ":"),
  "/usr/sbin",
  "/sbin",
];

/** Where a program is, or undefined where it is not installed. */
export function findProgram(name: string): string | undefined {
  return programFolders.filter((folder) => folder !== "").map((folder) => join(folder, name)).find(isFile);
}

/** Defines a test that is skipped, with what is missing in its name, where the machine lacks something that it needs. */
export function testWhere(
  name: string,
  { needs }: { readonly needs: readonly Need[] },
  fn: (t: Deno.TestContext) => void | Promise<void>,
): void {
  const missing = missingOf(needs);
  if (missing.length === 0) Deno.test(name, fn);
  else Deno.test({ name: skippedName(name, missing), ignore: true, fn });
}

/** The same, for a test that is too long for every day: it is there with `TESTS=all`, as in `deno task lab`. */
export function longTestWhere(...test: Parameters<typeof testWhere>): void {
  if (everyTest) testWhere(...test);
}

/** Those of the needs that this machine does not have. */
export function missingOf(needs: readonly Need[]): Need[] {
  return needs.filter((need) => !isThere(need));
}

/** "NAME (cannot run here: needs A, B)". `tests/run.ts` prints these. */
export function skippedName(name: string, missing: readonly string[]): string {
  return `${name} (cannot run here: needs ${missing.join(", ")})`;
}

const probed = new Map<Need, boolean>();

function isThere(need: Need): boolean {
  const known = probed.get(need);
  if (known !== undefined) return known;
  const there = probe(need);
  probed.set(need, there);
  return there;
}

function probe(need: Need): boolean {
  switch (need) {
    case "linux":
      return Deno.build.os === "linux";
    case "root":
      return isRoot();
    case "sshd":
      return Deno.build.os === "linux" &&
        ["ssh", "sshd", "ssh-keygen"].every((program) => findProgram(program) !== undefined);
    case "dynamic-busybox":
      return isFile(UNPACKED_BUSYBOX);
    case "mounts":
      return isRoot() && canMount();
    case "lab":
      return isRoot() && labPrograms.every((program) => findProgram(program) !== undefined) && canIsolate();
    default:
      return findProgram(need) !== undefined;
  }
}

function isRoot(): boolean {
  return Deno.build.os !== "windows" && Deno.uid() === 0;
}

/** Whether a file system can be mounted here; containers often forbid it even to root. */
function canMount(): boolean {
  const folder = Deno.makeTempDirSync();
  try {
    const mount = new Deno.Command("mount", {
      args: ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder],
      stderr: "null",
    });
    if (!mount.outputSync().success) return false;
    return new Deno.Command("umount", { args: [folder] }).outputSync().success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  } finally {
    Deno.removeSync(folder);
  }
}

/** What `tests/lab` runs, beyond what every Debian has. */
const labPrograms = [
  "systemd-nspawn",
  "debootstrap",
  "ip",
  "ssh",
  "mkfs.xfs",
  "mkfs.ext4",
  "dropbear",
  "busybox",
];

/** Whether namespaces, loop devices, control groups and overlays can be had; many containers forbid them even to root. */
function canIsolate(): boolean {
  const script = `
    mount -t tmpfs tmpfs /mnt && cd /mnt && mkdir lower upper work root &&
    mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work overlay root &&
    ip link add lockstep0 type veth peer name lockstep1 &&
    truncate -s 512M disk && mkfs.xfs -q disk && mkdir disk.d && mount -o loop disk disk.d || exit 1
    for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/systemd; do
      if [ -f "$hierarchy/cgroup.procs" ]; then
        group=$hierarchy/lockstep-probe-$1
        mkdir "$group" && rmdir "$group" || exit 1
      fi
    done`;
  const probe = new Deno.Command("unshare", {
    args: ["--mount", "--net", "--pid", "--fork", "sh", "-c", script, "sh", crypto.randomUUID()],
    stdout: "null",
    stderr: "null",
  });
  return probe.outputSync().success;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
