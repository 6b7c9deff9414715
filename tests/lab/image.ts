/**
 * The base image of the lab's Debian devices: made once by debootstrap (about a minute), kept outside the repository, and only ever read
 * by the devices, each of which has an overlay of its own over it.
 * @module
 */
import { join } from "@std/path";
import { run } from "./command.ts";

/** Ids of the image's users: who deploys, and whom the service runs as. */
export const users = { iotuser: 1000, phase4: 990 } as const;

/** What the image is made from. A change of anything here makes a new image beside the old ones. */
const recipe = {
  suite: "bookworm",
  packages: [
    "systemd",
    "systemd-sysv",
    "libpam-systemd",
    "openssh-server",
    "curl",
    "sudo",
    "dbus",
    "python3",
  ],
  /** Runs in the image as root. Users have the same ids in every image, so that they can be named from outside. */
  finish: `
    set -eu
    useradd --create-home --uid ${users.iotuser} --shell /bin/bash iotuser
    useradd --system --uid ${users.phase4} --no-create-home --shell /usr/sbin/nologin phase4
    install -d -m 700 -o iotuser -g iotuser /home/iotuser/.ssh
    rm -f /etc/ssh/ssh_host_*
    systemctl mask apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service \\
      fstrim.timer getty.target console-getty.service systemd-pstore.service sys-kernel-config.mount sys-kernel-debug.mount \\
      sys-kernel-tracing.mount sys-fs-fuse-connections.mount dev-hugepages.mount dev-mqueue.mount
    : >/etc/machine-id
    apt-get clean
    rm -rf /var/lib/apt/lists/* /usr/share/doc/* /usr/share/man/* /usr/share/locale/*
  `,
};

/** The folder of the base image; makes it where it is not there yet. As root. */
export async function baseImage(): Promise<string> {
  const cache = join(Deno.env.get("XDG_CACHE_HOME") ?? "/var/cache", "lockstep-lab");
  const image = join(cache, `debian-${await fingerprint(JSON.stringify(recipe))}`);
  if (await isFolder(image)) return image;
  await Deno.mkdir(cache, { recursive: true });
  // Tests that come meanwhile wait for it, whatever process they are in.
  using lock = await Deno.open(join(cache, "lock"), { create: true, write: true });
  await lock.lock(true);
  if (await isFolder(image)) return image;
  console.log(`making the lab's base image once, in ${image}: this takes a minute or two`);
  const making = await Deno.makeTempDir({ dir: cache, prefix: "making-" });
  try {
    const mirror = await configuredMirror();
    await run([
      "debootstrap",
      "--variant=minbase",
      `--include=${recipe.packages.join(",")}`,
      recipe.suite,
      making,
      ...(mirror === undefined ? [] : [mirror]),
    ]);
    await run(["chroot", making, "/bin/sh", "-c", recipe.finish], { env: { PATH: "/usr/sbin:/usr/bin" } });
    await Deno.chmod(making, 0o755);
    await Deno.rename(making, image);
  } catch (error) {
    await Deno.remove(making, { recursive: true });
    throw error;
  }
  return image;
}

/** The Debian mirror that this machine's apt uses; undefined if it names none. */
async function configuredMirror(): Promise<string | undefined> {
  const listed = await run(["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)"]);
  const line = listed.split("\n").find((line) =>
    line.endsWith(` ${recipe.suite} main`) && /\/debian\/? /.test(line)
  );
  return line?.split(" ")[0];
}

async function fingerprint(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(digest).toHex().slice(0, 12);
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
