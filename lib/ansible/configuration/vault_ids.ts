/**
 * `vault_identity_list`: passwords with labels, each `LABEL@FILE`.
 * @module
 */
import { type Ground, pathOf } from "./values.ts";

/**
 * Those that are in files, with their paths. Relative ones are, as with Ansible, relative to the current folder, wherever they are written.
 */
export function vaultIds(list: readonly string[], { cwd, env }: Ground): readonly string[] {
  return list.filter((id) => !isPrompt(id)).map((id) => {
    const at = id.indexOf("@");
    return id.slice(0, at + 1) + pathOf(id.slice(at + 1), { cwd, env });
  });
}

/** Whether somebody would have to type this password. */
export function isPrompt(id: string): boolean {
  return /^prompt(?:_ask_vault_pass)?$/.test(id.slice(id.indexOf("@") + 1));
}
