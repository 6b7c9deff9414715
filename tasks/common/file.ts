/**
 * Promises that a file of the device holds this content, and has this mode and owner, or that it is absent. What is written is whole or not
 * written: beside, synced, renamed. A failure leaves the file as it was. `ok` if all that was asked for is so.
 *
 * A link at the path is replaced by the file, and what it leads to is left alone. Folders that are missing above it are made. Root writes
 * nothing where somebody else can exchange a name on the way.
 * @module
 */
import { device } from "../../lib/facts/device.ts";
import {
  defineTask,
  type NoVariables,
  type ObservedHost,
  type Plan,
  type Step,
  type Task,
  type TaskHost,
} from "../../lib/task.ts";
import { UsageError } from "../../lib/errors.ts";
import type { TaskVariables } from "../../lib/settings/mod.ts";
import { Argument, isAccount, isContent, isDevicePath, isMode, optional } from "./arguments.ts";
import {
  belongsTo,
  type Entry,
  giveRights,
  lookAt,
  modeWord,
  ownerWord,
  putFiles,
  refuseWay,
  removeFile,
  type Rights,
  sha256Of,
} from "./device_files.ts";
import type { PerHost } from "./per_host.ts";

/** To whom a file belongs, and who may do what with it. What is left out stays as it is. */
export interface RightsOptions<Values> {
  /** `0o644`. A new file has it, if none is asked for. */
  readonly mode?: PerHost<number, Values>;
  /** A user of the device, by name or number. */
  readonly owner?: PerHost<string, Values>;
  /** A group of the device, by name or number. */
  readonly group?: PerHost<string, Values>;
}

/** What a file is to be. */
export interface FileOptions<Values = NoVariables> extends RightsOptions<Values> {
  /** The task's name, of which a pipeline has one. */
  readonly name: string;
  /** Variables of the inventory that the functions below are given. */
  readonly variables?: TaskVariables<Values>;
  /** Absolute, on the device. */
  readonly path: PerHost<string, Values>;
  /** What it holds: text (as UTF-8) or bytes. Without it the file has to be there. */
  readonly content?: PerHost<string | Uint8Array, Values>;
  /** It is not to be there. */
  readonly absent?: true;
}

/** A task that has one file be as described. Throws a UsageError for what no file can be. */
export function file<Values = NoVariables>(options: FileOptions<Values>): Task {
  const { name, content, absent } = options;
  const rights = options.mode ?? options.owner ?? options.group;
  if (absent && (content !== undefined || rights !== undefined)) {
    throw UsageError.of(
      `task ${name}`,
      "found absent with a content, mode or owner, expected one or the other",
    );
  }
  if (!absent && content === undefined && rights === undefined) {
    throw UsageError.of(
      `task ${name}`,
      "found nothing that the file is to be",
      "give content, mode, owner or absent",
    );
  }
  const argument = optional(name, "content", content, isContent);
  return fileTask(
    options,
    argument === undefined ? undefined : (host, variables) => argument.of(host, variables),
  );
}

/** What makes the content for a host. */
export type ContentOf<Values> = (host: TaskHost, variables: Values) => string | Uint8Array;

/** What one host's file is to be, and is. */
interface Observed {
  readonly path: string;
  /** Null if the content is not asked for. */
  readonly content: { readonly bytes: Uint8Array; readonly sha256: string } | null;
  readonly rights: Rights;
  readonly entry: Entry;
  readonly way: string;
  /** What can rename onto a link. */
  readonly rename: string;
}

/** A task of a file whose content is made in some way. */
export function fileTask<Values>(
  options: Omit<FileOptions<Values>, "content">,
  contentOf: ContentOf<Values> | undefined,
): Task {
  const { name, absent = false } = options;
  const path = new Argument<string, Values>(name, "path", options.path, isDevicePath);
  const mode = optional<number, Values>(name, "mode", options.mode, isMode);
  const owner = optional<string, Values>(name, "owner", options.owner, isAccount);
  const group = optional<string, Values>(name, "group", options.group, isAccount);
  return defineTask<Observed, Values>({
    name,
    ...(options.variables === undefined ? {} : { variables: options.variables }),
    action: () => `${absent ? "remove" : "write"} ${path.constant ?? `the file of ${name}`}`,
    next: () => "correct that, then run the same again: what is done is not done again",
    observe: async (host: ObservedHost, variables) => {
      const at = path.of(host, variables);
      const rights = {
        mode: mode?.of(host, variables),
        owner: owner?.of(host, variables),
        group: group?.of(host, variables),
      };
      const bytes = contentOf === undefined ? null : bytesOf(contentOf(host, variables));
      const [{ entries, way }, { rename }] = await Promise.all([host.look(lookAt([at])), host.look(device)]);
      const content = bytes === null ? null : { bytes, sha256: sha256Of(bytes) };
      return { path: at, content, rights, entry: entries[0]!, way, rename };
    },
    plan: (observed, host) => absent ? planAbsent(observed) : planPresent(observed, host),
  });
}

function planAbsent({ path, entry, way }: Observed): Plan {
  if (entry.kind === "absent") return { status: "ok" };
  const failure = refuseKind(entry, path) ?? refuseWay(way, path);
  if (failure !== undefined) return { status: "failed", failure };
  return {
    status: "change",
    why: `${path} is still there`,
    steps: [{ title: `remove ${path}`, program: removeFile, args: [path] }],
  };
}

function planPresent(observed: Observed, { settings }: TaskHost): Plan {
  const { path, content, rights, entry, way } = observed;
  const why = differenceOf(observed);
  if (why === null) return { status: "ok" };
  const nothing = content === null && (entry.kind === "absent" || entry.kind === "link");
  // A simulated device begins with no files: one that has to be there is nothing to rehearse with.
  if (nothing && settings.connection === "simulated") {
    return { status: "skipped", detail: { reason: "a simulated device has no such file" } };
  }
  if (nothing) {
    const evidence = entry.kind === "link"
      ? `${path} is a link, which is not followed`
      : `there is no ${path}`;
    return {
      status: "failed",
      failure: { kind: "not-found", evidence, next: "nothing changed; give it a content" },
    };
  }
  const failure = refuseKind(entry, path) ?? refuseWay(way, path);
  if (failure !== undefined) return { status: "failed", failure };
  return { status: "change", why, steps: [stepOf(observed, rights)] };
}

function stepOf({ path, content, entry, rename }: Observed, rights: Rights): Step {
  const given = rightsInWords(rights);
  const sameContent = entry.kind === "file" && (content === null || content.sha256 === entry.sha256);
  if (sameContent || content === null) {
    return {
      title: `make ${path} ${given.join(", ")}`,
      program: giveRights,
      args: [ownerWord(rights), path, modeWord(rights.mode)],
    };
  }
  const { bytes, sha256 } = content;
  const what = entry.kind === "link" ? "replace the link" : "write";
  return {
    title: [`${what} ${path} (${bytes.length} bytes)`, ...given].join(", "),
    program: putFiles,
    args: [rename, ownerWord(rights), path, String(bytes.length), sha256, modeWord(rights.mode)],
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
  const what = kind === "folder" ? "a folder" : "no regular file";
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

function bytesOf(content: string | Uint8Array): Uint8Array {
  return typeof content === "string" ? new TextEncoder().encode(content) : content;
}
