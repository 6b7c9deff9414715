/**
 * Promises that every file of a folder of this machine is on the device, with this content, mode and owner. Digests are compared, and only
 * files that differ are sent, each whole or not at all: as `file` writes them. A failure leaves each file as it was or as it should be; the
 * next run goes on from there. `ok` if all of them are as they should be. What else is in the folder of the device is left alone.
 * @module
 */
import { device } from "../../../lib/facts/device.ts";
import { payloadOf } from "../../../lib/remote/payload.ts";
import type { TaskVariables } from "../../../lib/settings/mod.ts";
import {
  defineTask,
  type NoVariables,
  type ObservedHost,
  type Plan,
  type Step,
  type Task,
} from "../../../lib/task.ts";
import { Argument, isAccount, isDevicePath, isMode, optional } from "../arguments.ts";
import { contentDiff, MOST_READ } from "./content_diff.ts";
import {
  belongsTo,
  type Entry,
  giveRights,
  lookAt,
  modeWord,
  ownerWord,
  putFiles,
  refuseWay,
  type Rights,
} from "./device_files.ts";
import type { RightsOptions } from "./file.ts";
import { localFolder, readTree, type TreeFile } from "./local_tree.ts";
import type { PerHost } from "../per_host.ts";
import { readFile } from "./read_file.ts";

/** What is copied, and where it should be. */
export interface CopyOptions<Values = NoVariables> extends RightsOptions<Values> {
  /** The task's name, of which a pipeline has one. */
  readonly name: string;
  /** Variables of the inventory that the functions below are given. */
  readonly variables?: TaskVariables<Values>;
  /** The folder on this machine: `new URL("./files", import.meta.url)`, or a path from the current folder. The same for all hosts. */
  readonly from: string | URL;
  /** The folder on the device, absolute. */
  readonly to: PerHost<string, Values>;
  /** Never show content, whatever `--diff` says. */
  readonly diff?: false;
}

interface Observed {
  readonly to: string;
  readonly wanted: readonly Wanted[];
  readonly way: string;
  readonly rename: string;
  readonly diff: string;
}

/** A file as it should be, and as it is. */
interface Wanted {
  readonly file: TreeFile;
  readonly path: string;
  readonly rights: Rights;
  readonly entry: Entry;
}

/** Files of one request: what a device is told at once has bounds. */
const TOGETHER = 200;
/** Files whose content is compared for `--diff`. */
const MOST_SHOWN = 20;

/** A task that has the files of a folder be on the device. Throws a UsageError for what no folder can be. */
export function copy<Values = NoVariables>(options: CopyOptions<Values>): Task {
  const { name } = options;
  const from = localFolder(name, options.from);
  const to = new Argument<string, Values>(name, "to", options.to, isDevicePath);
  const mode = optional<number, Values>(name, "mode", options.mode, isMode);
  const owner = optional<string, Values>(name, "owner", options.owner, isAccount);
  const group = optional<string, Values>(name, "group", options.group, isAccount);
  /** Read once a run. */
  let read: { readonly run: string; readonly tree: Promise<readonly TreeFile[]> } | undefined;
  return defineTask<Observed, Values>({
    name,
    ...(options.variables === undefined ? {} : { variables: options.variables }),
    action: () => `copy ${options.from}`,
    next: () => "correct that, then run the same again: finished files are not written again",
    observe: async (host, variables) => {
      if (read?.run !== host.run.id) read = { run: host.run.id, tree: readTree(name, from) };
      const tree = await read.tree;
      const folder = to.of(host, variables);
      const given = mode?.of(host, variables);
      const who = { owner: owner?.of(host, variables), group: group?.of(host, variables) };
      const paths = tree.map((file) => `${folder}/${file.name}`);
      const [{ rename }, ...looks] = await Promise.all([
        host.look(device),
        ...chunks(paths).map((some) => host.look(lookAt(some))),
      ]);
      const entries = looks.flatMap(({ entries }) => entries);
      const wanted = tree.map((file, at): Wanted => ({
        file,
        path: paths[at]!,
        rights: { ...who, mode: given ?? (file.runs ? 0o755 : 0o644) },
        entry: entries[at]!,
      }));
      const way = looks.find(({ way }) => way !== "")?.way ?? "";
      const shows = host.run.diff === true && options.diff !== false && way === "";
      return { to: folder, wanted, way, rename, diff: shows ? await diffOf(wanted, host) : "" };
    },
    plan: planCopy,
  });
}

