/**
 * Paths on this machine that variables have.
 * @module
 */
import { dirname, isAbsolute, join, resolve as resolvePath } from "@std/path";
import type { Host } from "../../ansible/types.ts";
import type { SettingsOptions } from "./host_settings.ts";
import { originOf, writtenName } from "./written.ts";

const DEFAULT_ARTIFACTS = "artifacts_phase2";

/** The folder of the local set, absolute. */
export function artifactsDir(host: Host, variable: string | undefined, options: SettingsOptions): string {
  if (options.artifactsDir) return absolute(options.artifactsDir, options.cwd, options);
  if (variable !== undefined) {
    const { file, line } = originOf(host, writtenName(host, "artifacts_dir"));
    // What -e or the environment says is relative to where the user stands. A program's output has no lines, but a place.
    const placeless = line === 0 && ["-e", "environment", host.name].includes(file);
    return absolute(variable, !placeless ? resolvePath(options.cwd, dirname(file)) : options.cwd, options);
  }
  return absolute(options.env.ARTIFACTS_DIR || DEFAULT_ARTIFACTS, options.cwd, options);
}

/** A local path as an absolute one, `~/` being the user's home. */
export function absolute(path: string, base: string, { env }: SettingsOptions): string {
  const home = env.HOME ?? env.USERPROFILE;
  if (home && /^~(?:$|[/\\])/.test(path)) return join(home, path.slice(1));
  return isAbsolute(path) ? path : resolvePath(base, path);
}
