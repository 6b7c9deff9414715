/**
 * Switches the live name to the sealed release by one rename, so that a reader sees the old set or the new one and nothing between. What is
 * about to happen is in the device's journal first, so that the next run knows. A live folder, as the manual leaves it, becomes a
 * release of its own; where the device can exchange two names in one step (`mv --exchange`, python3, perl) the live name is there all
 * along, elsewhere it is missing for the time between two renames, and the next contact mends a switch that was cut right there.
 * A failure leaves the old set live. `ok` when the release is live.
 *
 * Rolling back is this task with an earlier release.
 * @module
 */
import { type Device, device } from "../../lib/facts/device.ts";
import { type Layout, layout } from "../../lib/facts/releases/layout.ts";
import { type Service, service } from "../../lib/facts/service.ts";
import { type DeviceSet, live } from "../../lib/facts/releases/live.ts";
import { freeSlot, holds, releaseName, slotLink, slotRelease } from "../../lib/release.ts";
import { defineTask, type Plan, type Step, type TaskHost } from "../../lib/task.ts";
import { bare, type NamedProgram, prelude, program } from "../../lib/remote/program.ts";
import { forEachManager } from "../../lib/service_managers/mod.ts";
import text from "./commit.sh" with { type: "text" };
import withdrawText from "./commit_withdraw.sh" with { type: "text" };
import armText from "./commit_arm.sh" with { type: "text" };
import restoreText from "./commit_restore.sh" with { type: "text" };
import { restartTexts } from "../restart/restart.ts";
import { CONTROL_TAKES, controlValues } from "../restart/service_control.ts";
import { verify } from "../verify.ts";

const switchLive = program("switch", text, {
  takes: ["root", "live", "target", "run", "since", "rename", "exchange", "undo", "serving"],
});
/** Leaves a device with nothing announced and nothing armed. */
export const withdrawSwitch: NamedProgram<"root"> = program("withdraw", withdrawText, { takes: ["root"] });
const armDevice = program("arm", armText, {
  takes: ["live", "run", "seconds", "restore_bytes", "restart_bytes", "rename", "manager", ...CONTROL_TAKES],
  receives: true,
});

const restore = program("restore", restoreText, { takes: ["root", "run", "when"] });

/** What the device runs by itself, each with the prelude in front: it has no session to get that from. */
const restoreScript = `${prelude}\n${restore.text}`;
/** It has its values as variables of the first, which reads them from files. */
const restartScripts = forEachManager((_, manager) => `${prelude}\n${bare(restartTexts[manager])}`);

const armInputs: Partial<Record<keyof typeof restartScripts, Uint8Array>> = {};

/** Both scripts as they are sent. Encoded once: they are longer than all else that is made for a host. */
function armInputOf(manager: keyof typeof restartScripts): Uint8Array {
  return armInputs[manager] ??= new TextEncoder().encode(restoreScript + restartScripts[manager]);
}

interface Observed {
  readonly device: Device;
  readonly layout: Layout;
  readonly live: DeviceSet | null;
  readonly service: Service;
}

