/**
 * Opens a file and makes sure that it is still a regular file: a path that was checked before may be a link, or a pipe, when it is opened.
 * @module
 */

/**
 * Opens a file to read. `path` must be real: with no link in it, as `Deno.realPath()` gives it. Throws if it is a link by now, leads
 * through one, is not a regular file (a pipe would keep us waiting), or is swapped while it is opened.
 */
export async function openPlain(path: string): Promise<Deno.FsFile> {
  const named = await Deno.lstat(path);
  if (!named.isFile || await Deno.realPath(path) !== path) {
    throw new Error(
      `${path} is no longer the regular file that it was: a link has replaced it or its folder`,
    );
  }
  const file = await Deno.open(path);
  const opened = await file.stat();
  if (opened.isFile && opened.ino === named.ino && opened.dev === named.dev) return file;
  file.close();
  throw new Error(`${path} was swapped while it was opened`);
}
