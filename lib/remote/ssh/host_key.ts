/**
 * If the inventory or ssh's configuration has host keys taken unchecked, ssh goes on with a key that is not the known one. That is as it was
 * asked for, and is said: ssh hands the key that it was shown to a command of ours (KnownHostsCommand, which adds nothing to what it knows),
 * and `ssh-keygen -F` says which keys were known before. If keys are checked, nothing of this runs: there ssh refuses a changed key itself.
 * @module
 */
import { createHash } from "node:crypto";
import { isAbsolute, join } from "@std/path";
import { currentUser } from "../../user.ts";
import { settingsOfSsh } from "./diagnose.ts";
import { append } from "../../plain/append.ts";
import { start } from "./spawn.ts";
import type { Endpoint, TransportOptions } from "./transport.ts";

/** A key of a host as known_hosts has it. */
export interface KnownKey {
  readonly type: string;
  /** `SHA256:…`, as ssh writes it. */
  readonly fingerprint: string;
  readonly file: string;
  readonly line: string;
}

/** Looks at the key that ssh is shown. */
export interface HostKeyWatch {
  /** For ssh, before all others. */
  readonly args: readonly string[];
  /** Is told of what ssh prints on standard error. */
  read(chunk: Uint8Array): void;
  /** What should be said about the key: null if it is the known one, or the first. Call it once the session has come about, or has not. */
  warning(): Promise<string | null>;
}

/** Begins the line in which ssh's command says what key it was shown; nothing else says so. */
export const HOST_KEY_LINE = "lockstep-hostkey-";

/** What is read before the session speaks can be longer, and says nothing of a key. Characters. */
const MOST = 64 * 1024;
/** The line was written before the session came about, so it is on its way. Milliseconds. */
const PATIENCE = 1000;

/** Null if keys are checked, or nothing can be known of them. */
export async function watchHostKey(
  endpoint: Endpoint,
  options: TransportOptions,
): Promise<HostKeyWatch | null> {
  if (endpoint.connection !== "ssh" || Deno.build.os === "windows") return null;
  if (!await mayBeUnchecked(endpoint, options)) return null;
  const settings = await settingsOfSsh(endpoint, options);
  const checking = settings.get("stricthostkeychecking");
  // A command of the user's own would replace ours, and decides what is known.
  if (checking === undefined || /^(true|yes|ask)$/.test(checking) || settings.has("knownhostscommand")) {
    return null;
  }
  if (!await sshCanTell()) {
    return { args: [], read: () => {}, warning: () => Promise.resolve(CANNOT_TELL) };
  }
  const files = ["userknownhostsfile", "globalknownhostsfile"].flatMap((key) =>
    pathsOf(settings.get(key) ?? "")
  );
  const name = nameOf(settings, endpoint.address);
  const known = await knownKeys(name, files);
  return new Watch(name, known, (other) => knownKeys(other, files));
}

const CANNOT_TELL =
  "host keys are not checked (StrictHostKeyChecking), and this ssh is too old to report which key it " +
  "was shown: whether the key has changed is not known";

class Watch implements HostKeyWatch {
  readonly #marker = `${HOST_KEY_LINE}${crypto.randomUUID()}`;
  readonly #name: string;
  readonly #known: readonly KnownKey[] | null;
  readonly #lookUp: (name: string) => Promise<readonly KnownKey[] | null>;
  readonly #line = Promise.withResolvers<readonly string[]>();
  #text = "";
  #done = false;

  constructor(
    name: string,
    known: readonly KnownKey[] | null,
    lookUp: (name: string) => Promise<readonly KnownKey[] | null>,
  ) {
    this.#name = name;
    this.#known = known;
    this.#lookUp = lookUp;
  }

  get args(): string[] {
    // ssh splits this as a shell would, and puts its tokens into words of their own. It asks for an order of key types first, and may ask
    // for an address besides the name.
    const program = `'case $2 in HOSTNAME) { echo; echo "$1 $3 $4 $5"; } >&2 ;; esac'`;
    return ["-o", `KnownHostsCommand=/bin/sh -c ${program} sh ${this.#marker} %I %t %f %H`];
  }

