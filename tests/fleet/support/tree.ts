/**
 * Pictures of a folder, to show that nothing in it was touched.
 * @module
 */
import { join } from "@std/path";

/** Every path under a folder (relative; "" is the folder itself), with all that an observer could see of it, in one line. */
export type Tree = ReadonlyMap<string, string>;

/**
 * Takes a picture of a folder: type, mode, owner, inode, number of links, size, time of the last change of content and of inode (to
 * the nanosecond), target of a link, sha256 of a file. Two pictures are equal only if nothing was written in between, not even and
 * back again.
 */
export async function snapshotTree(folder: string): Promise<Tree> {
  const find = new Deno.Command("find", {
    args: [folder, "-printf", "%P\\0%y %m %U:%G inode %i links %n size %s mtime %T@ ctime %C@ -> %l\\0"],
  });
  const { success, stdout, stderr } = await find.output();
  if (!success) throw new Error(`cannot list ${folder}: ${new TextDecoder().decode(stderr)}`);
  const fields = new TextDecoder().decode(stdout).split("\0");
  const tree = new Map<string, string>();
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const path = fields[i]!;
    const line = fields[i + 1]!;
    // What a folder itself weighs depends on its file system, not on what it holds.
    tree.set(
      path,
      line.startsWith("f ") ? `${line} ${await sha256(join(folder, path))}` : line.replace(/ size \d+/, ""),
    );
  }
  return new Map([...tree].sort(([a], [b]) => a < b ? -1 : 1));
}

/** What differs between two pictures, a line a path; empty where they are equal. */
export function diffTrees(before: Tree, after: Tree): string[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  return paths.flatMap((path) => {
    const [old, now] = [before.get(path), after.get(path)];
    if (old === now) return [];
    if (old === undefined) return [`+ ${path}: ${now}`];
    if (now === undefined) return [`- ${path}: ${old}`];
    return [`~ ${path}:\n    ${old}\n    ${now}`];
  });
}

/** The digest of a file, as 64 hex digits. */
export async function sha256(path: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(path));
  return new Uint8Array(digest).toHex();
}
