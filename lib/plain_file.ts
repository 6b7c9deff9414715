/**
 * Opens files of which we know what they are: a file that was looked at by its name may be a link, or a pipe, when it is opened.
 * @module
 */

/**
 * Opens a file to read. `path` must be real: with no link in it, as `Deno.realPath()` gives it. Throws where it is a link by now, leads through
 * one, is no regular file (a pipe would keep us waiting), or is swapped while it is opened.
 */
export async function openPlain(path: string): Promise<Deno.FsFile> {
  const named = await Deno.lstat(path);
  if (!named.isFile || await Deno.realPath(path) !== path) {
    throw new Error(
      `${path} is not the regular file any more that it was: a link has taken its place, or its folder's`,
    );
  }
  const file = await Deno.open(path);
  const opened = await file.stat();
  if (opened.isFile && opened.ino === named.ino && opened.dev === named.dev) return file;
  file.close();
  throw new Error(`${path} was swapped while it was opened`);
}