export const commit = defineTask<Observed>({
  name: "commit",
  perSet: true,
  switches: true,
  changes: [layout],
  action: (host) => host.undo === null ? `commit ${releaseName(host.release)}` : "bring the old set back",
  observe: async (host) => {
    const [deviceFact, layoutFact, serviceFact] = await Promise.all([
      host.look(device),
      host.look(layout),
      host.look(service),
    ]);
    // While the old set is brought back, what the new one holds is of no interest.
    return {
      device: deviceFact,
      layout: layoutFact,
      service: serviceFact,
      live: host.undo === null ? await host.look(live) : null,
    };
  },
  plan: (observed, host) => {
    const { device, layout } = observed;
    const { settings, run } = host;
    if (host.undo !== null && layout.live === "dir") return withdrawal(layout, host);
    const target = targetOf(observed, host);
    const detail = {
      from: layout.slot ?? layout.target ?? (layout.live === "dir" ? "a folder" : null),
      to: target,
    };
    const there = layout.target === target;
    const settled = layout.journal === null || layout.journal.release === target;
    if (there && settled && !mustTakeUp(layout, host)) return { status: "ok" };
    const sealed = layout.releases.some((slot) => slotLink(slot) === target);
    if (host.undo === null && !sealed && !(run.dryRun && host.changed(verify))) {
      return {
        status: "failed",
        failure: {
          kind: "not-found",
          evidence: "the release is not sealed",
          next: "nothing changed; run stage and verify first",
        },
      };
    }
    return {
      status: "change",
      why: `${settings.liveDir} leads to ${layout.target ?? layout.live}, not to ${target}`,
      detail,
      steps: [...armSteps(observed, host), {
        title: titleOf(there, host),
        program: switchLive,
        args: switchLive.args({
          root: settings.deployPath,
          live: settings.liveDir,
          target,
          run: run.id,
          since: run.startedAt.toISOString(),
          rename: device.rename,
          exchange: device.exchange,
          undo: host.undo === null ? "" : "undo",
          serving: observed.service.start,
        }),
      }],
    };
  },
});

/** The live name is still the folder that it was: there is nothing to bring back, only what was announced is taken back. */
function withdrawal({ journal }: Layout, { settings }: TaskHost): Plan {
  if (journal === null) return { status: "ok" };
  return {
    status: "change",
    why: "the switch is still announced",
    steps: [{
      title: `withdraw the announced switch of ${settings.liveDir}, which has not happened`,
      program: withdrawSwitch,
      args: withdrawSwitch.args({ root: settings.deployPath }),
    }],
  };
}

/**
 * Whether a switch that an earlier run has not confirmed should be armed afresh: the device would restore itself before this run is through,
 * or not at all, because it was restarted meanwhile.
 */
function mustTakeUp({ journal, armed }: Layout, { settings, run, undo }: TaskHost): boolean {
  if (undo !== null || journal === null || journal.run === run.id || journal.previous === "") return false;
  return settings.confirmTimeout > 0 && (armed === null || armed.seconds <= settings.confirmTimeout / 2);
}

function titleOf(there: boolean, { settings, release, undo }: TaskHost): string {
  if (undo !== null) return `switch ${settings.liveDir} back by one rename`;
  if (there) return `continue the switch to ${releaseName(release)}, which was never confirmed`;
  return `switch ${settings.liveDir} to ${releaseName(release)} by one rename`;
}

/** Before the switch, the device is made to restore itself. Where nothing is live, there is nothing to restore. */
function armSteps({ device, layout, service }: Observed, { settings, run, undo }: TaskHost): Step[] {
  const nothingToRestore = layout.journal === null
    ? layout.live === "absent"
    : layout.journal.previous === "";
  if (undo !== null || nothingToRestore || settings.confirmTimeout === 0) return [];
  return [{
    title: `arm the device to restore itself unless this is confirmed within ${settings.confirmTimeout} s`,
    program: armDevice,
    args: armDevice.args({
      ...controlValues(settings, service),
      live: settings.liveDir,
      run: run.id,
      seconds: settings.confirmTimeout,
      restore_bytes: restoreScript.length,
      restart_bytes: restartScripts[service.manager].length,
      rename: device.rename,
      manager: service.manager,
    }),
    input: armInputOf(service.manager),
  }];
}

/** What the live name is to link to. */
function targetOf({ layout, live }: Observed, { release, run, undo }: TaskHost): string {
  if (undo !== null) return undo;
  if (layout.slot !== null && layout.target !== null) {
    const holdsIt = live !== null && holds(live.listing, release);
    // The listing is from before the switch; after it, the journal says whose slot is live.
    const switchedByUs = layout.journal?.run === run.id && slotRelease(layout.slot) === release.id;
    if (holdsIt || switchedByUs) return layout.target;
  }
  return slotLink(freeSlot(release.id, layout.slot));
}
