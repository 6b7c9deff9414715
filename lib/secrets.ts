/**
 * Masks secrets: vaulted values, variables that are secret by their name or because the user says so, passwords
 * and tokens in URLs. Code that learns of one calls `noteSecret()`; everything that is printed or written passes `masked()` or
 * `maskedDeep()`, which put `********` in its place, also if it is percent-encoded, in base64, escaped, broken over lines or coloured. What
 * looks like a login or a token in a URL is masked even if nobody has marked it. Time is linear in the text, however many secrets there
 * are.
 *
 * Not masked: a secret of less than four characters (half of all words would have it), and words that Lockstep itself uses (`root`,
 * `systemd`, a default of a variable): they would make every text unreadable, and hide nothing. One of less than eight characters, or of
 * digits alone, is masked where it stands by itself, not inside a longer word or number.
 * @module
 */
import { isPythonNumber } from "./ansible/python/python_number.ts";
import { Buffer } from "node:buffer";
import { printable } from "./plain/printable.ts";
import { PUBLIC_WORDS } from "./public_words.ts";

/** What stands instead of a secret. */
export const MASK = "********";

const SHORTEST = 4;
/** From here on a secret is masked inside longer words, and across line breaks, too. */
const LONG = 8;
/** What a longer text may hold of a secret in base64, at the least. */
const SHORTEST_BASE64 = 6;

/** Names of variables that are secret, unless they name a file or the like. */
const SECRET_NAME =
  /(?:password|passwd|passphrase|passcode|secret|token|credentials?|(?:^|_|-)(?:pass|pwd|pin|jwt)|(?:api|access|secret|auth|signing|hmac|encryption|master|account)[_-]?key|private[_-]?key)$/i;
/** Names of what a query says, that are secret; a part of the name is enough. */
const SECRET_PARAMETER =
  "[\\w.~%[\\]-]{0,60}(?:pass|pwd|secret|token|key|auth(?!or)|sig|signature|credential|session|jwt)[\\w.~%[\\]-]{0,20}";

