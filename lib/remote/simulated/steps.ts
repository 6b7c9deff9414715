/**
 * What the steps of tasks do to a simulated device: the same as their programs in tasks/ do to a real one.
 * @module
 */
import { linkSlot, slotLink } from "../../release.ts";
import { answer, type Answering, die } from "./answering.ts";
import type { FileOf } from "./device.ts";

const DONE = answer("");

export const steps: Readonly<Record<string, Answering>> = {
  // Nobody else can reach it.
  lock: () => answer("held\n"),
  unlock: () => DONE,

  backup: (device, { wanted = "" }) => {
    const set = device.liveSet;
    if (set === undefined) return die("exit", "cannot copy the live set");
    let name = wanted;
    for (let n = 2; device.backups.has(name); n++) name = `${wanted}-${n}`;
    device.keep("backups", name, set);
    return DONE;
  },

  take: (device, { release: id = "", earlier }, pairs) => {
    device.staging ??= new Map();
    const staging = (earlier === "fresh" ? undefined : device.staging.get(id)) ?? new Map<string, FileOf>();
    device.staging.set(id, staging);
    for (const [source, name] of inPairs(pairs)) {
      const file = device.fileAt(source);
      if (file === undefined) return die("exit", `cannot copy ${source}`);
      staging.set(name, file);
    }
    return DONE;
  },

  // The bytes stay where they are: what they would be is known from their digests.
  receive: (device, { root = "", release: id = "" }, words, payload) => {
    const staging = device.staging?.get(id);
    // It is asked for no blocks and keeps no half of a file, so every file comes as one part.
    const files = Array.from({ length: words.length / 4 }, (_, at) => [words[4 * at]!, words[4 * at + 3]!]);
    for (const [at, [name = "", bytes = ""]] of files.entries()) {
      const sha256 = payload?.files?.[at]?.sha256;
      if (sha256 === undefined || staging === undefined) return die("exit", `cannot write ${name}`);
      if (device.fault === "no-space") {
        return die("no-space", `cannot write ${name}: no space left under ${root}`);
      }
      staging.set(name, { sha256, bytes: Number(bytes) });
    }
    return DONE;
  },

  seal: (device, { release: id = "", new_slot: slot = "" }) => {
    const files = device.staging?.get(id);
    if (files === undefined) return die("exit", "cannot seal the release");
    if (device.live === slotLink(slot)) return die("unsuitable", `the slot ${slot} is live`);
    device.unstage(id);
    device.keep("releases", slot, { files, version: null });
    return DONE;
  },

  arm: (device, { run = "", seconds }) => {
    device.armed = { run, at: Date.now() + Number(seconds) * 1000 };
    return DONE;
  },

  switch: (device, { target = "", run = "", since = "", undo }) => {
    if (device.setAt(target) === undefined) return die("not-found", `${target} is gone`);
    const { journal, live } = device;
    if (undo === "undo") device.armed = null;
    device.journal = {
      release: target,
      previous: journal?.previous ?? live,
      run,
      since,
      restarted: live !== target ? "" : journal?.release === target ? journal.restarted : "yes",
    };
    device.live = target;
    return DONE;
  },

  restart: (device) => {
    if (device.journal !== null) device.journal = { ...device.journal, restarted: "yes" };
    return DONE;
  },

  confirm: (device, { entry = "", failed = "", mark = "", well = "" }, expired) => {
    device.armed = null;
    if (device.journal === null) return die("timeout", "there is no switch to confirm");
    const others = device.failed.filter((line) => ![failed, well].includes(line.split(" ")[0]!));
    device.failed = failed === "" ? others : [...others, `${failed} ${mark}`];
    device.history = entry;
    device.journal = null;
    const slot = linkSlot(device.live);
    device.drop("releases", [...device.releases.keys()].filter((name) => name !== slot));
    // The device could read it in metadata.json, whose bytes have not come.
    const { version } = JSON.parse(entry) as { version: string | null };
    for (const [name, set] of device.releases) {
      if (set.version === null) device.keep("releases", name, { ...set, version });
    }
    device.staging = null;
    device.drop("backups", expired.filter((name) => device.live !== `backup/${name}`));
    return DONE;
  },

  cleanup: (device, _, paths) => {
    for (const path of paths.filter((path) => path !== device.live)) {
      const name = path.split("/").at(-1)!;
      if (path.startsWith(".lockstep/staging/")) device.unstage(name);
      else device.drop(path.startsWith("backup/") ? "backups" : "releases", [name]);
    }
    return DONE;
  },

  withdraw: (device) => {
    device.armed = null;
    device.journal = null;
    return DONE;
  },

  exec: () => die("unsuitable", "a simulated device runs no command"),
};

function inPairs(words: readonly string[]): [string, string][] {
  return Array.from({ length: words.length / 2 }, (_, at) => [words[2 * at]!, words[2 * at + 1]!]);
}
