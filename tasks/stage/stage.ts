/**
 * Promises that every file of the release is on the device, beside the live set and on the same filesystem, with the right digest. Files
 * that the device has anywhere (the live set, an earlier attempt, a backup) are taken from there; only what is nowhere is sent. What an
 * interrupted upload left is gone on with where its digest is that of the same bytes here. Of a large file with an older version in the
 * live set only the changed blocks are sent; with `--bwlimit`, what shrinks is sent compressed. A failure leaves the live set as it was.
 * `ok` when the release is live, sealed or staged whole.
 * @module
 */
import { format } from "@std/fmt/bytes";
import { blocksOf } from "../../lib/facts/blocks.ts";
import { device } from "../../lib/facts/device.ts";
import { type Layout, layout } from "../../lib/facts/releases/layout.ts";
import { type DeviceSet, live } from "../../lib/facts/releases/live.ts";
import { type Staged, staged } from "../../lib/facts/releases/staged.ts";
import {
  difference,
  freeSlot,
  holds,
  isExactly,
  type Listing,
  planTransfer,
  type Release,
  type ReleaseFile,
  releaseName,
  slotLink,
  type Transfer,
} from "../../lib/release.ts";
import { payloadOf } from "../../lib/remote/payload.ts";
import { program } from "../../lib/remote/program.ts";
import { defineTask, type ObservedHost, type Step, type TaskHost } from "../../lib/task.ts";
import { compressed } from "../../lib/transfer/compressed.ts";
import {
  blockSize,
  changedBlocks,
  type Delivery,
  LARGE,
  type Match,
  recipe,
  restOf,
  sentBytes,
  sentParts,
} from "../../lib/transfer/delivery.ts";
import { digestOfPrefix, digestsBeside, type LocalFile, samplesOf } from "../../lib/transfer/local_file.ts";
import takeText from "./stage_take.sh" with { type: "text" };
import receiveText from "./stage_receive.sh" with { type: "text" };

const takeFiles = program("take", takeText, { takes: ["root", "live", "release", "earlier"] });
const receiveFiles = program("receive", receiveText, { takes: ["root", "live", "release"] });

interface Found {
  readonly layout: Layout;
  readonly live: DeviceSet | null;
  readonly staged: Staged;
}

interface Observed extends Found {
  /** How files that have to be sent are sent, by name, where that is not as a whole. */
  readonly deliveries: ReadonlyMap<string, Delivery>;
}

/** A device copies at least so much in a second. Bytes. */
const SLOW_DISK = 1_000_000;

export const stage = defineTask<Observed>({
  name: "stage",
  perSet: true,
  changes: [staged, layout],
  action: ({ release }) => `stage ${releaseName(release)}`,
  observe: async (host) => {
    const [layoutFact, liveFact, stagedFact] = await Promise.all([
      host.look(layout),
      host.look(live),
      host.look(staged),
    ]);
    const found = { layout: layoutFact, live: liveFact, staged: stagedFact };
    return { ...found, deliveries: await deliveriesOf(found, host) };
  },
  plan: (observed, host) => {
    const { settings, release } = host;
    if (isThere(observed, release)) return { status: "ok" };
    const { take, send } = transferOf(observed, host);
    const lost = send.filter(({ path, content }) => path === undefined && content === undefined)
      .map((file) => file.name);
    if (lost.length > 0) {
      const evidence = `the device no longer has ${lost.join(", ")} as it was`;
      return {
        status: "failed",
        failure: { kind: "mismatch", evidence, next: "nothing changed; choose another backup" },
      };
    }
    const usable = usableStaging(observed.staged, release) !== null;
    const at = { root: settings.deployPath, live: settings.liveDir, release: release.id };
    const steps: Step[] = [{
      title: take.length === 0
        ? "prepare staging"
        : `take from the device: ${take.map((file) => file.name).join(", ")}`,
      program: takeFiles,
      args: takeFiles.args(
        { ...at, earlier: usable ? "keep" : "fresh" },
        take.flatMap(({ from, name }) => [from, name]),
      ),
      timeout: 1800,
    }];
    if (send.length > 0) {
      const files = send.map((file) => ({
        ...file,
        delivery: observed.deliveries.get(file.name) ?? restOf(file.bytes),
      }));
      const copied = files.flatMap(({ delivery }) => delivery.parts)
        .reduce((sum, { bytes, copy }) => copy === undefined ? sum : sum + bytes, 0);
      steps.push({
        title: `send ${files.map(inWords).join(", ")}`,
        program: receiveFiles,
        args: receiveFiles.args(
          at,
          files.flatMap(({ name, delivery }) => [
            name,
            String(delivery.kept),
            String(delivery.block),
            recipe(delivery),
          ]),
        ),
        payload: payloadOf(
          files.map(({ delivery, ...file }) => ({ ...file, ...delivery, parts: sentParts(delivery) })),
          Math.ceil(copied / SLOW_DISK),
        ),
        ...(copied === 0 ? {} : { timeout: 1800 }),
      });
    }
    return {
      status: "change",
      why: difference(observed.staged.staging ?? new Map(), release) ??
        "staging has files that are not part of it",
      steps,
      detail: { sent: send.map((file) => file.name), taken: take.map((file) => file.name) },
    };
  },
});

