/**
 * What a host's variable comes to once its templates are evaluated.
 * @module
 */
import type { Json } from "../../plain/json.ts";
import { isPythonNumber } from "../python/python_number.ts";
import type { Host } from "../types.ts";
import { isTemplate, isUnsafe, plain } from "../values.ts";
import { isSealed } from "../vault/sealed.ts";
import { HostNames } from "./host_names.ts";
import { renderFile } from "./render.ts";
import { Run } from "./values/run.ts";
import { TemplateError } from "./values/template_error.ts";
import { dataOf } from "./values/text.ts";
import { OMIT } from "./values/values.ts";

export { TemplateError };

/** What a value comes to. */
export interface Resolved {
  readonly value: Json;
  /** Whether an encrypted value is part of it. */
  readonly secret: boolean;
}

/** Longer than any setting. Characters. */
const LONGEST = 100_000;
const DEEPEST = 100;

/**
 * The value of a host's variable, `undefined` if it is not set, or comes to Ansible's `omit`. Throws a TemplateError, and CannotOpen for an
 * encrypted part.
 */
export function resolveVariable(host: Host, name: string, cwd: string): Resolved | undefined {
  if (!Object.hasOwn(host.vars, name)) return undefined;
  const raw = host.vars[name]!;
  if (isSealed(raw) && !raw.ofFile) return { value: raw.open(), secret: true };
  if (!isSealed(raw) && !hasTemplate(raw)) return { value: plain(raw) as Json, secret: false };
  const run = new Run();
  const value = new HostNames(host, { run, cwd, chain: [] }).templated(raw, name);
  if (value === OMIT) return undefined;
  const data = dataOf(value, run);
  if (typeof data === "string" && data.length > LONGEST) {
    throw new TemplateError("a template whose result is too long");
  }
  return { value: data, secret: run.isSecret(data) };
}

/** What a template that is a file of its own comes to for a host, and what of it is made of secrets. Throws a TemplateError with its line, and CannotOpen. */
export function renderFileFor(
  host: Host,
  text: string,
  cwd: string,
): { text: string; secrets: readonly string[] } {
  const run = new Run();
  return renderFile(text, new HostNames(host, { run, cwd, chain: [] }), run);
}

/** Whether there is a template anywhere in a value. */
function hasTemplate(value: Json, depth = 0): boolean {
  if (typeof value !== "object" || value === null) return isTemplate(value);
  if (isPythonNumber(value) || isUnsafe(value) || isSealed(value) || depth > DEEPEST) return false;
  return Object.values(value).some((inner) => hasTemplate(inner, depth + 1));
}
