/**
 * Promises that every file of the release is on the device, beside the live set and on the same filesystem, with the right digest. Files
 * that the device has anywhere (the live set, an earlier attempt, a backup) are taken from there; only what is nowhere is sent. What an
 * interrupted upload left is used only where its digest is right. A failure leaves the live set as it was.
 * `ok` when the release is live, sealed or staged whole.
 * @module
 */
import { type Layout, layout } from "../lib/facts/layout.ts";
import { type DeviceSet, live } from "../lib/facts/live.ts";
import { type Staged, staged } from "../lib/facts/staged.ts";
import {
  difference,
  freeSlot,
  holds,
  isExactly,
  type Listing,
  planTransfer,
  type Release,
  releaseName,
  slotLink,
  type Transfer,
} from "../lib/release.ts";
import { payloadOf } from "../lib/remote/payload.ts";
import { program } from "../lib/remote/program.ts";
import { defineTask, type Step, type TaskHost } from "../lib/task.ts";
import takeText from "./stage_take.sh" with { type: "text" };
import receiveText from "./stage_receive.sh" with { type: "text" };

const takeFiles = program("take", takeText);
const receiveFiles = program("receive", receiveText);

interface Observed {
  readonly layout: Layout;
  readonly live: DeviceSet | null;
  readonly staged: Staged;
}

export const stage = defineTask<Observed>({
  name: "stage",
  changes: [staged, layout],
  action: ({ release }) => `stage ${releaseName(release)}`,
  observe: async (host) => {
    const [layoutFact, liveFact, stagedFact] = await Promise.all([
      host.look(layout),
      host.look(live),
      host.look(staged),
    ]);
    return { layout: layoutFact, live: liveFact, staged: stagedFact };
  },
  plan: (observed, host) => {
    const { settings, release } = host;
    if (isThere(observed, release)) return { status: "ok" };
    const { take, send } = transferOf(observed, host);
    const lost = send.filter((file) => file.path === undefined).map((file) => file.name);
    if (lost.length > 0) {
      const evidence = `the device no longer has ${lost.join(", ")} as it was`;
      return {
        status: "failed",
        failure: { kind: "mismatch", evidence, next: "nothing changed; choose another backup" },
      };
    }
    const usable = usableStaging(observed.staged, release) !== null;
    const steps: Step[] = [{
      title: take.length === 0
        ? "prepare staging"
        : `take from the device: ${take.map((file) => file.name).join(", ")}`,
      program: takeFiles,
      args: [
        settings.deployPath,
        release.id,
        usable ? "keep" : "fresh",
        ...take.flatMap(({ from, name }) => [from, name]),
      ],
      timeout: 1800,
    }];
    if (send.length > 0) {
      steps.push({
        title: `send ${send.map((file) => `${file.name} (${file.bytes} bytes)`).join(", ")}`,
        program: receiveFiles,
        args: [
          settings.deployPath,
          settings.liveDir,
          release.id,
          ...send.flatMap((file) => [String(file.bytes), file.name]),
        ],
        payload: payloadOf(send),
      });
    }
    return {
      status: "change",
      why: difference(observed.staged.staging ?? new Map(), release) ??
        "staging holds files that are not part of it",
      steps,
      detail: { sent: send.map((file) => file.name), taken: take.map((file) => file.name) },
    };
  },
});

/** Whether the release is complete where it can go live from without a byte being added. */
function isThere({ layout, live, staged }: Observed, release: Release): boolean {
  if (layout.slot !== null && live !== null && holds(live.listing, release)) return true;
  if (staged.staging !== null) return isExactly(staged.staging, release);
  const sealed = staged.slots.get(freeSlot(release.id, layout.slot));
  return sealed !== undefined && isExactly(sealed, release);
}

/** What has to travel, and what the device has already. */
export function transferOf(
  { layout, live, staged }: Observed,
  { release, settings }: Pick<TaskHost, "release" | "settings">,
): Transfer {
  const folders = [...staged.slots].map(([slot, listing]) => ({ path: slotLink(slot), listing }));
  if (live !== null) folders.push({ path: liveFolder(layout, settings.liveDir), listing: live.listing });
  folders.push({ path: "backup", listing: staged.backups });
  if (release.source !== undefined) folders.push(release.source);
  return planTransfer(release, usableStaging(staged, release) ?? new Map(), folders);
}

/** The folder of the live set, below the deploy path where it is there. */
function liveFolder({ resolved }: Layout, liveDir: string): string {
  return resolved === null || resolved.startsWith("/") ? liveDir : resolved;
}

/** What staging holds, unless it holds files that are no part of the release: then it is made afresh. */
function usableStaging({ staging }: Staged, { files }: Release): Listing | null {
  const names = new Set(files.map((file) => file.name));
  return staging !== null && [...staging.keys()].every((name) => names.has(name)) ? staging : null;
}
