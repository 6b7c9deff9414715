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
import { releasesOf } from "../../manifest.ts";
import { setsOf } from "../../sets/sets_of.ts";
import { nameList } from "../../report/words/text.ts";
import { type Configured, configured } from "../options/configured.ts";
import { inventoryOf, settingsFor } from "../fleet/hosts.ts";
import { hostsCommand, type HostsOptions } from "../options/common.ts";
import { print, printJson, warn } from "../output/streams.ts";
import { outputForm } from "../output/views.ts";
import { readSets, setWarnings } from "../fleet/sets.ts";
import { exits } from "../exits.ts";

export function verifyLocalCommand() {
  return hostsCommand(
    "verify-local",
    "check the local artifact set against its metadata.json; touches no network",
  )
    .action(exits(async (options) => await verifyLocal(await configured(options))));
}

async function verifyLocal(options: Configured<HostsOptions>): Promise<number> {
  const { dirs, hosts, settings } = await localHosts(options);
  const sets = await readSets(dirs, options);
  const releases = releasesOf(sets, settings, hosts, process.cwd());
  const form = outputForm(options);
  if (form === "json" || form === "ndjson") {
    const all = [...sets].map(([folder, { dir, id, version, files, bytes, unlisted, templates }]) => ({
      dir,
      id,
      version,
      bytes,
      files: files.map(({ name, sha256, bytes }) => ({ name, sha256, bytes })),
      unlisted,
      ...(templates === undefined
        ? {}
        : { templates: templates.files.map(({ name }) => name), rendered: releases.rendered(folder) ?? {} }),
    }));
    printJson(
      form === "json" ? toJson({ sets: all }, 2) + "\n" : all.map((set) => toJson(set) + "\n").join(""),
    );
    return EXIT.ok;
  }
  for (const [folder, set] of sets) {
    for (const { name, sha256, bytes } of set.files) {
      print(`ok  ${sha256}  ${oneLine(name)} (${format(bytes)})\n`);
    }
    print(
      `${oneLine(set.version ?? set.id)}: ${set.files.length - 1} files and metadata.json, ${
        format(set.bytes)
      } in ${oneLine(set.dir)}, release ${set.id}\n`,
    );
    if (set.templates !== undefined) {
      const names = set.templates.files.map(({ name }) => oneLine(name)).join(", ");
      print(`  rendered for each host: ${names}\n`);
      const byRelease = Map.groupBy(
        Object.entries(releases.rendered(folder) ?? {}),
        ([, release]) => release,
      );
      for (const [release, entries] of byRelease) {
        print(`  release ${release}: ${nameList(entries.map(([host]) => host), 8)}\n`);
      }
    }
  }
  for (const warning of setWarnings(sets.values())) warn(warning);
  return EXIT.ok;
}

/** The hosts, and the folders to check: theirs if there is an inventory, else the one that is named or the usual one. */
async function localHosts(options: Configured<HostsOptions>) {
  const { env } = process;
  const { inventory, configuration } = options;
  const { sources } = inventorySources(inventory, { env, cwd: process.cwd(), configuration });
  if (sources.length > 0 || env.DEPLOY_HOST) {
    const { hosts } = await inventoryOf(options);
    const settings = settingsFor(hosts, options).flatMap(setsOf);
    return { dirs: settings.map((host) => host.artifactsDir), hosts, settings };
  }
  return {
    dirs: [resolve(options.artifacts ?? (env.ARTIFACTS_DIR || "artifacts_phase2"))],
    hosts: [],
    settings: [],
  };
}
