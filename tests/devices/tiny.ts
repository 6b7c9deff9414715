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
  await Deno.writeTextFile(
    join(tree, "etc/passwd"),
    "root:x:0:0:root:/root:/bin/sh\nsvc:x:6001:6001::/opt:/bin/sh\n",
  );
  await Deno.writeTextFile(join(tree, "etc/group"), "root:x:0:\nsvc:x:6001:\n");
  await Deno.writeTextFile(
    join(tree, "etc/shadow"),
    "root:*:19000:0:99999:7:::\nsvc:*:19000:0:99999:7:::\n",
    { mode: 0o600 },
  );

  await copyProgram(program("busybox"), tree, "bin/busybox");
  await run("chroot", [tree, "/bin/busybox", "--install", "-s", "/bin"]);
  await copyProgram(program("dropbear"), tree, "usr/sbin/dropbear");
  for (const [name, major, minor] of nodes) {
    await run("mknod", ["-m", "666", join(tree, "dev", name), "c", String(major), String(minor)]);
  }
  await run("dropbearconvert", ["openssh", "dropbear", hostKey, join(tree, "etc/dropbear/key")]);
}

/** Copies a program with the shared libraries that it loads; a static one (busybox is either) has none. */
async function copyProgram(from: string, tree: string, to: string): Promise<void> {
  await Deno.copyFile(from, join(tree, to));
  const { stdout } = await new Deno.Command("ldd", { args: [from], stderr: "null" }).output();
  for (const [, library = ""] of new TextDecoder().decode(stdout).matchAll(/(?:^|\s)(\/\S+)/gm)) {
    await Deno.mkdir(join(tree, dirname(library)), { recursive: true });
    await Deno.copyFile(library, join(tree, library));
  }
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
