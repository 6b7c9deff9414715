/**
 * What a run has fetched from devices: `<run>/fetched/<host>/<path on the device>`, for whom the run's other files are.
 * @module
 */
import { join } from "@std/path";
import { safeName } from "./host_file.ts";
import { makeFolder, type RecordModes, widen } from "./modes.ts";

const FETCHED = "fetched";

/**
 * Keeps a file of a device among a run's files, whole or not at all, in the place of an earlier one. Each part of the path is named as hosts'
 * files are, so that neither a host's name nor a path leads anywhere else. Returns where it is, from the run's folder, separated by "/".
 */
export async function keepFetched(
  run: string,
  modes: RecordModes,
  host: string,
  path: string,
  bytes: Uint8Array,
): Promise<string> {
  const names = [FETCHED, safeName(host), ...path.split("/").filter((part) => part !== "").map(safeName)];
  let folder = run;
  for (const name of names.slice(0, -1)) {
    folder = join(folder, name);
    await makeFolder(folder, modes);
  }
  // No name of a file that is kept begins so.
  const temporary = join(folder, `.${crypto.randomUUID()}`);
  try {
    await Deno.writeFile(temporary, bytes, { createNew: true, mode: modes.file });
    await widen(temporary, modes.file);
    await Deno.rename(temporary, join(folder, names.at(-1)!));
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
  return names.join("/");
}
