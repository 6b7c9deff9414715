/**
 * Promises that the device can take the release, before anything is written: its tools, room in bytes and in files with the backup counted
 * in, write permission, a service that can be restarted, sudo where that needs it, and a live name that can be switched by one rename. (The local set was
 * checked against its manifest when it was read, before any host was contacted.) It only reads, but for one thing: where an interrupted
 * switch left the live name missing, it puts the former set back. A failure leaves nothing behind.
 * `ok` when all of it holds; what is live and what earlier runs left behind is in the report.
 * @module
 */
import { format } from "@std/fmt/bytes";
import { Failure } from "../lib/errors.ts";
import { type Device, device } from "../lib/facts/device.ts";
import { type Boundary, boundary } from "../lib/facts/boundary.ts";
import { markInWords } from "../lib/facts/releases/failed_mark.ts";
import { refuseForeign } from "../lib/facts/releases/foreign.ts";
import { ready } from "../lib/facts/health.ts";
import { type Layout, layout } from "../lib/facts/releases/layout.ts";
import { type DeviceSet, live } from "../lib/facts/releases/live.ts";
import { type NewestBackup, newestBackup } from "../lib/facts/releases/newest_backup.ts";
import { type Service, service } from "../lib/facts/service.ts";
import { type Space, space } from "../lib/facts/space.ts";
import { type Staged, staged } from "../lib/facts/releases/staged.ts";
import { holds, linkSlot, releaseName } from "../lib/release.ts";
import { program } from "../lib/remote/program.ts";
import { defineTask, type Plan, type Refusal, type TaskHost } from "../lib/task.ts";
import { whyNoBackup } from "./backup.ts";
import { leftoversOf } from "./cleanup.ts";
import mendText from "./preflight_mend.sh" with { type: "text" };
import { whyUnfit } from "./restart/restart.ts";
import { transferOf } from "./stage/stage.ts";

const mendLive = program("mend", mendText, { takes: ["root", "live", "target", "rename"] });

interface Observed {
  readonly device: Device;
  readonly boundary: Boundary;
  readonly layout: Layout;
  readonly space: Space;
  readonly live: DeviceSet | null;
  /** Why root cannot read the live set without following what somebody else may exchange; null if it can. */
  readonly unreadable: Refusal | null;
  readonly newest: NewestBackup | null;
  readonly staged: Staged;
  readonly service: Service;
}

export const preflight = defineTask<Observed>({
  name: "preflight",
  perSet: true,
  action: ({ release }) => `put ${releaseName(release)} live`,
  changes: [layout, live, staged],
  next: () => "nothing changed",
  observe: async (host) => {
    let unreadable: Refusal | null = null;
    const [deviceFact, boundaryFact, layoutFact, spaceFact, liveFact, newest, stagedFact, serviceFact] =
      await Promise.all([
        host.look(device),
        host.look(boundary),
        host.look(layout),
        host.look(space),
        host.look(live).catch((error) => {
          if (!(error instanceof Failure) || error.kind !== "unsuitable") throw error;
          const [evidence = "", mend = ""] = error.data.evidence.split("\n");
          unreadable = { kind: "unsuitable", evidence, next: `nothing changed; ${mend}` };
          return null;
        }),
        host.look(newestBackup),
        host.look(staged),
        host.look(service),
      ]);
    // Where we cannot restart the service ourselves, whether it answers before the switch decides what health may ask of it after.
    if (host.settings.healthUrl !== "" && host.settings.service !== "" && !serviceFact.known) {
      await host.look(ready);
    }
    return {
      device: deviceFact,
      boundary: boundaryFact,
      layout: layoutFact,
      space: spaceFact,
      live: liveFact,
      unreadable,
      newest,
      staged: stagedFact,
      service: serviceFact,
    };
  },
  plan: (observed, host) => {
    const problems = [
      ...refuseForeign(observed.boundary, observed.device.user, host.settings.deployPath),
      ...unsuitable(observed, host),
      ...(observed.unreadable === null ? [] : [observed.unreadable]),
      ...failedBefore(observed, host),
      ...unwritable(observed, host),
      ...noRoom(observed, host),
      ...unfitService(observed),
      ...noPrivilege(observed, host),
    ];
    const detail = {
      device: `${observed.device.system}, ${observed.device.user}`,
      live: observed.live?.id ?? null,
      faults: observed.live?.faults ?? [],
      leftovers: leftoversOf(observed.layout),
      free: observed.space.kib === null ? null : observed.space.kib * 1024,
    };
    const [first, ...rest] = problems;
    if (first !== undefined) {
      const evidence = [first, ...rest].map((problem) => problem.evidence).join("\n");
      return { status: "failed", detail, failure: { ...first, evidence } };
    }
    const warning = warningOf(observed, host);
    const said = warning === undefined ? { detail } : { detail, warning };
    return mendStep(observed, host) ?? { status: "ok", ...said };
  },
});

