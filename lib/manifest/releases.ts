/**
 * The release to deploy to each host: the set of its folder, with its templates, if any, rendered with the host's variables. All
 * hosts are rendered before any is contacted. Only digests of the results are kept, so that a large fleet needs no more memory than its
 * inventory; the text is rendered again, and compared, when it is sent.
 * @module
 */
import { createHash } from "node:crypto";
import { renderFileFor, TemplateError } from "../ansible/jinja/references.ts";
import type { Host } from "../ansible/types.ts";
import { CannotOpen } from "../ansible/vault/sealed.ts";
import { type Problem, UsageError } from "../errors.ts";
import { firstOf } from "../plain/left_out.ts";
import { type Release, type ReleaseFile, releaseId } from "../release.ts";
import { noteSecret } from "../secrets.ts";
import type { HostSettings } from "../settings/mod.ts";
import { setHosts } from "../sets/set_hosts.ts";
import { setLabel } from "../sets/sets_of.ts";
import { METADATA } from "./names.ts";
import type { ArtifactSet } from "./read.ts";
import type { ArtifactTemplate, SetTemplates } from "./templates.ts";

/** What of a host's settings decides its release. */
export type ReleaseHost = Pick<HostSettings, "name" | "set" | "artifactsDir">;

/** The releases of hosts. */
export interface Releases {
  /** The release to put live on a host; undefined if there is no set in its folder. */
  of(host: ReleaseHost): Release | undefined;
  /** If the set of a folder has templates: the release id of each of its hosts (of `HOST:SET` if a host has several sets). */
  rendered(dir: string): Readonly<Record<string, string>> | undefined;
}

/** What a set comes to for a host, and for all others for whom it comes to the same. */
interface Rendering {
  readonly id: string;
  readonly files: readonly Omit<ReleaseFile, "content">[];
  readonly metadata: Omit<ReleaseFile, "content">;
}

/**
 * The releases of `settings`, which are those of `hosts`; `sets` has the sets by their folders. Throws a UsageError with every template that
 * cannot be rendered: its line, and for which host.
 */
export function releasesOf(
  sets: ReadonlyMap<string, ArtifactSet>,
  settings: readonly ReleaseHost[],
  hosts: readonly Host[],
  cwd: string,
): Releases {
  const fleet = new Map<string, Host>();
  const renderings = new Map<string, Map<string, Rendering>>();
  const same = new Map<string, Rendering>();
  const failures = new Map<string, { problem: Problem; hosts: string[] }>();
  for (const one of settings) {
    const { artifactsDir } = one;
    const templates = sets.get(artifactsDir)?.templates;
    if (templates === undefined) continue;
    if (fleet.size === 0) { for (const host of hosts) fleet.set(host.name, host); }
    const rendering = renderSet(templates, hostOf(fleet, one, cwd), cwd, failures);
    if (rendering === undefined) continue;
    const key = `${rendering.id} ${artifactsDir}`;
    const kept = same.get(key) ?? rendering;
    same.set(key, kept);
    const ofDir = renderings.get(artifactsDir) ?? new Map<string, Rendering>();
    renderings.set(artifactsDir, ofDir.set(setLabel(one), kept));
  }
  if (failures.size > 0) throw new UsageError([...failures.values()].map(inWords));
  return {
    of: (one) => {
      const { artifactsDir } = one;
      const set = sets.get(artifactsDir);
      if (set === undefined) return undefined;
      const { id, version, files, templates } = set;
      const rendering = renderings.get(artifactsDir)?.get(setLabel(one));
      if (templates === undefined || rendering === undefined) return { id, version, files };
      return releaseOfRendering(set, templates, rendering, hostOf(fleet, one, cwd), cwd);
    },
    rendered: (dir) => {
      const ofDir = renderings.get(dir);
      return ofDir && Object.fromEntries([...ofDir].map(([name, { id }]) => [name, id]));
    },
  };
}

/** The host as its set sees it. */
function hostOf(fleet: ReadonlyMap<string, Host>, { name, set }: ReleaseHost, cwd: string): Host {
  const host = fleet.get(name)!;
  return set === undefined ? host : setHosts(host, cwd).find((one) => one.name === set)!.host;
}

function renderSet(
  { files, metadata }: SetTemplates,
  host: Host,
  cwd: string,
  failures: Map<string, { problem: Problem; hosts: string[] }>,
): Rendering | undefined {
  const rendered: Omit<ReleaseFile, "content">[] = [];
  for (const template of files) {
    try {
      rendered.push(digestOf(template.becomes, render(template, host, cwd)));
    } catch (error) {
      if (!(error instanceof TemplateError || error instanceof CannotOpen)) throw error;
      const { message, hint, line } = error as TemplateError;
      const problem = {
        where: template.file,
        ...(line === undefined ? {} : { line }),
        message: `found ${message}`,
        ...(hint === undefined ? {} : { hint }),
      };
      const key = JSON.stringify(problem);
      const failure = failures.get(key) ?? { problem, hosts: [] as string[] };
      failure.hosts.push(host.name);
      failures.set(key, failure);
    }
  }
  if (rendered.length < files.length) return undefined;
  const text = metadataText({ files, metadata }, rendered);
  const listed = digestOf(METADATA, text);
  return { id: releaseId(listed.sha256), files: rendered, metadata: listed };
}

/** One mistake that hosts share is reported once. */
function inWords({ problem, hosts }: { problem: Problem; hosts: readonly string[] }): Problem {
  return { ...problem, message: `for ${firstOf(hosts, 3, "hosts").join(", ")}: ${problem.message}` };
}

function releaseOfRendering(
  set: ArtifactSet,
  templates: SetTemplates,
  { id, files, metadata }: Rendering,
  host: Host,
  cwd: string,
): Release {
  const names = new Set(templates.files.map(({ name }) => name));
  const plain = set.files.filter(({ name }) => name !== METADATA && !names.has(name));
  const made = files.map((file, at): ReleaseFile => ({
    ...file,
    content: () => same(render(templates.files[at]!, host, cwd), file, host.name),
  }));
  return {
    id,
    version: set.version,
    files: [
      ...[...plain, ...made].sort((a, b) => a.name < b.name ? -1 : 1),
      { ...metadata, content: () => new TextEncoder().encode(metadataText(templates, files)) },
    ],
  };
}

/** The text as bytes, which are what they were when every host was rendered. */
function same(text: string, { name, sha256 }: Omit<ReleaseFile, "content">, host: string): Uint8Array {
  if (digestOf(name, text).sha256 === sha256) return new TextEncoder().encode(text);
  throw new Error(`${name} came to something else for ${host} when it was rendered again`);
}

function render(template: ArtifactTemplate, host: Host, cwd: string): string {
  const { text, secrets } = renderFileFor(host, template.text, cwd);
  noteSecret(secrets);
  return text;
}

function metadataText({ files, metadata }: SetTemplates, rendered: Rendering["files"]): string {
  return metadata.render(new Map(files.map(({ name }, at) => [name, rendered[at]!])));
}

function digestOf(name: string, text: string): Omit<ReleaseFile, "content"> {
  const bytes = new TextEncoder().encode(text);
  return { name, sha256: createHash("sha256").update(bytes).digest("hex"), bytes: bytes.length };
}
