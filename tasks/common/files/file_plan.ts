/**
 * What is done about one file of a device: pure.
 * @module
 */
import type { Detail, Plan, Step, TaskHost } from "../../../lib/task.ts";
import {
  belongsTo,
  type Entry,
  giveRights,
  modeWord,
  ownerWord,
  putFiles,
  refuseWay,
  removeFile,
  type Rights,
} from "./device_files.ts";

/** What one host's file should be, and is. */
export interface Observed {
  readonly path: string;
  /** Null if the content is not asked for. */
  readonly content: { readonly bytes: Uint8Array; readonly sha256: string } | null;
  readonly rights: Rights;
  readonly entry: Entry;
  readonly way: string;
  /** What can rename onto a link. */
  readonly rename: string;
  /** In what the content differs, if that was asked for. */
  readonly diff: string;
}

/** For the report. */
function shown(diff: string): { readonly detail?: Detail } {
  return diff === "" ? {} : { detail: { diff } };
}

/** How it becomes absent. */
export function planAbsent({ path, entry, way, diff }: Observed): Plan {
  if (entry.kind === "absent") return { status: "ok" };
  const failure = refuseKind(entry, path) ?? refuseWay(way, path);
  if (failure !== undefined) return { status: "failed", failure };
  return {
    status: "change",
    why: `${path} is still there`,
    steps: [{ title: `remove ${path}`, program: removeFile, args: removeFile.args({ file_path: path }) }],
    ...shown(diff),
  };
}

/** How it becomes what it should be. */
export function planPresent(observed: Observed, { settings, run }: TaskHost): Plan {
  const { path, content, rights, entry, way } = observed;
  const why = differenceOf(observed);
  if (why === null) return { status: "ok" };
  const nothing = content === null && (entry.kind === "absent" || entry.kind === "link");
  // A simulated device begins with no files: one that has to be there is nothing to rehearse with.
  if (nothing && settings.connection === "simulated") {
    return { status: "skipped", detail: { reason: "a simulated device has no such file" } };
  }
  // A task before this one may make it, which a dry run has not done.
  if (entry.kind === "absent" && nothing && run.dryRun) {
    return { status: "skipped", detail: { reason: `there is no ${path} yet` } };
  }
  if (nothing) {
    const evidence = entry.kind === "link"
      ? `${path} is a link, which is not followed`
      : `there is no ${path}`;
    return {
      status: "failed",
      failure: { kind: "not-found", evidence, next: "nothing changed; set its content" },
    };
  }
  const failure = refuseKind(entry, path) ?? refuseWay(way, path);
  if (failure !== undefined) return { status: "failed", failure };
  return { status: "change", why, steps: [stepOf(observed, rights)], ...shown(observed.diff) };
}

function stepOf({ path, content, entry, rename }: Observed, rights: Rights): Step {
  const given = rightsInWords(rights);
  const sameContent = entry.kind === "file" && (content === null || content.sha256 === entry.sha256);
  if (sameContent || content === null) {
    return {
      title: `make ${path} ${given.join(", ")}`,
      program: giveRights,
      args: giveRights.args({ belongs_to: ownerWord(rights) }, [path, modeWord(rights.mode)]),
    };
  }
  const { bytes, sha256 } = content;
  const what = entry.kind === "link" ? "replace the link" : "write";
  return {
    title: [`${what} ${path} (${bytes.length} bytes)`, ...given].join(", "),
    program: putFiles,
    args: putFiles.args(
      { rename, belongs_to: ownerWord(rights) },
      [path, String(bytes.length), sha256, modeWord(rights.mode)],
    ),
    input: bytes,
  };
}

/** In what the file is not as it should be; null if it is. */
function differenceOf({ path, content, rights, entry }: Observed): string | null {
  if (entry.kind !== "file") return `${path} is ${entry.kind === "absent" ? "absent" : `a ${entry.kind}`}`;
  if (content !== null && content.sha256 !== entry.sha256) return `the content of ${path} differs`;
  if (rights.mode !== undefined && rights.mode !== entry.mode) {
    return `the mode of ${path} is ${modeWord(entry.mode)}, not ${modeWord(rights.mode)}`;
  }
  if (belongsTo(entry, rights)) return null;
  return `${path} belongs to ${entry.user.name}:${entry.group.name}, not to ${ownerWord(rights)}`;
}

/** Why what is there is not touched, or undefined. */
function refuseKind({ kind }: Entry, path: string) {
  if (kind !== "folder" && kind !== "other") return undefined;
  const what = kind === "folder" ? "a folder" : "not a regular file";
  return {
    kind: "unsuitable",
    evidence: `${path} is ${what}`,
    next: "nothing changed; name a file",
  } as const;
}

/** What a file is given, in words. */
export function rightsInWords(rights: Rights): string[] {
  const owner = ownerWord(rights);
  return [
    ...(rights.mode === undefined ? [] : [`mode ${modeWord(rights.mode)}`]),
    ...(owner === "" ? [] : [`owner ${owner}`]),
  ];
}
