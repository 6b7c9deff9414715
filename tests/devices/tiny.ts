/**
 * A tiny device: what a router or a sensor hub runs. dropbear and busybox in a root of their own, logged in as root: no bash, no
 * sftp-server, no scp, no curl, no systemd, no Python.
 * @module
 */
import { dirname, join } from "@std/path";
import { findProgram } from "../support.ts";

/** Character devices that the programs of the device open: name, major, minor. */
const nodes = [["null", 1, 3], ["zero", 1, 5], ["full", 1, 7], ["random", 1, 8], ["urandom", 1, 9]] as const;

/**
 * Builds the file tree of a tiny device in `tree`, for `chroot` (as root). `authorizedKey` is the public key that may log in,
 * `hostKey` the file of the private host key, in OpenSSH's form.
 */
export async function buildTinyTree(
  tree: string,
  { authorizedKey, hostKey }: { readonly authorizedKey: string; readonly hostKey: string },
): Promise<void> {
  for (const folder of ["bin", "dev", "proc", "etc/dropbear", "usr/sbin", "opt", "var/run", "var/log"]) {
    await Deno.mkdir(join(tree, folder), { recursive: true });
  }
  await Deno.mkdir(join(tree, "tmp"), { mode: 0o1777 });
  await Deno.mkdir(join(tree, "root/.ssh"), { recursive: true, mode: 0o700 });
  await Deno.writeTextFile(join(tree, "root/.ssh/authorized_keys"), authorizedKey, { mode: 0o600 });
  await Deno.writeTextFile(join(tree, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
  await Deno.writeTextFile(join(tree, "etc/group"), "root:x:0:\n");
  await Deno.writeTextFile(join(tree, "etc/shadow"), "root:*:19000:0:99999:7:::\n", { mode: 0o600 });

  await Deno.copyFile(program("busybox"), join(tree, "bin/busybox"));
  await run("chroot", [tree, "/bin/busybox", "--install", "-s", "/bin"]);
  const dropbear = program("dropbear");
  await Deno.copyFile(dropbear, join(tree, "usr/sbin/dropbear"));
  for (const library of await librariesOf(dropbear)) {
    await Deno.mkdir(join(tree, dirname(library)), { recursive: true });
    await Deno.copyFile(library, join(tree, library));
  }
  for (const [name, major, minor] of nodes) {
    await run("mknod", ["-m", "666", join(tree, "dev", name), "c", String(major), String(minor)]);
  }
  await run("dropbearconvert", ["openssh", "dropbear", hostKey, join(tree, "etc/dropbear/key")]);
}

/** The shared libraries that a program loads, as absolute paths. */
async function librariesOf(path: string): Promise<string[]> {
  const listed = await run("ldd", [path]);
  return [...listed.matchAll(/(?:^|\s)(\/\S+)/gm)].map((match) => match[1]!);
}

function program(name: string): string {
  const path = findProgram(name);
  if (path === undefined) throw new Error(`a tiny device needs ${name}`);
  return path;
}

async function run(name: string, args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program(name), { args }).output();
  if (!success) throw new Error(`${name} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}