/** Login of a URL. A user without a password is a token with http, and a mere user with ssh. */
const LOGIN = /(:\/\/)(?:[^\s/?#"'<>\\@:]*:[^\s/?#"'<>\\]*|(?<=https?:\/\/)[^\s/?#"'<>\\]+)@/gi;
const PARAMETER = new RegExp(`([?&;]${SECRET_PARAMETER}=)(?!\\*{8})[^\\s&;#"'<>\\\\]+`, "gi");
/** NAME=VALUE, if the name says what it is: a mistake in a line is shown with the line. */
const ASSIGNMENT =
  /((?:password|passwd|passphrase|passcode|secret|token|api_?key|access_?key|secret_?key|ansible_(?:become|ssh|sudo|su)_pass)\\?["']?=\\?["']?)(?!\*{8}|VALUE\b|\{\{|\$[{(A-Z])[^\s&;"'\\]+/gi;
const AUTHORIZATION =
  /(\bAuthorization["']?\s{0,3}[:=]\s{0,3}["']?(?:Basic|Bearer|Digest|Token)\s+)[^\s"'\\,]+/gi;

/** What is not seen in a text, so that a secret may be broken by it: line breaks with what is blank behind them, colours, controls. */
// deno-lint-ignore no-control-regex -- a secret may be broken by an escape sequence
const UNSEEN = /\r?\n[ \t]*(?:\|[ \t])?|\x1b\[[0-9;]*[A-Za-z]|[\p{C}\p{Zl}\p{Zp}\p{DI}]/gu;
const PERCENT = /%[2-7][\da-f]/i;
const UNSEEN_OR_PERCENT = new RegExp(`${UNSEEN.source}|${PERCENT.source}`, "giu");
const ALL_SEEN = /^[\x20-\x7e]*$/;

/** Every secret that somebody has named. */
const known = new Set<string>();

/** Needles by how they begin. Of each beginning, by length. */
class Needles {
  readonly #lengths = new Map<string, number[]>();
  readonly #all = new Set<string>();
  readonly #size: number;

  constructor(size: number) {
    this.#size = size;
  }

  add(needle: string): void {
    if (this.#all.has(needle)) return;
    this.#all.add(needle);
    const head = needle.slice(0, this.#size);
    const lengths = this.#lengths.get(head) ?? [];
    if (!lengths.includes(needle.length)) {
      lengths.push(needle.length);
      lengths.sort((a, b) => b - a);
    }
    this.#lengths.set(head, lengths);
  }

  /** How long the longest needle is that stands there, in a text, and fits; 0 if none does. */
  at(text: string, start: number, fits: (end: number, needle: string) => boolean): number {
    const lengths = this.#lengths.get(text.slice(start, start + this.#size));
    if (lengths === undefined) return 0;
    for (const length of lengths) {
      if (start + length > text.length) continue;
      const piece = text.slice(start, start + length);
      if (this.#all.has(piece) && fits(start + length, piece)) return length;
    }
    return 0;
  }

  clear(): void {
    this.#lengths.clear();
    this.#all.clear();
  }
}

const short = new Needles(SHORTEST);
const long = new Needles(LONG);
/** Pieces of base64: all around them that is base64, too, goes with them. */
const encoded = new Needles(SHORTEST_BASE64);

/** Whether any needle begins with this UTF-16 unit, and with characters like these four: says no at once for nearly all of a text. */
const firsts = new Uint8Array(65_536);
let heads = new Uint8Array(0);
const HEADS = 1 << 18;

function headAt(text: string, at: number): number {
  return (Math.imul(text.charCodeAt(at), 0x9e3779b1) ^ Math.imul(text.charCodeAt(at + 1), 0x85ebca6b) ^
    Math.imul(text.charCodeAt(at + 2), 0xc2b2ae35) ^ Math.imul(text.charCodeAt(at + 3), 0x27d4eb2f)) >>> 14;
}

function mayBegin(text: string, at: number): boolean {
  return firsts[text.charCodeAt(at)] === 1 && heads[headAt(text, at)] === 1;
}

/** Whether any needle may be in a text: nothing has to be made for most. */
function mayHold(text: string): boolean {
  for (let at = 0; at + SHORTEST <= text.length; at++) if (mayBegin(text, at)) return true;
  return false;
}

function addNeedle(needles: Needles, needle: string): void {
  if (heads.length === 0) heads = new Uint8Array(HEADS);
  heads[headAt(needle, 0)] = 1;
  firsts[needle.charCodeAt(0)] = 1;
  needles.add(needle);
}

/** From now on this is masked: a text, or every text and number in a list or a mapping. */
export function noteSecret(value: unknown): void {
  if (typeof value === "string") keepText(value);
  else if (typeof value === "number" || isPythonNumber(value)) keepText(String(value));
  else if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) noteSecret(inner);
  }
}

/** The same for a value that somebody has encrypted: what it is made of (words of a command, parts of a URL) is secret, too. */
export function noteSealed(value: unknown): void {
  if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) noteSealed(inner);
    return;
  }
  noteSecret(value);
  if (typeof value !== "string" || seenParts.has(value)) return;
  seenParts.add(value);
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(value.trim())) keepAllOfUrl(value.trim());
  else {
    // Names of other variables are none.
    const words = value.replaceAll(/\{\{[^}]*\}\}/g, " ").split(/[\s;|&<>()"'`=,]+/);
    for (const word of [...words, ...words.flatMap((one) => one.split(":"))]) {
      const like = word.length >= LONG
        ? !/^[-/][a-z\d/._-]*$/.test(word)
        : /[a-z]/i.test(word) && /\d/.test(word);
      if (like) keepText(word);
    }
    // In a path, what looks like a token.
    for (const part of words.flatMap((one) => one.split("/"))) {
      if (part.length >= LONG && /[A-Z\d]/.test(part)) keepText(part);
    }
  }
  noteUrl(value);
}

const seenParts = new Set<string>();

function keepAllOfUrl(text: string): void {
  if (!URL.canParse(text)) return;
  const { host, hostname, pathname, search } = new URL(text);
  const path = pathname.replace(/\/+$/, "");
  for (
    const part of [
      host,
      hostname,
      path,
      `${path}${search}`,
      ...path.split("/").filter((one) => one.length >= LONG),
    ]
  ) {
    if (!/^(?:127\.|\[?::1|localhost)/.test(part)) keepText(part);
  }
}

const seenUrls = new Set<string>();

/** The password, the token and the secret parameters of a URL (or a part of one), if it has any. */
export function noteUrl(url: string): void {
  if (!/[@?]/.test(url) || seenUrls.has(url)) return;
  seenUrls.add(url);
  const login = /:\/\/([^\s/?#]*)@/.exec(url)?.[1];
  if (login !== undefined) {
    const at = login.indexOf(":");
    const [user, password] = at < 0 ? ["", login] : [login.slice(0, at), login.slice(at + 1)];
    for (const part of new Set([password, decodedUrl(password)])) keepText(part);
    // A token may stand in the user's place.
    if (password === "" || password === "x-oauth-basic") keepText(decodedUrl(user));
    for (const whole of [login, `${decodedUrl(user)}:${decodedUrl(password)}`]) keepText(whole);
  }
  const query = /\?([^\s#]*)/.exec(url)?.[1] ?? "";
  for (const pair of query.split(/[&;]/)) {
    const at = pair.indexOf("=");
    const [name, value] = at < 0 ? ["", pair] : [pair.slice(0, at), pair.slice(at + 1)];
    const secret = name === "" || new RegExp(`^${SECRET_PARAMETER}$`, "i").test(name);
    // What is a mere word, or a number, would be missing everywhere: "format=json" says nothing.
    const tokenLike = value.length >= LONG && !/^(?:[a-z]+|[\d.:TZ+-]+)$/.test(value);
    if (secret || tokenLike) { for (const part of [value, decodedUrl(value)]) keepText(part); }
    if (at >= 0 && value.length > 0 && (secret || tokenLike)) keepText(pair);
  }
}

function decodedUrl(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", "%20"));
  } catch {
    return text;
  }
}

/** Whether a variable of this name is secret without more being said. */
export function isSecretName(name: string): boolean {
  const found = names.get(name);
  if (found !== undefined) return found;
  const secret = namedSecret.has(name) || SECRET_NAME.test(name);
  names.set(name, secret);
  return secret;
}

const names = new Map<string, boolean>();
const namedSecret = new Set<string>();

/** From now on variables of this name are secret, too. */
export function noteSecretName(name: string): void {
  namedSecret.add(name);
  names.clear();
}

function keepText(text: string): void {
  if (text.length < SHORTEST || known.has(text)) return;
  known.add(text);
  const trimmed = text.trim().replace(/\/+$/, "");
  for (const one of new Set([text, trimmed])) {
    if (!PUBLIC_WORDS.has(one)) { for (const form of formsOf(one)) addForm(form); }
  }
  // Each line of a key by itself: a log may show any of them.
  const lines = text.split(/\r?\n/);
  if (lines.length > 1) { for (const line of lines) if (line.trim().length >= LONG) keepText(line.trim()); }
  if (!PUBLIC_WORDS.has(text)) { for (const form of base64Of(text)) addNeedle(encoded, form); }
}

function addForm(form: string): void {
  const seen = form.replace(UNSEEN, "");
  if (seen.length >= LONG) addNeedle(long, seen);
  else if (seen.length >= SHORTEST) addNeedle(short, seen);
}

/** The ways in which a text is written inside others. */
function formsOf(text: string): Set<string> {
  const forms = new Set([text]);
  if (/^[\w.~-]*$/.test(text)) return forms;
  const json = JSON.stringify(text).slice(1, -1);
  const strict = encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const percent = [encodeURIComponent(text.toWellFormed()), encodeURI(text.toWellFormed()), strict];
  const html = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  for (
    const form of [
      json,
      json.replaceAll("/", "\\/"),
      JSON.stringify(json).slice(1, -1),
      ...percent,
      ...percent.map((one) => one.replaceAll("%20", "+")),
      ...percent.map((one) => one.replace(/%[\dA-F]{2}/g, (hex) => hex.toLowerCase())),
      html,
      html.replaceAll('"', "&quot;"),
      html.replaceAll('"', "&quot;").replaceAll("'", "&#39;"),
      html.replaceAll('"', "&#34;").replaceAll("'", "&#x27;"),
      text.replaceAll("'", "'\\''"),
      text.replaceAll("'", `'"'"'`),
      text.replace(/["\\$`]/g, "\\$&"),
      text.replace(/[^\w@%+=:,./-]/g, "\\$&"),
      printable(text),
    ]
  ) forms.add(form);
  return forms;
}

/** What base64 of any longer text has of this one: whatever stands before it, the pieces in the middle are one of three. */
function base64Of(text: string): string[] {
  const bytes = Buffer.from(text);
  return [0, 1, 2].flatMap((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64").replace(/=+$/, "");
    const start = before === 0 ? 0 : before + 1;
    const end = (before + bytes.length) % 3 === 0 ? whole.length : whole.length - 1;
    const middle = whole.slice(start, end);
    if (middle.length < SHORTEST_BASE64) return [];
    const url = middle.replaceAll("+", "-").replaceAll("/", "_");
    return url === middle ? [middle] : [middle, url];
  });
}

/** Text without secrets. Saying it twice changes nothing. */
export function masked(text: string): string {
  return text.length < SHORTEST ? text : withoutLogins(maskedKnown(text));
}

/** Whether a text is a secret, or holds one. */
export function isSecret(text: string): boolean {
  return masked(text) !== text;
}

/** The same without secrets that are known by now; what only looks like one stays. */
export function maskedKnown(text: string): string {
  return heads.length === 0 ? text : withoutNeedles(text);
}

/** Deeper is nothing that anybody is shown. */
const DEEPEST = 100;

/** Plain data without secrets, in keys, texts and numbers, and without what is secret by its name; the same data if there are none. */
export function maskedDeep<T>(value: T): T {
  return deep(value, masked, isSecretName, 0) as T;
}

/** The same without secrets that are known by now: for an inventory, which Ansible shows as it is. */
export function maskedKnownDeep<T>(value: T): T {
  return deep(value, maskedKnown, () => false, 0) as T;
}

function deep(
  value: unknown,
  mask: (text: string) => string,
  isSecret: (name: string) => boolean,
  depth: number,
): unknown {
  if (typeof value === "string") return mask(value);
  if (typeof value === "number" || isPythonNumber(value)) {
    return heads.length > 0 && known.has(String(value)) ? MASK : value;
  }
  if (typeof value !== "object" || value === null || depth > DEEPEST) return value;
  const within = (inner: unknown): unknown => deep(inner, mask, isSecret, depth + 1);
  if (Array.isArray(value)) {
    const list = value.map(within);
    return list.some((inner, at) => inner !== value[at]) ? list : value;
  }
  let same = true;
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] => {
    const name = mask(key);
    const kept = isSecret(key) && isPlainSecret(inner) ? MASK : within(inner);
    same &&= name === key && kept === inner;
    return [name, kept];
  });
  return same ? value : Object.fromEntries(entries);
}

/** Whether what a secret variable holds says something: a template only names another one. */
function isPlainSecret(value: unknown): boolean {
  return typeof value === "number" || isPythonNumber(value) ||
    typeof value === "string" && value !== "" && !/\{[{%]/.test(value);
}

/**
 * Looks at a variable as it is written: what is secret by its name, and what a URL in it has, is masked from now on. Encrypted values are
 * not opened.
 */
export function noteVariable(name: string, value: unknown, depth = 0): void {
  if (typeof value === "string") {
    if (isSecretName(name) && isPlainSecret(value)) noteSecret(value);
    if (value.includes("://") || value.includes("?")) noteUrl(value);
  } else if (typeof value === "number" || isPythonNumber(value)) {
    if (isSecretName(name)) noteSecret(value);
  } else if (
    typeof value === "object" && value !== null && depth < DEEPEST && !("__ansible_vault" in value)
  ) {
    const list = Array.isArray(value);
    for (const [key, inner] of Object.entries(value)) {
      noteVariable(list ? name : key, inner, depth + 1);
    }
  }
}

function withoutLogins(text: string): string {
  let result = text;
  if (result.includes("://")) result = result.replace(LOGIN, `$1${MASK}@`);
  if (result.includes("=") && /[?&;]/.test(result)) result = result.replace(PARAMETER, `$1${MASK}`);
  if (result.includes("=")) result = result.replace(ASSIGNMENT, `$1${MASK}`);
  if (result.includes("uthorization")) result = result.replace(AUTHORIZATION, `$1${MASK}`);
  return result;
}

/** A text as somebody reads it, character by character, and where in the text each of them begins and ends. */
interface View {
  readonly seen: string;
  /** Null if every character is itself. */
  readonly begins: Uint32Array | null;
  readonly ends: Uint32Array | null;
}

function withoutNeedles(text: string): string {
  const allSeen = ALL_SEEN.test(text);
  const plain = allSeen && !mayHold(text)
    ? text
    : cover(text, allSeen ? { seen: text, begins: null, ends: null } : viewOf(text, UNSEEN));
  // Anyone who writes percent signs may write any character so.
  return PERCENT.test(plain) ? cover(plain, viewOf(plain, UNSEEN_OR_PERCENT)) : plain;
}

/** The text without what matches; of a character with a percent sign, the character stays. */
function viewOf(text: string, out: RegExp): View {
  const begins = new Uint32Array(text.length);
  const ends = new Uint32Array(text.length);
  const parts: string[] = [];
  let at = 0;
  let count = 0;
  const pass = (end: number): void => {
    parts.push(text.slice(at, end));
    for (; at < end; at++, count++) {
      begins[count] = at;
      ends[count] = at + 1;
    }
  };
  for (const { index, 0: found } of text.matchAll(out)) {
    pass(index);
    at = index + found.length;
    if (!found.startsWith("%")) continue;
    parts.push(String.fromCharCode(Number.parseInt(found.slice(1), 16)));
    begins[count] = index;
    ends[count++] = at;
  }
  pass(text.length);
  return { seen: parts.join(""), begins, ends };
}

function cover(text: string, { seen, begins, ends }: View): string {
  const begin = (at: number): number => begins === null ? at : begins[at]!;
  const end = (at: number): number => ends === null ? at : ends[at - 1]!;
  let result = "";
  let copied = 0;
  // The secret that was found last: a later one may overlap it.
  let [from, to] = [-1, -1];
  const flush = (): void => {
    if (from < 0) return;
    result += text.slice(copied, begin(from)) + MASK;
    copied = end(to);
  };
  const joined = (at: number): boolean => at > 0 && at < seen.length && end(at) === begin(at);
  const alone = (start: number, stop: number, kind: RegExp): boolean =>
    !kind.test(text.charAt(begin(start) - 1)) && !kind.test(text.charAt(end(stop)));
  const unbroken = (start: number, stop: number): boolean => {
    for (let at = start + 1; at < stop; at++) if (!joined(at)) return false;
    return true;
  };
  const last = seen.length - SHORTEST;
  for (let at = 0; at <= last; at++) {
    if (!mayBegin(seen, at)) continue;
    let start = at;
    let stop = at + Math.max(
      long.at(seen, at, (stop, needle) => !/^\d+$/.test(needle) || alone(at, stop, DIGIT)),
      short.at(seen, at, (stop) => unbroken(at, stop) && alone(at, stop, WORD)),
    );
    if (at >= to) {
      const piece = encoded.at(seen, at, () => true);
      if (piece > 0) {
        stop = Math.max(stop, at + piece);
        while (start > Math.max(0, to) && joined(start) && BASE64.test(seen.charAt(start - 1))) start--;
        while (joined(stop) && BASE64.test(seen.charAt(stop))) stop++;
      }
    }
    if (stop === at) continue;
    if (start <= to) to = Math.max(to, stop);
    else {
      flush();
      [from, to] = [start, stop];
    }
  }
  flush();
  return copied === 0 ? text : result + text.slice(copied);
}

const DIGIT = /^\d$/;
const WORD = /^[A-Za-z\d]$/;
const BASE64 = /^[A-Za-z\d+/=_-]$/;

/** For tests: nothing is secret any more. */
export function forgetSecrets(): void {
  for (const one of [known, seenParts, seenUrls, names, namedSecret, short, long, encoded]) one.clear();
  heads = new Uint8Array(0);
  firsts.fill(0);
}