/** A file that is sent, and what of it. */
function inWords({ name, bytes, delivery }: ReleaseFile & { readonly delivery: Delivery }): string {
  const sent = sentBytes(delivery);
  if (sent === bytes) return `${name} (${bytes} bytes)`;
  const what = [
    delivery.kept > 0 ? "the rest" : [],
    delivery.block > 0 ? "changed blocks" : [],
    delivery.packed === undefined ? [] : "compressed",
  ].flat();
  return `${name} (${what.join(", ")}: ${format(sent)} of ${format(bytes)})`;
}

/**
 * How files are sent of which the device has a part. What is in staging is gone on with where it is a beginning of the file. Where it is not,
 * an earlier attempt has gone wrong, perhaps because the older version changed while its blocks were copied: then the file is sent whole.
 */
async function deliveriesOf(found: Found, host: ObservedHost): Promise<Map<string, Delivery>> {
  const { release, settings } = host;
  const { live, staged } = found;
  if (isThere(found, release)) return new Map();
  const staging = usableStaging(staged, release) ?? new Map<string, string>();
  const send = transferOf(found, { release, settings }).send.filter(isLocal);
  const begun: { file: LocalFile & ReleaseFile; kept: number; block: number }[] = [];
  for (const file of send) {
    const there = staging.get(file.name);
    const bytes = staged.unfinished.get(file.name) ?? Infinity;
    const goesOn = bytes < file.bytes && there === await digestOfPrefix(file, bytes);
    if (there === undefined) begun.push({ file, kept: 0, block: blockSize(file.bytes) });
    else if (goesOn) begun.push({ file, kept: bytes, block: blockSize(file.bytes) });
  }
  // A simulated device has no bytes to compare, and no file is read for it.
  const older = settings.connection === "simulated"
    ? []
    : begun.filter(({ file, kept }) => file.bytes - kept >= LARGE && live?.listing.has(file.name) === true);
  const cuttings = await Promise.all(older.map(async ({ file, block }) => {
    return { name: file.name, block, samples: await samplesOf(file, block) };
  }));
  const blocks = cuttings.length === 0 ? null : await host.look(blocksOf(cuttings));
  const deliveries = new Map<string, Delivery>();
  for (const { file, kept, block } of begun) {
    const version = blocks?.get(file.name);
    const delivery = version === undefined
      ? restOf(file.bytes, kept)
      : changedBlocks(file.bytes, kept, block, await matchesOf(file, block, version));
    deliveries.set(file.name, delivery);
  }
  if (!host.run.slow || send.length === 0 || !(await host.look(device)).gzip) return deliveries;
  for (const file of send) {
    const delivery = deliveries.get(file.name) ?? restOf(file.bytes);
    const packed = delivery.block > 0 ? null : await compressed(file, delivery.kept);
    if (packed !== null) deliveries.set(file.name, { ...delivery, packed });
  }
  return deliveries;
}

function isLocal(file: ReleaseFile): file is ReleaseFile & LocalFile {
  return file.path !== undefined;
}

/**
 * The blocks of an older version that are in the new file: where they were, or further on (or back) by as much as the file has grown (or
 * shrunk), which is where one insertion (or deletion) has moved them to.
 */
async function matchesOf(
  file: LocalFile,
  block: number,
  { bytes, digests }: { readonly bytes: number; readonly digests: readonly string[] },
): Promise<Match[]> {
  const matches: Match[] = [];
  for (const shift of new Set([0, file.bytes - bytes])) {
    const here = await digestsBeside(file, { block, bytes }, shift);
    for (const [at, digest] of digests.entries()) {
      if (digest !== here[at]) continue;
      const from = at * block;
      matches.push({
        at: from + shift,
        bytes: Math.min(block, bytes - from),
        copy: { block: at, count: 1 },
      });
    }
  }
  return matches;
}

/** Whether the release is complete where it can go live from without a byte being added. */
function isThere({ layout, live, staged }: Found, release: Release): boolean {
  if (layout.slot !== null && live !== null && holds(live.listing, release)) return true;
  if (staged.staging !== null) return isExactly(staged.staging, release);
  const sealed = staged.slots.get(freeSlot(release.id, layout.slot));
  return sealed !== undefined && isExactly(sealed, release);
}

/** What has to travel, and what the device has already. */
export function transferOf(
  { layout, live, staged }: Found,
  { release, settings }: Pick<TaskHost, "release" | "settings">,
): Transfer {
  const folders = [...staged.slots].map(([slot, listing]) => ({ path: slotLink(slot), listing }));
  if (live !== null) folders.push({ path: liveFolder(layout, settings.liveDir), listing: live.listing });
  folders.push({ path: "backup", listing: staged.backups });
  if (release.source !== undefined) folders.push(release.source);
  return planTransfer(release, usableStaging(staged, release) ?? new Map(), folders);
}

/** The folder of the live set: by its slot, or as the backup that it is, where that is so; else by the live name. */
function liveFolder({ resolved, slot }: Layout, liveDir: string): string {
  return resolved !== null && (slot !== null || /^backup\/[^/]+$/.test(resolved)) ? resolved : liveDir;
}

/** What staging holds, unless it holds files that are no part of the release: then it is made again. */
function usableStaging({ staging }: Staged, { files }: Release): Listing | null {
  const names = new Set(files.map((file) => file.name));
  return staging !== null && [...staging.keys()].every((name) => names.has(name)) ? staging : null;
}
