/**
 * Secrets of this process: what came out of a vault, what the user marked with --secret, the passwords and tokens of URLs. Whatever is said
 * or written passes `masked()` (streams) or `maskedDeep()` (events), so that no command and no format can forget it. The registry is the
 * process's own, because a secret stays one wherever it turns up, also in a stack trace.
 * @module
 */
import { Buffer } from "node:buffer";

/** What stands in the place of a secret. */
export const MASK = "********";

/** A shorter text is found everywhere: masking it would garble what is said, and say what it is. */
const SHORTEST = 4;

/** Secrets that begin with the same four characters, by their lengths, the longest first. */
interface Bucket {
  readonly lengths: number[];
  readonly texts: Set<string>;
}

const buckets = new Map<string, Bucket>();
/** Which UTF-16 units a secret begins with: most characters of most texts are none. */
const firsts = new Uint8Array(65536);
const known = new Set<string>();

/**
 * Remembers a text (or every text in a value) as a secret, in the forms in which it may turn up: as it is, in JSON, in a URL, in quotes for a
 * shell, in base64. Numbers, and texts of fewer than four characters, cannot be told from others and are left alone.
 */
export function noteSecret(value: unknown): void {
  if (typeof value === "object" && value !== null) {
    for (const part of Object.values(value)) noteSecret(part);
    return;
  }
  if (typeof value !== "string") return;
  const text = value.trim();
  if (text.length < SHORTEST || known.has(text)) return;
  known.add(text);
  for (const form of formsOf(text)) add(form);
  // Evidence is told line by line.
  if (text.includes("\n")) { for (const line of text.split("\n")) noteSecret(line); }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) noteUrl(text);
}

/**
 * Remembers what is secret in a URL (or in a path with a query): the password, the login as a header carries it, the values of its query. A
 * value that anybody might say (`json`) is one only behind its name.
 */
export function noteUrl(url: string): void {
  const [, login] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)@/i.exec(url) ?? [];
  if (login !== undefined) {
    const [user = "", ...rest] = login.split(":");
    const password = rest.join(":");
    noteSecret(password);
    noteSecret(decoded(password));
    if (password === "") noteSecret(user);
    else add(`${login}@`);
    for (const form of base64Of(decoded(login))) add(form);
  }
  const [, query] = /\?([^#]*)/.exec(url) ?? [];
  for (const pair of query?.split("&") ?? []) {
    const [name = "", ...rest] = pair.split("=");
    const value = rest.join("=");
    if (value === "") continue;
    add(pair);
    if (value.length >= 12 || /token|key|secret|pass|auth|sig|cred|code/i.test(name)) {
      noteSecret(value);
      noteSecret(decoded(value));
    }
  }
}

/** Whether a text is a secret, or holds one. */
export function isSecret(text: string): boolean {
  return masked(text) !== text;
}

/** A text without secrets. Takes time in proportion to the text, however many secrets there are. */
export function masked(text: string): string {
  // The password of any URL, whoever says it; its user stays.
  return maskedKnown(text.includes("://") ? text.replaceAll(PASSWORD, `$1${MASK}@`) : text);
}

const PASSWORD = /(\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s/:@"'<>]{0,200}:)[^\s/@"'<>]{1,400}@/gi;

/** A text without the secrets that are known; passwords of other URLs stay. */
export function maskedKnown(text: string): string {
  if (buckets.size === 0) return text;
  let out = "";
  let from = 0;
  for (let at = 0; at + SHORTEST <= text.length; at++) {
    if (firsts[text.charCodeAt(at)] === 0) continue;
    const bucket = buckets.get(text.slice(at, at + SHORTEST));
    const length = bucket?.lengths.find((length) => bucket.texts.has(text.slice(at, at + length)));
    if (length === undefined) continue;
    out += text.slice(from, at) + MASK;
    from = at + length;
    at = from - 1;
  }
  return from === 0 ? text : out + text.slice(from);
}

/** The same value with every text in it masked, keys too; itself where there is nothing to mask. */
export function maskedDeep<T>(value: T): T {
  return deep(value) as T;
}

function deep(value: unknown): unknown {
  if (typeof value === "string") return masked(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const parts = value.map(deep);
    return parts.every((part, at) => part === value[at]) ? value : parts;
  }
  const before = Object.entries(value);
  const after = before.map(([key, part]) => [masked(key), deep(part)] as const);
  const same = after.every(([key, part], at) => key === before[at]![0] && part === before[at]![1]);
  return same ? value : Object.fromEntries(after);
}

function formsOf(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  return [
    text,
    json,
    JSON.stringify(json).slice(1, -1),
    encodeURIComponent(wellFormed(text)),
    encodeURI(wellFormed(text)),
    text.replaceAll("'", `'\\''`),
    ...base64Of(text),
  ];
}

/** With and without what fills it up. */
function base64Of(text: string): string[] {
  const whole = Buffer.from(text).toString("base64");
  return [whole, whole.replace(/=+$/, ""), Buffer.from(text).toString("base64url")];
}

/** Half a surrogate pair has no form in a URL. */
function wellFormed(text: string): string {
  return text.toWellFormed();
}

function add(text: string): void {
  if (text.length < SHORTEST) return;
  const start = text.slice(0, SHORTEST);
  const bucket = buckets.get(start) ?? { lengths: [], texts: new Set() };
  buckets.set(start, bucket);
  firsts[text.charCodeAt(0)] = 1;
  bucket.texts.add(text);
  if (!bucket.lengths.includes(text.length)) {
    bucket.lengths.push(text.length);
    bucket.lengths.sort((a, b) => b - a);
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