/**
 * What mends a live name that is missing because the switch from a folder was cut between its two renames (see commit): the former set is
 * put back, and the run goes on from there.
 */
function mendStep({ layout, device }: Observed, { settings }: TaskHost): Plan | null {
  const { live, journal, releases } = layout;
  const former = journal === null ? null : linkSlot(journal.previous);
  if (live !== "absent" || journal === null || former === null || !releases.includes(former)) return null;
  return {
    status: "change",
    why: `${settings.liveDir} is still missing`,
    warning: `run ${journal.run} was cut in the middle of its switch; the former set is put back first`,
    steps: [{
      title: `put ${settings.liveDir} back, which an interrupted switch left missing`,
      program: mendLive,
      args: mendLive.args({
        root: settings.deployPath,
        live: settings.liveDir,
        target: journal.previous,
        rename: device.rename,
      }),
    }],
  };
}

function unsuitable({ device, layout, service }: Observed, { settings }: TaskHost): Refusal[] {
  const problems: Refusal[] = [];
  if (device.missing.length > 0) {
    problems.push({
      kind: "missing-tool",
      evidence: `the device has no ${device.missing.join(", ")}`,
      next: "nothing changed; install them (busybox has them all)",
    });
  }
  if (device.rename === "") {
    problems.push({
      kind: "missing-tool",
      evidence: "the device has no program that can switch a link by one rename",
      next: "nothing changed; install coreutils, a newer busybox, python3 or perl",
    });
  }
  if (settings.healthUrl !== "" && device.http === "" && (service.known || settings.service === "")) {
    problems.push({
      kind: "missing-tool",
      evidence: "the device has neither curl nor a wget with -q to check the service's health",
      next: 'nothing changed; install one, or set health_url: ""',
    });
  }
  if (layout.root === "other") {
    problems.push({
      kind: "unsuitable",
      evidence: `${layout.near} is not a folder`,
      next: "nothing changed; correct deploy_path",
    });
  }
  if (layout.live === "link" && layout.target === null) {
    problems.push({
      kind: "unsuitable",
      evidence: `what ${settings.deployPath}/${settings.liveDir} links to has a line break in it`,
      next: "nothing changed; remove that link",
    });
  }
  if (layout.live === "other") {
    problems.push({
      kind: "unsuitable",
      evidence: `${settings.deployPath}/${settings.liveDir} is neither a folder nor a link`,
      next: "nothing changed; move it away, or correct live_dir",
    });
  }
  if (layout.mounted) {
    problems.push({
      kind: "unsuitable",
      evidence: `${settings.deployPath}/${settings.liveDir} is a mount point: no rename can switch it`,
      next: "nothing changed; set deploy_path to a folder inside that filesystem",
    });
  }
  return problems;
}

/** A release that failed on this host is not put live here again by itself. A rollback names what it wants. */
function failedBefore({ layout }: Observed, { release, run }: TaskHost): Refusal[] {
  const failed = layout.failed.find((failed) => failed.release === release.id);
  if (run.force || run.command === "rollback" || failed === undefined) return [];
  return [{
    kind: "unsuitable",
    evidence: `${releaseName(release)} has failed on this host before: ${markInWords(failed.mark)}`,
    next: "nothing changed; deploy another set, or this one again with --force",
  }];
}

