/**
 * Why a template comes to nothing.
 * @module
 */

/** The message follows "found ": it names what was found instead of a value. */
export class TemplateError extends Error {
  override readonly name: string = "TemplateError";
  /** 1-based: where in a template it is, if that has several lines. */
  line?: number;

  constructor(message: string, readonly hint?: string) {
    super(message);
  }
}

/** Something was used that is not defined. If a variable of another template is to blame, `default()` may still make up for it. */
export class UndefinedError extends TemplateError {
  override readonly name = "UndefinedError";
}

/** Ansible would evaluate it, and Lockstep does not: never a reason to go on without it. */
export class Unsupported extends TemplateError {
  override readonly name = "Unsupported";
}

/** It takes more than any template may: the same text is not tried again for the next host. */
export class Excess extends TemplateError {
  override readonly name = "Excess";
}
