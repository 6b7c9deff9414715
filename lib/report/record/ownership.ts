/**
 * Whose the folders and files of runs are. A run says what is run when it is taken up again, so it is believed only if it is ours (or
 * root's) and nobody else can write it. Windows has neither owners nor modes of this kind: there everything is taken as it is.
 * @module
 */
import { join } from "@std/path";

/** Why something is not to be used, and what mends that. */
export interface Distrust {
  /** Follows the path: `belongs to uid 6001, and you are uid 0`. */
  readonly reason: string;
  readonly fix: string;
}

/** What of a file or folder decides. */
export type Ownership = Pick<Deno.FileInfo, "uid" | "mode">;

const ROOT = 0;
const GROUP = 0o020;
const OTHERS = 0o002;
const STICKY = 0o1000;

/**
 * Our own uid; null on Windows. Without the permission to ask (`--allow-sys=uid`) it is read off a file that is made for it in `folder`, and
 * undefined if that may not be, either. Never asks at a prompt.
 */
export async function ownUid(folder: string): Promise<number | null | undefined> {
  if (Deno.build.os === "windows") return null;
  if (Deno.permissions.querySync({ name: "sys", kind: "uid" }).state === "granted") return Deno.uid();
  if (Deno.permissions.querySync({ name: "write", path: folder }).state !== "granted") return undefined;
  const probe = join(folder, `.whose-${crypto.randomUUID()}`);
  try {
    using file = await Deno.open(probe, { write: true, createNew: true, mode: 0o600 });
    return (await file.stat()).uid ?? undefined;
  } catch {
    return undefined;
  } finally {
    await Deno.remove(probe).catch(() => {});
  }
}

/** Why what lies here is not believed; null if it is ours, and nobody else can write it. */
export function distrustOf(path: string, { uid, mode }: Ownership, own: number | null): Distrust | null {
  if (own === null) return null;
  const foreign = foreignOwner(path, uid, own);
  if (foreign !== null) return foreign;
  const open = (mode ?? 0) & (GROUP | OTHERS);
  if (open === 0) return null;
  const who = (open & OTHERS) !== 0 ? "everybody" : "its group";
  return { reason: `can be written by ${who}`, fix: `if its content is yours: chmod -R go-w ${path}` };
}

/**
 * Why runs in this folder could be swapped by somebody else; null if they cannot. In one that everybody may write in, but take away only
 * what is his own (the sticky bit: /tmp), they cannot.
 */
export function distrustOfFolder(
  path: string,
  { uid, mode }: Ownership,
  own: number | null,
): Distrust | null {
  if (own === null) return null;
  const foreign = foreignOwner(path, uid, own);
  if (foreign !== null) {
    return { ...foreign, fix: `${foreign.fix}, or name your own folder with --reports` };
  }
  if (((mode ?? 0) & OTHERS) === 0 || ((mode ?? 0) & STICKY) !== 0) return null;
  return {
    reason: "can be written by everybody, who could replace your runs",
    fix: `chmod o-w ${path}, or name your own folder with --reports`,
  };
}

/** Whether a group could swap what lies in this folder: to be warned of, since a group may have one member. */
export function openToGroup({ mode }: Ownership): boolean {
  return Deno.build.os !== "windows" && ((mode ?? 0) & GROUP) !== 0 && ((mode ?? 0) & STICKY) === 0;
}

function foreignOwner(path: string, uid: number | null, own: number): Distrust | null {
  if (uid === own || uid === ROOT) return null;
  return {
    reason: `belongs to uid ${uid}, and you are uid ${own}`,
    fix: `if you trust its content: chown -R ${own} ${path}`,
  };
}