/** Pure. */
function planCopy({ to, wanted, way, rename, diff }: Observed): Plan {
  const send = wanted.filter(differs);
  const mend = wanted.filter((one) => !differs(one) && !hasRights(one));
  const [first] = [...send, ...mend];
  if (first === undefined) return { status: "ok" };
  const blocked = wanted.find(({ entry }) => entry.kind === "folder" || entry.kind === "other");
  const failure = blocked === undefined ? refuseWay(way, to) : {
    kind: "unsuitable",
    evidence: `${blocked.path} is ${blocked.entry.kind === "folder" ? "a folder" : "not a regular file"}`,
    next: "nothing changed; move it away",
  } as const;
  if (failure !== undefined) return { status: "failed", failure };
  const sends = chunks(send).map((some): Step => ({
    title: `send to ${to}: ${some.map(({ file }) => `${file.name} (${file.bytes} bytes)`).join(", ")}`,
    program: putFiles,
    args: putFiles.args(
      { rename, belongs_to: ownerWord(first.rights) },
      some.flatMap((
        { path, file, rights },
      ) => [path, String(file.bytes), file.sha256, modeWord(rights.mode)]),
    ),
    payload: payloadOf(
      some.map(({ file }) => ({ ...file, parts: [{ at: 0, bytes: file.bytes }] })),
      some.length,
    ),
    timeout: 1800,
  }));
  const mends = chunks(mend).map((some): Step => ({
    title: `set mode and owner in ${to}: ${some.map(({ file }) => file.name).join(", ")}`,
    program: giveRights,
    args: giveRights.args(
      { belongs_to: ownerWord(first.rights) },
      some.flatMap(({ path, rights }) => [path, modeWord(rights.mode)]),
    ),
    timeout: 1800,
  }));
  return {
    status: "change",
    why: `${first.path} is not as it should be`,
    steps: [...sends, ...mends],
    detail: { sent: send.map(({ file }) => file.name), ...(diff === "" ? {} : { diff }) },
  };
}

function differs({ entry, file }: Wanted): boolean {
  return entry.kind !== "file" || entry.sha256 !== file.sha256;
}

function hasRights({ entry, rights }: Wanted): boolean {
  return entry.kind === "file" && entry.mode === rights.mode && belongsTo(entry, rights);
}

async function diffOf(wanted: readonly Wanted[], host: ObservedHost): Promise<string> {
  const changed = wanted.filter((one) => differs(one) && ["file", "absent", "link"].includes(one.entry.kind));
  const parts: string[] = [];
  for (const { entry, file, path } of changed.slice(0, MOST_SHOWN)) {
    // A simulated device knows digests alone.
    if (entry.kind === "file" && host.settings.connection === "simulated") continue;
    const before = entry.kind === "file" ? await readFile(host, path, MOST_READ) : null;
    const after = file.bytes > MOST_READ ? { bytes: file.bytes } : await Deno.readFile(file.path);
    parts.push(contentDiff(path, before, after));
  }
  if (changed.length > MOST_SHOWN) parts.push(`and ${changed.length - MOST_SHOWN} more files\n`);
  return parts.join("");
}

function chunks<T>(all: readonly T[]): T[][] {
  return Array.from(
    { length: Math.ceil(all.length / TOGETHER) },
    (_, at) => all.slice(at * TOGETHER, (at + 1) * TOGETHER),
  );
}