  read(chunk: Uint8Array): void {
    if (this.#done) return;
    this.#text += new TextDecoder().decode(chunk);
    const at = this.#text.indexOf(`${this.#marker} `);
    const end = at < 0 ? -1 : this.#text.indexOf("\n", at);
    if (end >= 0) {
      // Only the first: it was written before the device was let near this stream.
      this.#done = true;
      this.#line.resolve(this.#text.slice(at, end).split(" ").slice(1));
      this.#text = "";
    } else if (this.#text.length > MOST) this.#text = this.#text.slice(-MOST / 2);
  }

  async warning(): Promise<string | null> {
    const { promise: late, resolve } = Promise.withResolvers<null>();
    const timer = setTimeout(() => resolve(null), PATIENCE);
    const line = await Promise.race([this.#line.promise, late]);
    clearTimeout(timer);
    if (line === null) return null;
    const [type = "", fingerprint = "", name = ""] = line;
    const known = name === this.#name ? this.#known : await this.#lookUp(name);
    if (known === null) {
      return "host keys are not checked (StrictHostKeyChecking), and ssh-keygen could not run to check whether the key has changed";
    }
    return changeOf(type, fingerprint, name, known);
  }
}

/**
 * What should be said about a key that was shown, given those that were known for this name; null if it is one of them, or none was known.
 * Pure.
 */
export function changeOf(
  type: string,
  fingerprint: string,
  name: string,
  known: readonly KnownKey[],
): string | null {
  if (known.length === 0 || known.some((key) => key.fingerprint === fingerprint)) return null;
  // ssh compares with a key of the same type, if one is known.
  const alike = known.filter((key) => key.type === type);
  const old = (alike.length > 0 ? alike : known)
    .map((key) => `${key.fingerprint} (${key.type}, ${key.file} line ${key.line})`).join(" and ");
  return `the host key of ${name} has changed, and is accepted because host keys are not checked: known was ${old}, ` +
    `shown is ${fingerprint} (${type}); if that is right, remove the old one: ssh-keygen -R ${name} -f ${
      (alike[0] ?? known[0])!.file
    }`;
}

/** The name under which a host is in known_hosts. ssh says later which one it looked for. */
function nameOf(settings: ReadonlyMap<string, string>, address: string): string {
  const alias = settings.get("hostkeyalias");
  if (alias !== undefined) return alias;
  const host = (settings.get("hostname") ?? address).toLowerCase();
  const port = settings.get("port") ?? "22";
  return port === "22" ? host : `[${host}]:${port}`;
}

/** Files as `ssh -G` lists them: absolute, and not in quotes, whatever blanks they have. */
function pathsOf(list: string): string[] {
  return list === "" ? [] : list.split(/ (?=\/)/);
}

/** The keys that files have for a name, also if they have it as a hash or a pattern; null if nobody can be asked. */
async function knownKeys(name: string, files: readonly string[]): Promise<KnownKey[] | null> {
  const all: KnownKey[] = [];
  for (const file of files) {
    const found = await outputOf(["ssh-keygen", "-F", name, "-f", file]);
    if (found === null) return null;
    append(all, parseKnown(found, file));
  }
  return all;
}

/** What `ssh-keygen -F` prints. Keys of authorities, and revoked ones, are no host's. Pure. */
export function parseKnown(text: string, file: string): KnownKey[] {
  const keys: KnownKey[] = [];
  let line = "?";
  for (const row of text.split("\n")) {
    if (row.startsWith("#")) line = /\bline (\d+)\s*$/.exec(row)?.[1] ?? "?";
    const [, type, blob] = row.split(/\s+/);
    if (row.startsWith("#") || row.startsWith("@") || type === undefined || blob === undefined) continue;
    const digest = createHash("sha256").update(blob, "base64").digest("base64").replace(/=+$/, "");
    keys.push({ type, fingerprint: `SHA256:${digest}`, file, line });
  }
  return keys;
}

/** What a program prints; null if it cannot be started. */
async function outputOf(argv: readonly string[]): Promise<string | null> {
  const [command = ""] = argv;
  if (Deno.permissions.querySync({ name: "run", command }).state !== "granted") return null;
  const running = start(argv);
  running.stdin.end();
  let text = "";
  running.stdout.on("data", (chunk: Uint8Array) => text += new TextDecoder().decode(chunk));
  const { exitCode } = await running;
  return exitCode === null ? null : text;
}

let canTell: Promise<boolean> | undefined;

/** Whether ssh knows KnownHostsCommand (OpenSSH 8.5). Asked once. */
function sshCanTell(): Promise<boolean> {
  return canTell ??= (async () => {
    const asking = start(["ssh", "-F", "none", "-G", "-o", "KnownHostsCommand=none", "localhost"]);
    asking.stdin.end();
    return (await asking).exitCode === 0;
  })();
}

/** Whether host keys could be unchecked with these words and files, as far as that can be told without asking ssh. */
async function mayBeUnchecked({ commonArgs }: Endpoint, { sshConfig }: TransportOptions): Promise<boolean> {
  if (commonArgs.some((word) => UNCHECKED_WORD.test(word) || /^-F/.test(word))) return true;
  return await fileMayUncheck(sshConfig);
}

const UNCHECKED_WORD = /^(?:-o\s*)?stricthostkeychecking\b(?![\s="]*(?:yes|true|ask)\b)/i;
/** The same in a file; a line that is a comment does not begin so. */
const UNCHECKED_LINE = /^[ \t]*stricthostkeychecking\b(?![\s="]*(?:yes|true|ask)\b)/im;

const known = new Map<string | undefined, Promise<boolean>>();

function fileMayUncheck(sshConfig: string | undefined): Promise<boolean> {
  const asked = known.get(sshConfig) ?? lookAtFiles(sshConfig);
  known.set(sshConfig, asked);
  return asked;
}

/** Every file that ssh would read is looked at once a run. If one cannot be, ssh is asked for every host. */
async function lookAtFiles(sshConfig: string | undefined): Promise<boolean> {
  // As ssh does, whatever $HOME says.
  const home = currentUser()?.homedir ?? null;
  if (sshConfig !== undefined) {
    return await oneMayUncheck(sshConfig, home === null ? null : join(home, ".ssh"), 0);
  }
  return home === null || await oneMayUncheck(join(home, ".ssh", "config"), join(home, ".ssh"), 0) ||
    await oneMayUncheck("/etc/ssh/ssh_config", "/etc/ssh", 0);
}

async function oneMayUncheck(path: string, folder: string | null, depth: number): Promise<boolean> {
  if (path === "none" || path === "/dev/null") return false;
  if (depth > 16 || Deno.permissions.querySync({ name: "read", path }).state !== "granted") return true;
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound);
  }
  if (UNCHECKED_LINE.test(text)) return true;
  for (const [, list = ""] of text.matchAll(/^[ \t]*include[ \t="]+(.*)$/gim)) {
    for (const pattern of list.trim().split(/\s+/)) {
      const included = await expand(pattern, folder);
      if (included === null) return true;
      for (const file of included) if (await oneMayUncheck(file, folder, depth + 1)) return true;
    }
  }
  return false;
}

/** The files that an Include names: one, or those of a folder; null if it says more than that. */
async function expand(pattern: string, folder: string | null): Promise<string[] | null> {
  const at = isAbsolute(pattern)
    ? pattern
    : folder === null || pattern.startsWith("~")
    ? null
    : join(folder, pattern);
  const [, dir, start, end] =
    /^([^*?[\]{}"'%$\\]*\/)([^*?[\]{}"'%$\\/]*)\*([^*?[\]{}"'%$\\/]*)$/.exec(at ?? "") ?? [];
  if (at === null || dir === undefined) return at === null || /[*?[\]{}"'%$\\]/.test(at) ? null : [at];
  const files: string[] = [];
  try {
    for await (const { name } of Deno.readDir(dir)) {
      if (name.startsWith(start!) && name.endsWith(end!)) files.push(join(dir, name));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) return null;
  }
  return files;
}
