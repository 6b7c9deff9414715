/**
 * What a simulated device answers to programs that only look: the same text as the programs of lib/facts print on a real one.
 * @module
 */
import { append } from "../../plain/append.ts";
import { freeSlot, slotLink } from "../../release.ts";
import type { FileOf, SetOf } from "./device.ts";
import { answer, type Answering, die } from "./answering.ts";

export const facts: Readonly<Record<string, Answering>> = {
  ping: () => answer(""),

  device: ({ user }) =>
    answer(
      lines([
        `uid=${user === "root" ? 0 : 1000}`,
        `user=${user}`,
        "system=Linux simulated",
        "rename=mv",
        "exchange=mv",
        "http=curl",
      ]),
    ),

  boundary: () => answer(""),

  layout: (device, { root = "" }) => {
    const { live, journal, armed, backups } = device;
    return answer(lines([
      `near=${root}`,
      "writable=yes",
      "root=present",
      "live=link",
      `target=${live}`,
      device.liveSet === undefined ? "broken=yes" : `resolved=${live}`,
      ...Object.entries(journal ?? {}).map(([key, value]) => `journal=${key}=${value}`),
      ...(armed === null ? [] : [`armed=${armed.run} ${Math.round((armed.at - Date.now()) / 1000)}`]),
      ...device.failed.map((line) => `failed=${line}`),
      ...[...device.releases.keys()].map((slot) => `release=${slot}`),
      ...[...device.staging?.keys() ?? []].map((id) => `staging=${id}`),
      ...[...backups.keys()].map((name) => `backup=${name}`),
    ]));
  },

  newest_backup: ({ backups }) => {
    const newest = [...backups.keys()].sort().at(-1);
    if (newest === undefined) return answer("");
    return answer(lines([`backup=${newest}`, ...digests(backups.get(newest)!.files)]));
  },

  lock_holder: () => answer(""),
  home: ({ user }) => answer(user === "root" ? "/root\n" : `/home/${user}\n`),

  space: () => answer(lines(["kib=100000000", "inodes=1000000"])),

  live: (device, { place: name = "" }) => {
    const set = name.startsWith("backup/") ? device.setAt(name) : device.liveSet;
    if (set === undefined) return answer("");
    return answer(lines([
      "= files",
      ...digests(set.files),
      `= kib ${kibOf(set)}`,
      ...(set.files.has("metadata.json") ? ["= metadata", metadataOf(set)] : []),
    ]));
  },

  staged: (device, { release: id = "" }, wanted) => {
    const text: string[] = [];
    const staging = device.staging?.get(id);
    if (staging !== undefined) append(text, ["= staging", ...digests(staging)]);
    for (const slot of [id, freeSlot(id, id)]) {
      const set = device.releases.get(slot);
      if (set !== undefined && device.live !== slotLink(slot)) {
        append(text, [`= slot ${slot}`, ...digests(set.files)]);
      }
    }
    const known = new Set([...device.liveSet?.files.values() ?? []].map(({ sha256 }) => sha256));
    text.push("= backups");
    for (const digest of wanted.filter((digest) => !known.has(digest))) {
      for (const [backup, { files }] of device.backups) {
        const found = [...files].find(([, { sha256 }]) => sha256 === digest);
        if (found === undefined) continue;
        append(text, digests(new Map([[`${backup}/${found[0]}`, found[1]]])));
        break;
      }
    }
    return answer(lines(text));
  },

  // Bytes that are nowhere have no blocks: a new version comes whole.
  blocks: () => answer(""),

  service: (_, { manager = "", service = "" }) => {
    const who = manager === "auto" ? "systemd" : manager;
    const known = who === "none" || (service === "" && who !== "command") ? "no" : "yes";
    const active = known === "no" || who === "command" ? "unknown" : "yes";
    return answer(
      lines([`manager=${who}`, `known=${known}`, `unit=${service}`, `active=${active}`, "may=yes"]),
    );
  },

  // Its pauses take no time.
  health: (device, { ready_url: url = "", attempts = "" }) =>
    device.well
      ? answer(lines(["attempts=1", "= metrics", "= health", '{"status":"ok","simulated":true}']))
      : die("unhealthy", `${url} is not ready after ${attempts} attempts: simulated_fault is sick`),

  ready: ({ well }) => answer(well ? "ready=yes\n" : ""),

  history: ({ history }) => answer(lines([history])),
};

function lines(text: readonly string[]): string {
  return text.map((line) => `${line}\n`).join("");
}

/** In sha256sum's form, which has odd names escaped. */
function digests(files: ReadonlyMap<string, FileOf>): string[] {
  return [...files].map(([name, { sha256 }]) => {
    const escaped = name.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
    return `${escaped === name ? "" : "\\"}${sha256}  ./${escaped}`;
  });
}

function kibOf({ files }: SetOf): number {
  return Math.ceil([...files.values()].reduce((sum, { bytes }) => sum + bytes, 0) / 1024);
}

/** A metadata.json that lists what is there: the bytes of the real one were never sent. */
function metadataOf({ files, version }: SetOf): string {
  const listed = [...files].filter(([name]) => name !== "metadata.json");
  return JSON.stringify({
    ...(version === null ? {} : { version }),
    artifacts_manifest: Object.fromEntries(listed.map(([name, { sha256 }]) => [name, sha256])),
  });
}
