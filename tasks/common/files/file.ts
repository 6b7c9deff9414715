/**
 * Promises that a file of the device holds this content, and has this mode and owner, or that it is absent. What is written is whole or not
 * written: beside, synced, renamed. A failure leaves the file as it was. `ok` if all that was asked for is so.
 *
 * A link at the path is replaced by the file, and what it leads to is left alone. Folders that are missing above it are made. Root writes
 * nothing if somebody else can exchange a name on the way.
 * @module
 */
import { UsageError } from "../../../lib/errors.ts";
import { device } from "../../../lib/facts/device.ts";
import type { TaskVariables, TemplateFile } from "../../../lib/settings/mod.ts";
import {
  defineTask,
  type NoVariables,
  type ObservedHost,
  type Task,
  type TaskHost,
} from "../../../lib/task.ts";
import { Argument, isAccount, isContent, isDevicePath, isMode, optional } from "../arguments.ts";
import { contentDiff, MOST_READ } from "./content_diff.ts";
import { lookAt, sha256Of } from "./device_files.ts";
import { type Observed, planAbsent, planPresent } from "./file_plan.ts";
import type { PerHost } from "../per_host.ts";
import { readFile } from "./read_file.ts";

/** To whom a file belongs, and who may do what with it. What is left out stays as it is. */
export interface RightsOptions<Values> {
  /** `0o644`. A new file has it, if none is asked for. */
  readonly mode?: PerHost<number, Values>;
  /** A user of the device, by name or number. */
  readonly owner?: PerHost<string, Values>;
  /** A group of the device, by name or number. */
  readonly group?: PerHost<string, Values>;
}

/** What a file should be. */
export interface FileOptions<Values = NoVariables> extends RightsOptions<Values> {
  /** The task's name, of which a pipeline has one. */
  readonly name: string;
  /** Variables of the inventory that the functions below are given. */
  readonly variables?: TaskVariables<Values>;
  /** Absolute, on the device. */
  readonly path: PerHost<string, Values>;
  /** What it holds: text (as UTF-8) or bytes. Without it the file has to be there. */
  readonly content?: PerHost<string | Uint8Array, Values>;
  /** Never show its content, whatever `--diff` says: it holds secrets that the inventory does not know of. */
  readonly diff?: false;
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
      "found nothing to do with the file",
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

/** A task of a file whose content is made in some way. */
export function fileTask<Values>(
  options: Omit<FileOptions<Values>, "content">,
  contentOf: ContentOf<Values> | undefined,
  template?: TemplateFile,
): Task {
  const { name, absent = false } = options;
  const path = new Argument<string, Values>(name, "path", options.path, isDevicePath);
  const mode = optional<number, Values>(name, "mode", options.mode, isMode);
  const owner = optional<string, Values>(name, "owner", options.owner, isAccount);
  const group = optional<string, Values>(name, "group", options.group, isAccount);
  return defineTask<Observed, Values>({
    name,
    ...(options.variables === undefined ? {} : { variables: options.variables }),
    ...(template === undefined ? {} : { template }),
    action: () => `${absent ? "remove" : "write"} ${path.constant ?? `the file of ${name}`}`,
    next: () => "correct that, then run the same again: finished files are not written again",
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
      const found = { path: at, content, rights, entry: entries[0]!, way, rename };
      return { ...found, diff: options.diff === false ? "" : await diffOf(found, host, absent) };
    },
    plan: (observed, host) => absent ? planAbsent(observed) : planPresent(observed, host),
  });
}

/** In what the content differs, if `--diff` is given: nothing else reads it from the device. */
async function diffOf(
  { path, content, entry, way }: Omit<Observed, "diff">,
  host: ObservedHost,
  absent: boolean,
): Promise<string> {
  const there = entry.kind === "file" ? entry.sha256 : null;
  const same = absent ? there === null : content === null || content.sha256 === there;
  if (host.run.diff !== true || same || way !== "" || entry.kind === "folder" || entry.kind === "other") {
    return "";
  }
  // A simulated device knows digests alone.
  if (there !== null && host.settings.connection === "simulated") return "";
  const before = there === null ? null : await readFile(host, path, MOST_READ);
  return contentDiff(path, before, content?.bytes ?? null);
}

function bytesOf(content: string | Uint8Array): Uint8Array {
  return typeof content === "string" ? new TextEncoder().encode(content) : content;
}
