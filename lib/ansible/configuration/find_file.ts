/**
 * Where the configuration is: Ansible's four places, of which the first that is there is the only one.
 * @module
 */
import { access, constants, stat } from "node:fs/promises";
import process from "node:process";
import { join, resolve } from "@std/path";
import type { Problem } from "../../errors.ts";
import { type Ground, homeOf, pathOf } from "./values.ts";

const NAME = "ansible.cfg";
const OTHERS_MAY_WRITE = 0o002;

/** The file (absolute), undefined if there is none. */
export async function findConfiguration(
  ground: Ground,
  warn: (warning: Problem) => void,
  system = "/etc/ansible/ansible.cfg",
): Promise<string | undefined> {
  const { cwd, env } = ground;
  const named = env.ANSIBLE_CONFIG ? await fileOrFolder(pathOf(env.ANSIBLE_CONFIG, ground)) : undefined;
  const here = join(cwd, NAME);
  const isPublic = await othersMayWrite(cwd);
  const home = homeOf(env);
  const places = [
    named,
    isPublic ? undefined : here,
    home === undefined ? undefined : resolve(cwd, home, `.${NAME}`),
    system,
  ];
  let file: string | undefined;
  for (const place of places) if (place !== undefined && await isReadable(place)) file ??= place;
  if (named !== undefined && file !== named) {
    warn({
      where: "ANSIBLE_CONFIG",
      message: `found no ${named}, so ${file ?? "no other"} is read, as with Ansible`,
      hint: "set it to an existing file, or unset it",
    });
  }
  if (isPublic && (named === undefined || file !== named) && await isReadable(here)) {
    warn({
      where: NAME,
      message: "is not read, as with Ansible: this folder is world-writable",
      hint: `chmod o-w ${cwd}; or, if you trust it, set ANSIBLE_CONFIG=${here}`,
    });
  }
  return file;
}

async function fileOrFolder(path: string): Promise<string> {
  return await isFolder(path) ? join(path, NAME) : path;
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then((info) => info.isDirectory(), () => false);
}

/** What may not be looked at (`--allow-read`) is as if it were not there. */
async function isReadable(path: string): Promise<boolean> {
  return await access(path, constants.R_OK).then(() => true, () => false);
}

async function othersMayWrite(folder: string): Promise<boolean> {
  if (process.platform === "win32") return false;
  return await stat(folder).then(({ mode }) => (mode & OTHERS_MAY_WRITE) !== 0, () => true);
}
