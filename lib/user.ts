/**
 * The user that runs this program, as far as it can be known.
 * @module
 */
import { userInfo } from "node:os";

/** What Deno wants to be allowed before it says any of it. */
const NEEDED = ["uid", "gid", "username", "homedir"] as const;

/** Null without the permission to ask (`--allow-sys`), and for a user without an entry in the user database. Never asks at a prompt. */
export function currentUser(): { readonly username: string; readonly homedir: string } | null {
  if (NEEDED.some((kind) => Deno.permissions.querySync({ name: "sys", kind }).state !== "granted")) {
    return null;
  }
  try {
    return userInfo();
  } catch {
    return null;
  }
}
