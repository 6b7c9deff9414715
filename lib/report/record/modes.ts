/**
 * Who may read what runs leave on this machine. It holds logs of devices, addresses and variables: it is the user's alone, unless the user
 * says otherwise with --reports-mode.
 * @module
 */

/** Modes of the files and of the folders that they lie in. */
export interface RecordModes {
  /** Of files. */
  readonly file: number;
  /** Of folders. */
  readonly folder: number;
}

/** The user's alone. */
export const PRIVATE: RecordModes = { file: 0o600, folder: 0o700 };

/** The modes that --reports-mode names by that of the files: who may read a file may enter its folder. */
export function recordModes(file: number): RecordModes {
  return { file, folder: 0o700 | (file & 0o040 ? 0o050 : 0) | (file & 0o004 ? 0o005 : 0) };
}

/** Makes a folder and those above it that are missing, with this mode whatever the umask is. */
export async function makeFolder(path: string, { folder }: RecordModes): Promise<void> {
  await Deno.mkdir(path, { recursive: true, mode: folder });
  await widen(path, folder);
}

/** What a umask may have taken away is given back, where the user asked for more than what is his alone. */
export async function widen(path: string, mode: number): Promise<void> {
  if ((mode & 0o077) !== 0 && Deno.build.os !== "windows") await Deno.chmod(path, mode);
}

/** The same for one file, at once. */
export function widenSync(path: string, mode: number): void {
  if ((mode & 0o077) !== 0 && Deno.build.os !== "windows") Deno.chmodSync(path, mode);
}
