/**
 * Files of a device, whatever they are for: what lies at a path, and the programs that put, change and remove what lies there.
 * @module
 */
import { createHash } from "node:crypto";
import { type Fact, parseDigests } from "../../../lib/facts/fact.ts";
import { type NamedProgram, program } from "../../../lib/remote/program.ts";
import type { Refusal } from "../../../lib/task.ts";
import lookText from "./look.sh" with { type: "text" };
import putText from "./put.sh" with { type: "text" };
import removeText from "./remove.sh" with { type: "text" };
import rightsText from "./rights.sh" with { type: "text" };

/** A regular file. */
export interface DeviceFile {
  readonly kind: "file";
  readonly mode: number;
  /** Number and name of each. */
  readonly user: Account;
  readonly group: Account;
  readonly bytes: number;
  readonly sha256: string;
}

export interface Account {
  readonly id: string;
  readonly name: string;
}

/** What lies at a path; a link is not followed. */
export type Entry = DeviceFile | { readonly kind: "absent" | "link" | "folder" | "other" };

export interface Look {
  /** In the order of the paths. */
  readonly entries: readonly Entry[];
  /** Why root does not write there: "UID MODE FOLDER" of somebody who can exchange names on the way; "" if nobody can. */
  readonly way: string;
}

const look = program("look at files", lookText, {
  simulate: (paths, memory) => {
    const there = paths.map((path) => remembered(memory, path));
    const files = there.flatMap((file) => file ?? []);
    return [
      ...there.map((file) => file === undefined ? "absent" : "file"),
      "= way",
      "= stat",
      ...files.map(({ mode, user, group, bytes }) =>
        `${mode} ${id(user)} ${id(group)} ${bytes} ${user} ${group}`
      ),
      "= sha256",
      ...files.map(({ sha256 }) => `${sha256}  file`),
    ].map((line) => `${line}\n`).join("");
  },
});

/** Puts files in their places: see put.sh. */
export const putFiles = program("put files", putText, {
  takes: ["rename", "belongs_to"],
  simulate: ({ belongs_to: owner }, memory, words) => {
    for (let at = 0; at + 3 < words.length; at += 4) {
      const [path = "", bytes = "", sha256 = "", mode = ""] = words.slice(at, at + 4);
      const before = remembered(memory, path) ?? { user: "root", group: "root", mode: "644" };
      remember(memory, path, { ...before, bytes, sha256, mode: mode || before.mode, ...owned(owner) });
    }
    return "";
  },
});

/** Gives files a mode and an owner: see rights.sh. */
export const giveRights: NamedProgram<"belongs_to"> = program("give rights", rightsText, {
  takes: ["belongs_to"],
  simulate: ({ belongs_to: owner }, memory, words) => {
    for (let at = 0; at + 1 < words.length; at += 2) {
      const [path = "", mode = ""] = words.slice(at, at + 2);
      const before = remembered(memory, path);
      if (before !== undefined) {
        remember(memory, path, { ...before, mode: mode || before.mode, ...owned(owner) });
      }
    }
    return "";
  },
});

/** Removes a file: see remove.sh. */
export const removeFile: NamedProgram<"file_path"> = program("remove", removeText, {
  takes: ["file_path"],
  simulate: ({ file_path }, memory) => {
    memory.delete(keyOf(file_path));
    return "";
  },
});

/** Looks at paths. Each such fact is another one, so that what it was answered is never taken for what is so later. */
export function lookAt(paths: readonly string[]): Fact<Look> {
  return {
    program: look,
    timeout: 1800,
    lines: { most: 4 * paths.length + 100, perFile: 0 },
    args: () => paths,
    parse: parseLook,
  };
}

/** Pure. */
export function parseLook(output: string): Look {
  const [kinds = "", way = "", stats = "", digests = ""] = output.split(/^= \w+\n/m);
  const stat = linesOf(stats);
  const digest = linesOf(digests);
  let at = 0;
  const entries = linesOf(kinds).map((kind): Entry => {
    if (kind !== "file") return { kind: kind as Exclude<Entry["kind"], "file"> };
    const [, mode = "", uid = "", gid = "", bytes = "", user = "", group = ""] =
      /^(\d+) (\d+) (\d+) (\d+) (\S+) (.*)$/.exec(stat[at] ?? "") ?? [];
    const [sha256 = ""] = parseDigests([digest[at++] ?? ""]).values();
    return {
      kind,
      mode: Number.parseInt(mode, 8),
      user: { id: uid, name: user },
      group: { id: gid, name: group },
      bytes: Number(bytes),
      sha256,
    };
  });
  return { entries, way: way.trim() };
}

function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

/** Why root does not write there, or undefined. */
export function refuseWay(way: string, path: string): Refusal | undefined {
  if (way === "") return undefined;
  const [uid = "", mode = "", ...folder] = way.split(" ");
  const where = folder.join(" ");
  return {
    kind: "unsuitable",
    evidence:
      `uid ${uid} can replace names in ${where} (mode ${mode}), a parent of ${path}: root does not write there`,
    next: `nothing changed; log in as that user, or make root the owner of ${where}`,
  };
}

/** Whether a file belongs to whom it should. */
export function belongsTo(file: DeviceFile, { owner, group }: Rights): boolean {
  const is = ({ id, name }: Account, wanted: string | undefined): boolean =>
    wanted === undefined || wanted === id || wanted === name;
  return is(file.user, owner) && is(file.group, group);
}

/** What a file may be given beside its content. */
export interface Rights {
  readonly mode: number | undefined;
  readonly owner: string | undefined;
  readonly group: string | undefined;
}

/** An owner as chown takes it. */
export function ownerWord({ owner = "", group }: Rights): string {
  return group === undefined ? owner : `${owner}:${group}`;
}

/** A mode as chmod takes it. */
export function modeWord(mode: number | undefined): string {
  return mode === undefined ? "" : mode.toString(8).padStart(3, "0");
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** A file of a simulated device. */
interface Remembered {
  readonly mode: string;
  readonly user: string;
  readonly group: string;
  readonly bytes: string;
  readonly sha256: string;
}

function keyOf(path: string): string {
  return `file ${path}`;
}

function remembered(memory: ReadonlyMap<string, string>, path: string): Remembered | undefined {
  const text = memory.get(keyOf(path));
  return text === undefined ? undefined : JSON.parse(text);
}

function remember(memory: Map<string, string>, path: string, file: Remembered): void {
  memory.set(keyOf(path), JSON.stringify(file));
}

function owned(word: string): Partial<Remembered> {
  const [user = "", group = ""] = word.split(":");
  return { ...(user === "" ? {} : { user }), ...(group === "" ? {} : { group }) };
}

function id(name: string): string {
  return /^\d+$/.test(name) ? name : name === "root" ? "0" : "1000";
}
