/**
 * Values that somebody has encrypted with ansible-vault. Whatever prints one prints what `ansible-inventory` does: its cipher text. The plain
 * value is held where neither JSON nor an error message finds it, and given only to who asks for it by name.
 * @module
 */
import type { Problem } from "../../errors.ts";
import type { Json } from "../../plain/json.ts";
import { secretKeeper } from "../secret_keeper.ts";

/** Decrypts a vault text, or throws CannotOpen. */
export type Unseal = (vaultText: string) => string;

/** Why a value stays sealed: follows "found a value encrypted by ansible-vault, ". */
export class CannotOpen extends Error {
  override readonly name = "CannotOpen";

  constructor(message: string, readonly hint?: string) {
    super(message);
  }
}

/** An encrypted value. It is plain JSON to everybody but `settings.ts`. */
export class Sealed {
  /** As `ansible-inventory` prints it. */
  readonly __ansible_vault: string;
  readonly #open: () => Json;
  readonly #ofFile: boolean;

  private constructor(vaultText: string, open: () => Json, ofFile: boolean) {
    this.__ansible_vault = vaultText;
    this.#open = open;
    this.#ofFile = ofFile;
  }

  /** A value that is decrypted when somebody needs it, if anybody ever does. */
  static text(vaultText: string, unseal: Unseal): Json {
    let plain: string | undefined;
    return new Sealed(vaultText, () => {
      if (plain === undefined) secretKeeper().opened(plain = unseal(vaultText));
      return plain;
    }, false) as unknown as Json;
  }

  /** A value out of a file that is encrypted as a whole; it prints as the name of that file. */
  static from(file: string, value: Json): Json {
    secretKeeper().opened(value);
    return new Sealed(`in ${file}`, () => value, true) as unknown as Json;
  }

  /** Whether it was a plain value in a file that is encrypted as a whole. */
  get ofFile(): boolean {
    return this.#ofFile;
  }

  /** The plain value. Throws CannotOpen. */
  open(): Json {
    return this.#open();
  }
}

/** Whether a value is encrypted. */
export function isSealed(value: unknown): value is Sealed {
  return value instanceof Sealed;
}

/** If no password was given. */
export const noPassword: Unseal = () => {
  throw new CannotOpen(
    "and no password for it",
    "give --vault-password-file FILE, or set ANSIBLE_VAULT_PASSWORD_FILE",
  );
};

/** A text that may have been encrypted as a whole; `secret` says whether it was. */
export interface PlainText {
  readonly text: string;
  readonly secret: boolean;
}

/** Decrypts a file's text if it is encrypted as a whole. Undefined (and a problem) if that cannot be done. */
export function unsealFile(
  file: string,
  text: string,
  unseal: Unseal,
  problems: Problem[],
): PlainText | undefined {
  if (!text.startsWith("$ANSIBLE_VAULT")) return { text, secret: false };
  try {
    return { text: unseal(text), secret: true };
  } catch (error) {
    if (!(error instanceof CannotOpen)) throw error;
    const { message, hint } = error;
    problems.push({
      where: file,
      message: `found a file encrypted by ansible-vault, ${message}`,
      ...(hint === undefined ? {} : { hint }),
    });
    return undefined;
  }
}

/** Problems as they may be told of a text that was encrypted: where, but not what. */
export function discreet(problems: readonly Problem[]): Problem[] {
  return problems.map(({ where, line, col }) => ({
    where,
    ...(line === undefined ? {} : { line }),
    ...(col === undefined ? {} : { col }),
    message: "found an error in this encrypted file; its content is not shown",
    hint: `look at it with: ansible-vault view ${where}`,
  }));
}