function unwritable({ device, layout }: Observed, { settings }: TaskHost): Refusal[] {
  const { deployPath } = settings;
  const places = layout.writable ? layout.unwritable.map((name) => `${deployPath}/${name}`) : [layout.near];
  if (layout.root === "other" || places.length === 0) return [];
  const absent = layout.root === "absent" ? `${deployPath} does not exist, and ` : "";
  return [{
    kind: "not-writable",
    evidence: `${absent}${device.user} cannot write in ${places.join(", ")}`,
    next: device.root
      ? "nothing changed; the filesystem is mounted read-only, or the folder is protected"
      : `nothing changed; make ${device.user} its owner (sudo install -d -o ${device.user} …), or set ansible_become: true`,
  }];
}

function noRoom(observed: Observed, host: TaskHost): Refusal[] {
  const { layout, space, live } = observed;
  if (live !== null && holds(live.listing, host.release) && layout.slot !== null) return [];
  const { take, send } = transferOf(observed, host);
  // What an interrupted upload left of a file takes up its room already: it is gone on with, or removed first.
  const there = (name: string): number => observed.staged.unfinished.get(name) ?? 0;
  const bytes = send.reduce((sum, file) => sum + Math.max(0, file.bytes - there(file.name)), 0);
  const copied = whyNoBackup(observed, host.release) === null ? live : null;
  // The backup is a copy of what is live. Each new file may end in a half-used block, and our own small files need a little, too.
  const needKib = Math.ceil(bytes / 1024) + (copied?.kib ?? 0) + 4 * (send.length + take.length) + 64;
  const needInodes = send.length + (copied?.listing.size ?? 0) + 16;
  const problems: Refusal[] = [];
  if (space.kib !== null && space.kib < needKib) {
    problems.push({
      kind: "no-space",
      evidence: `no space left: need ${format(needKib * 1024)} under ${host.settings.deployPath}, ${
        format(space.kib * 1024)
      } free`,
      next: "nothing changed; free space or lower keep_backups and run cleanup, then deploy again",
    });
  }
  if (space.inodes !== null && space.inodes < needInodes) {
    problems.push({
      kind: "no-space",
      evidence: `no inodes left: need ${needInodes} under ${host.settings.deployPath}, ${space.inodes} free`,
      next: "nothing changed; remove files on that filesystem, then deploy again",
    });
  }
  return problems;
}

function unfitService({ service }: Observed): Refusal[] {
  const unfit = whyUnfit(service);
  return unfit === null ? [] : [{ ...unfit, next: `nothing changed; ${unfit.next}` }];
}

function noPrivilege({ device, service }: Observed, { settings }: TaskHost): Refusal[] {
  if (!service.known || service.may !== "no") return [];
  const commands = service.manager === "systemd"
    ? ["stop", "start"].map((verb) => `/usr/bin/systemctl ${verb} ${settings.service}`).join(", ")
    : `the commands that restart ${settings.service}`;
  return [{
    kind: "privilege",
    evidence: `${device.user} may not restart ${service.unit}`,
    next: `nothing changed; grant it in sudoers: ${device.user} ALL=(root) NOPASSWD: ${commands}`,
  }];
}

function warningOf({ layout, live, service }: Observed, { settings, release }: TaskHost): string | undefined {
  if (layout.journal !== null) {
    return `run ${layout.journal.run} switched to ${
      layout.journal.release.split("/").at(-1)
    } and never confirmed it; this run settles that`;
  }
  if (settings.service !== "" && !service.known) {
    return `the device does not know the service ${settings.service}: start it by hand, or correct "service"`;
  }
  if (live !== null && layout.slot !== null && live.faults.length > 0) {
    return `the live set has drifted from its own metadata.json (${live.faults.length} of its files); ${
      releaseName(release)
    } replaces it`;
  }
  return undefined;
}
