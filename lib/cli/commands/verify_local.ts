/**
 * `verify-local`: touches no network.
 * @module
 */
import process from "node:process";
import { resolve } from "@std/path";
import { format } from "@std/fmt/bytes";
import { EXIT } from "../../errors.ts";
import { oneLine, toJson } from "../../plain/printable.ts";
import { inventorySources } from "../../ansible/mod.ts";
import { type Configured, configured } from "../options/configured.ts";
import { hostsOf, outputForm, print, readSets, setWarnings } from "../fleet/hosts.ts";
import { hostsCommand, type HostsOptions } from "../options/common.ts";
import { printJson, warn } from "../output/streams.ts";

export function verifyLocalCommand(done: (exitCode: number) => void) {
  return hostsCommand(
    "verify-local",
    "check the local artifact set against its metadata.json; touches no network",
  )
    .action(async (options) => done(await verifyLocal(await configured(options))));
}

async function verifyLocal(options: Configured<HostsOptions>): Promise<number> {
  const sets = await readSets(await localDirs(options), options);
  const form = outputForm(options);
  if (form === "json" || form === "ndjson") {
    const all = [...sets.values()].map(({ dir, id, version, files, bytes, unlisted }) => ({
      dir,
      id,
      version,
      bytes,
      files: files.map(({ name, sha256, bytes }) => ({ name, sha256, bytes })),
      unlisted,
    }));
    printJson(
      form === "json" ? toJson({ sets: all }, 2) + "\n" : all.map((set) => toJson(set) + "\n").join(""),
    );
    return EXIT.ok;
  }
  for (const set of sets.values()) {
    for (const { name, sha256, bytes } of set.files) {
      print(`ok  ${sha256}  ${oneLine(name)} (${format(bytes)})\n`);
    }
    print(
      `${oneLine(set.version ?? set.id)}: ${set.files.length - 1} files and metadata.json, ${
        format(set.bytes)
      } in ${oneLine(set.dir)}, release ${set.id}\n`,
    );
  }
  for (const warning of setWarnings(sets.values())) warn(warning);
  return EXIT.ok;
}

/** The folders to check: of every host where there is an inventory, else the one that is named or the usual one. */
async function localDirs(options: Configured<HostsOptions>): Promise<string[]> {
  const { env } = process;
  const { inventory, configuration } = options;
  const { sources } = inventorySources(inventory, { env, cwd: process.cwd(), configuration });
  if (sources.length > 0 || env.DEPLOY_HOST) {
    return (await hostsOf(options)).map((host) => host.artifactsDir);
  }
  return [resolve(options.artifacts ?? (env.ARTIFACTS_DIR || "artifacts_phase2"))];
}
