/**
 * The settings of each set of a host that has several (`sets`).
 * @module
 */
import { TemplateError } from "../../ansible/jinja/references.ts";
import { problemAt } from "../../ansible/problems.ts";
import type { Host } from "../../ansible/types.ts";
import { CannotOpen } from "../../ansible/vault/sealed.ts";
import type { Problem } from "../../errors.ts";
import { type SetHost, setHosts, writtenSets } from "../../sets/set_hosts.ts";
import { clashOf, withTimeToConfirm } from "../../sets/sets_of.ts";
import type { HostSettings, SettingsOptions } from "./host_settings.ts";
import { originOf } from "./written.ts";

/** The settings of a host as one of its sets sees it; what is wrong with them goes to `problems`. */
export type Convert = (host: Host, problems: Problem[]) => HostSettings | undefined;

/** The settings of each set; undefined if the host has no `sets`. What is wrong with them goes to `problems`. */
export function setsOfHost(
  host: Host,
  { cwd, artifactsDir }: SettingsOptions,
  problems: Problem[],
  convert: Convert,
): HostSettings[] | undefined {
  const written = writtenSets(host);
  if (written === undefined) return undefined;
  const before = problems.length;
  const origin = originOf(host, written);
  let hosts: SetHost[] = [];
  try {
    hosts = setHosts(host, cwd, problems);
  } catch (error) {
    if (!(error instanceof TemplateError || error instanceof CannotOpen)) throw error;
    problems.push(problemAt(origin, `found ${error.message}`, error.hint));
  }
  const sets = hosts.flatMap(({ name, host }) => {
    const settings = convert(host, problems);
    return settings === undefined ? [] : [{ ...settings, set: name }];
  });
  if (problems.length > before) return undefined;
  const clash = clashOf(sets);
  if (clash !== null) {
    const place = { ...origin, path: `${origin.path ?? written}[${clash.at}]` };
    problems.push(problemAt(place, `found ${clash.message}`, "give each set a deploy_path of its own"));
  } else if (artifactsDir && sets.length > 1) {
    const hint = "leave --artifacts out: each set names its artifacts_dir";
    problems.push(problemAt(origin, `found --artifacts, and ${sets.length} sets`, hint));
  }
  return withTimeToConfirm(sets);
}
