/**
 * Ansible Vault: reads the passwords and decrypts what was encrypted with one of them (formats 1.1 and 1.2, AES256).
 * @module
 */
import { Buffer } from "node:buffer";
import { createDecipheriv, createHmac, pbkdf2Sync, timingSafeEqual } from "node:crypto";
import { stat } from "node:fs/promises";
import { homedir } from "node:os";
import { resolve } from "@std/path";
import type { Problem } from "../../errors.ts";
import { readBounded } from "../bounded_file.ts";
import { secretKeeper } from "../secret_keeper.ts";
import { runProgram } from "../sources/program.ts";
import { CannotOpen, type Unseal } from "./sealed.ts";
import { isProgram } from "../sources/source_kind.ts";

const HEADER = "$ANSIBLE_VAULT";

/** A password, and the label that a vault text may ask for. */
export interface VaultPassword {
  readonly label: string;
  readonly secret: Buffer;
}

/** A file with a password, by its label, and where it was named. */
export interface NamedPassword {
  readonly where: string;
  readonly label: string;
  readonly file: string;
}

/** Where the user keeps passwords: files, or programs that print them. */
export interface VaultOptions {
  /** `--vault-password-file`. */
  readonly files: readonly string[];
  /** `--vault-id`: `LABEL@FILE`, or a file. */
  readonly ids: readonly string[];
  /** What Ansible is configured with. */
  readonly configured?: readonly NamedPassword[];
}

/** Reads all passwords. What is wrong goes to `problems`, which never hold a password. */
export async function readVaultPasswords(
  { files, ids, configured = [] }: VaultOptions,
  cwd: string,
  problems: Problem[],
): Promise<VaultPassword[]> {
  const named = [
    ...ids.map((id) => namedId(id, "--vault-id")),
    ...files.map((file) => ({ where: "--vault-password-file", label: "default", file })),
    ...configured,
  ];
  const passwords: VaultPassword[] = [];
  for (const { where, label, file } of named) {
    if (/^prompt(?:_ask_vault_pass)?$/.test(file)) {
      problems.push({
        where,
        message: `found "${label}@${file}", expected a file: Lockstep never waits for a typed password`,
        hint: "a program that asks for it, or prints it, may stand in for the file",
      });
      continue;
    }
    const secret = await readPassword(where, file, label, cwd, problems);
    if (secret) {
      secretKeeper().password(secret.toString());
      passwords.push({ label, secret });
    }
  }
  return passwords;
}

/** A `LABEL@FILE`. */
export function namedId(id: string, where: string): NamedPassword {
  const at = id.indexOf("@");
  return { where, label: at > 0 ? id.slice(0, at) : "default", file: id.slice(at + 1) };
}

async function readPassword(
  where: string,
  file: string,
  label: string,
  cwd: string,
  problems: Problem[],
): Promise<Buffer | undefined> {
  const path = resolve(cwd, file.replace(/^~(?=\/|$)/, homedir()));
  const refuse = (message: string) => {
    problems.push({ where, message: `${file}: ${message}` });
    return undefined;
  };
  let secret: Buffer;
  try {
    const info = await stat(path);
    if (info.isDirectory()) return refuse("found a folder, expected a file with a password");
    const content = await readBounded(path);
    if (isProgram(info, content)) {
      // Ansible's convention: a program of this name wants to know which password is meant.
      const args = /-client(?:\.[^./]*)?$/.test(path) ? ["--vault-id", label] : [];
      const result = await runProgram(path, args, cwd);
      if ("failure" in result) return refuse(result.failure);
      secret = trimmed(result.stdout, /[\r\n]/);
    } else secret = trimmed(content, /\s/);
  } catch (error) {
    return refuse(`cannot read this file: ${error instanceof Error ? error.message : String(error)}`);
  }
  return secret.length > 0 ? secret : refuse("found nothing, expected a password");
}

function trimmed(bytes: Buffer, what: RegExp): Buffer {
  let [start, end] = [0, bytes.length];
  while (start < end && what.test(String.fromCharCode(bytes[start]!))) start++;
  while (end > start && what.test(String.fromCharCode(bytes[end - 1]!))) end--;
  return bytes.subarray(start, end);
}

/** Decrypts with whichever of the passwords fits; one with the label that the text asks for is tried first. */
export function unsealWith(passwords: readonly VaultPassword[]): Unseal {
  return (vaultText) => {
    const { label, salt, digest, cipher } = parse(vaultText);
    const ordered = [
      ...passwords.filter((password) => password.label === label),
      ...passwords.filter((password) => password.label !== label),
    ];
    for (const { secret } of ordered) {
      const keys = pbkdf2Sync(secret, salt, 10_000, 80, "sha256");
      const found = createHmac("sha256", keys.subarray(32, 64)).update(cipher).digest();
      if (found.length !== digest.length || !timingSafeEqual(found, digest)) continue;
      const aes = createDecipheriv("aes-256-ctr", keys.subarray(0, 32), keys.subarray(64, 80));
      const padded = Buffer.concat([aes.update(cipher), aes.final()]);
      const plain = padded.subarray(0, padded.length - (padded.at(-1) ?? 0));
      return new TextDecoder().decode(plain);
    }
    const many = passwords.length === 1
      ? "the password that was given"
      : `any of ${passwords.length} passwords`;
    throw new CannotOpen(
      `which ${many} does not decrypt`,
      label === "default" ? undefined : `it was encrypted with the password labelled "${label}"`,
    );
  };
}

interface Envelope {
  readonly label: string;
  readonly salt: Buffer;
  readonly digest: Buffer;
  readonly cipher: Buffer;
}

function parse(vaultText: string): Envelope {
  const [head = "", ...lines] = vaultText.trim().split(/\r?\n/);
  const [header, version, cipherName, label = "default"] = head.split(";").map((part) => part.trim());
  if (header !== HEADER || version === undefined || cipherName !== "AES256") {
    throw new CannotOpen("in a form that is not read", "expected $ANSIBLE_VAULT;1.1;AES256 or 1.2");
  }
  const [salt, digest, cipher] = fromHex(lines.join("")).toString("latin1").split("\n").map(fromHex);
  if (!salt || !digest || !cipher) throw damaged();
  return { label, salt, digest, cipher };
}

function fromHex(text: string): Buffer {
  const digits = text.replace(/\s/g, "");
  if (digits.length % 2 !== 0 || !/^[\da-fA-F]*$/.test(digits)) throw damaged();
  return Buffer.from(digits, "hex");
}

function damaged(): CannotOpen {
  return new CannotOpen("which is damaged", "encrypt it anew with ansible-vault");
}
