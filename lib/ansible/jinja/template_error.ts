/**
 * Why a template comes to nothing.
 * @module
 */

/** The message follows "found ": it names what was found instead of a value. */
export class TemplateError extends Error {
  override readonly name: string = "TemplateError";

  constructor(message: string, readonly hint?: string) {
    super(message);
  }
}

/** Something was used that is not defined. Where a variable of another template is to blame, `default()` may still make up for it. */
export class UndefinedError extends TemplateError {
  override readonly name = "UndefinedError";
}
