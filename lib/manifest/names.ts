/**
 * Names of files in a set: which may be used below a folder, here or on a device. Pure.
 * @module
 */
import { NAME_FOLDERS, NAME_LENGTH } from "./bounds.ts";

/** The name of the file that lists the others. It is never an entry of its own list. */
export const METADATA = "metadata.json";

/** Why a name must not be used below a folder, here or on a device, and what to do about it; null for a safe one. */
export function unsafeName(name: string): { readonly reason: string; readonly fix: string } | null {
  const relative = "name the file relative to the folder of metadata.json";
  const rename = "rename the file";
  if (name === "") return { reason: "it is empty", fix: relative };
  if (name.length > NAME_LENGTH) {
    return { reason: `it is longer than ${NAME_LENGTH} characters`, fix: rename };
  }
  const control = /\p{Cc}/u.exec(name)?.[0];
  if (control !== undefined) {
    const code = control.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
    return { reason: `it contains the control character U+${code}`, fix: rename };
  }
  if (!name.isWellFormed()) {
    return { reason: "it contains half of a surrogate pair, which no file name can", fix: rename };
  }
  if (/^[/\\]|^[A-Za-z]:/.test(name)) return { reason: "it is absolute", fix: relative };
  if (name.includes("\\")) return { reason: "it contains a backslash", fix: 'separate folders with "/"' };
  const segments = name.split("/");
  if (segments.length > NAME_FOLDERS + 1) {
    return { reason: `it is in more than ${NAME_FOLDERS} folders`, fix: "move the file further up" };
  }
  if (segments.includes("..")) return { reason: '".." leaves the folder', fix: relative };
  if (segments.includes(".")) return { reason: '"." is not a name', fix: relative };
  if (segments.includes("")) return { reason: "a part between slashes is empty", fix: relative };
  if (segments.some((segment) => segment.startsWith("-"))) {
    return { reason: 'a part begins with "-", which programs take for an option', fix: rename };
  }
  if (name === METADATA) {
    return { reason: "it is the manifest itself", fix: "remove the entry: metadata.json is always deployed" };
  }
  return null;
}

/** The folders that a name lies in: `a` and `a/b` for `a/b/c`. */
export function parentsOf(name: string): string[] {
  const segments = name.split("/");
  return segments.slice(1).map((_, index) => segments.slice(0, index + 1).join("/"));
}
