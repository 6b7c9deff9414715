/**
 * Folders and files of a device that somebody else than its user can change, in words: whose they are and what mends it. Pure.
 * @module
 */
import type { Refusal } from "../../task.ts";

/** A folder or file that somebody else can change, and that would have to be believed. */
export interface Foreign {
  /** Absolute, on the device. */
  readonly path: string;
  readonly uid: number;
  /** Octal digits; `other` if it should be a folder, and is a link or something else. */
  readonly mode: string;
}

/** "UID MODE PATH", as boundary.sh tells it; null for any other text. */
export function parseForeign(text: string): Foreign | null {
  const [, uid, mode, path] = /^(\d+) ([0-7]+|other) (.+)$/s.exec(text) ?? [];
  if (uid === undefined || mode === undefined || path === undefined) return null;
  return { path, uid: Number(uid), mode };
}

/** Why nothing may be done on a device whose boundary is open: one refusal a finding, with the command that mends it. */
export function refuseForeign(
  { swappable, untrusted }: { readonly swappable: Foreign | null; readonly untrusted: Foreign | null },
  user: string,
  deployPath: string,
): Refusal[] {
  return [
    ...(swappable === null ? [] : [refuseSwappable(swappable, deployPath)]),
    ...(untrusted === null ? [] : [refuseUntrusted(untrusted, user, deployPath)]),
  ];
}

/** A folder on the way to the deploy path in which somebody else can put another in the place of the next. */
function refuseSwappable(folder: Foreign, deployPath: string): Refusal {
  const mend = isShared(folder) ? `chmod go-w ${folder.path}` : `chown root: ${folder.path}`;
  return {
    kind: "unsuitable",
    evidence: `${folder.path} ${whose(folder)}, who can replace ${deployPath} by another folder`,
    next:
      `nothing changed; root does not follow a path that others can change: on the device, ${mend}; or log in as that user, without become`,
  };
}

/** What we keep on the device is not ours alone. The sets in it may belong to whom they like, so the command leaves them out. */
function refuseUntrusted(found: Foreign, user: string, deployPath: string): Refusal {
  if (found.mode === "other") {
    return {
      kind: "unsuitable",
      evidence: `${found.path} is a link, or not a folder: nothing in it is trusted`,
      next:
        `nothing changed; on the device, move it away, and make sure that nobody can put it back: chown root: ${deployPath}`,
    };
  }
  const command = isShared(found) ? "! -type l -exec chmod go-w {} +" : `-exec chown -h ${user}: {} +`;
  return {
    kind: "unsuitable",
    evidence: `${found.path} ${whose(found)}: nothing in it is trusted`,
    next:
      `nothing changed; if you trust its content, on the device: find ${deployPath}/.lockstep -path '*/releases/*' -prune -o ${command}`,
  };
}

function whose(found: Foreign): string {
  return isShared(found) ? `may be written to by others (mode ${found.mode})` : `belongs to uid ${found.uid}`;
}

/** Whether the group or everybody may write. */
function isShared({ mode }: Foreign): boolean {
  return (Number.parseInt(mode, 8) & 0o22) !== 0;
}
