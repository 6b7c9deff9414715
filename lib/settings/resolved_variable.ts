/**
 * What a host's variable comes to, with what it holds of secrets remembered.
 * @module
 */
import { type Resolved, resolveVariable as resolveTemplate } from "../ansible/jinja/references.ts";
import type { Host } from "../ansible/types.ts";
import { noteSecret, noteUrl } from "../secrets.ts";

/** The value of a host's variable, `undefined` if it is not set. Throws TemplateError, and CannotOpen for an encrypted part. */
export function resolveVariable(host: Host, name: string, cwd: string): Resolved | undefined {
  const resolved = resolveTemplate(host, name, cwd);
  if (resolved?.secret) {
    // What was encrypted is known since it was opened; this is what it has become a part of.
    noteSecret(resolved.value);
    if (typeof resolved.value === "string") noteUrl(resolved.value);
  }
  return resolved;
}
