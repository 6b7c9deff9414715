/**
 * A disk that can lose its power: an ext4 file system whose image can be pictured as it is at an instant.
 *
 * The image is a file on an xfs that shares blocks between copies, itself on a loop device; so a copy of the image is an instant's work,
 * and xfs lets no write of the image pass while it makes it. The loop device under the ext4 writes with direct I/O: nothing lies in a
 * cache between the ext4 and its image. What the ext4 holds in memory (files and folders that nobody has synced yet) is thus not in the
 * picture, as it is not on a disk that loses its power. What the ext4 has handed to its disk is in it, in the order in which it was
 * handed over: the disk is one without a volatile cache of its own.
 * @module
 */
import { join } from "@std/path";
import type { Namespaces } from "./namespaces.ts";

/**
 * The ext4 commits its journal once a second instead of every five, so that names reach the disk early and a cut meets more states. Data
 * that is not synced still stays in memory for as long as the kernel likes (30 s).
 */
const mountOptions = "commit=1";

const mebibyte = 1024 * 1024;

/** The disk as it was at one instant, mounted afresh; until disposed of. */
export interface Picture extends AsyncDisposable {
  /** Where it is mounted, for this process. */
  readonly dir: string;
}

/** One ext4 file system on its image. */
export class Disk {
  private readonly folder: string;
  private readonly image: string;
  private pictures = 0;

  /** `folder` is inside the namespaces, and the disk's own; `mountPoint`, too, is where it is mounted. */
  constructor(private readonly lab: Namespaces, folder: string, private readonly mountPoint: string) {
    this.folder = folder;
    this.image = join(folder, "xfs/ext4.img");
  }

  /** Makes the disk, empty, and mounts it. */
  async make(bytes: number): Promise<void> {
    const store = join(this.folder, "xfs.img");
    await this.lab.run(["mkdir", "-p", join(this.folder, "xfs"), this.mountPoint]);
    // xfs does not come smaller than 300 MB; the file has holes where nothing was written.
    await this.lab.run(["truncate", "-s", String(Math.max(1024 * mebibyte, 8 * bytes)), store]);
    await this.lab.run(["mkfs.xfs", "-q", "-m", "reflink=1", store]);
    await this.lab.run(["mount", "-o", "loop", store, join(this.folder, "xfs")]);
    await this.lab.run(["truncate", "-s", String(bytes), this.image]);
    // Blocks as large as those of the xfs: what shares its blocks with a copy is written by whole ones.
    await this.lab.run(["mkfs.ext4", "-q", "-F", "-b", "4096", this.image]);
    await this.lab.run(["sync", "-f", this.image]);
    await this.mount(this.image, this.mountPoint);
  }

  /** The disk as it is at this instant; see the module. */
  async picture(): Promise<Picture> {
    const copy = await this.copy();
    const mountPoint = copy.replace(/\.img$/, "");
    await this.lab.run(["mkdir", mountPoint]);
    await this.mount(copy, mountPoint);
    return {
      dir: this.lab.outside(mountPoint),
      [Symbol.asyncDispose]: async () => {
        await this.unmount(mountPoint);
        await this.lab.run(["rm", copy]);
        await this.lab.run(["rmdir", mountPoint]);
      },
    };
  }

  /** Takes what is in memory from the disk: calls `during`, after which nothing may use the disk any more, and mounts what was left. */
  async losePower(during: () => Promise<void>): Promise<void> {
    const copy = await this.copy();
    await during();
    await this.unmount(this.mountPoint);
    await this.lab.run(["mv", copy, this.image]);
    await this.mount(this.image, this.mountPoint);
  }

  private async copy(): Promise<string> {
    const copy = join(this.folder, "xfs", `picture-${++this.pictures}.img`);
    await this.lab.run(["cp", "--reflink=always", this.image, copy]);
    return copy;
  }

  /** Mounts an image through a loop device that goes when it is unmounted. The mount replays the journal. */
  private async mount(image: string, mountPoint: string): Promise<void> {
    const loop = (await this.lab.run(["losetup", "--find", "--show", "--direct-io=on", image])).trim();
    try {
      const direct = (await this.lab.run(["losetup", "--noheadings", "--output", "DIO", loop])).trim();
      if (direct !== "1") {
        throw new Error(`${loop} does not write with direct I/O: a picture would not be honest`);
      }
      await this.lab.run(["mount", "-t", "ext4", "-o", mountOptions, loop, mountPoint]);
    } finally {
      await this.lab.run(["losetup", "--detach", loop]);
    }
  }

  /** On a machine with much to do, the process that looked at it last may still hold it for a moment. */
  private async unmount(mountPoint: string): Promise<void> {
    for (let tries = 1;; tries++) {
      try {
        await this.lab.run(["umount", mountPoint]);
        return;
      } catch (error) {
        if (tries === 20 || !String(error).includes("busy")) throw error;
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
    }
  }
}
