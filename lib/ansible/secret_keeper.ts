/**
 * What an application does about secrets that come to light while an inventory is read: remembers them, so that it can mask them wherever they
 * turn up. Without one nothing is remembered.
 * @module
 */

/** Remembers secrets, and masks what it remembers. */
export interface SecretKeeper {
  /** A value that was encrypted. */
  opened(value: unknown): void;
  /** A password that opens encrypted values. */
  password(text: string): void;
  /** A variable of `-e`: its name may say that it is secret. */
  extraVariable(name: string, value: unknown): void;
  /** Whether a variable of this name is secret without more being said. */
  isSecretName(name: string): boolean;
  /** A text without the secrets that are known. */
  masked(text: string): string;
}

let keeper: SecretKeeper = {
  opened: () => {},
  password: () => {},
  extraVariable: () => {},
  isSecretName: () => false,
  masked: (text) => text,
};

/** Has `next` keep the secrets of every inventory of this process. */
export function keepSecretsWith(next: SecretKeeper): void {
  keeper = next;
}

export function secretKeeper(): SecretKeeper {
  return keeper;
}
