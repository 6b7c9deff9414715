/**
 * A device as far as tasks can see it, in memory: what is live, sealed, staged and backed up, what it remembers, how its service is.
 * It begins with an older set that is live and well, and one backup of a set before that.
 * @module
 */
import { linkSlot, releaseId, slotLink } from "../../release.ts";
import type { SimulatedFault } from "./faults.ts";

/** A file without its bytes. */
export interface FileOf {
  readonly sha256: string;
  readonly bytes: number;
}

/** A complete set. It never changes, so that ten thousand devices may share one. */
export interface SetOf {
  readonly files: ReadonlyMap<string, FileOf>;
  readonly version: string | null;
}

export interface JournalOf {
  readonly release: string;
  readonly previous: string;
  readonly run: string;
  readonly since: string;
  /** `yes` or empty. */
  readonly restarted: string;
}

export class SimulatedDevice {
  /** What the live name links to. */
  live = slotLink(idOf(FORMER));
  /** Sealed sets by slot. */
  readonly releases = new Map([[idOf(FORMER), FORMER]]);
  /** What is being put together, by release. */
  readonly staging = new Map<string, Map<string, FileOf>>();
  readonly backups = new Map([["20260101T000000Z", OLDEST]]);
  journal: JournalOf | null = null;
  /** The run that it would undo by itself, and when (milliseconds since 1970). It plays no clock: nothing comes of it. */
  armed: { readonly run: string; readonly at: number } | null = null;
  readonly failed = new Set<string>();
  /** The last line of its history. */
  history = FIRST_LINE;
  /** Its link was lost, as the fault `drop` has it. */
  dropped = false;
  fault: SimulatedFault = "none";
  readonly user: string;
  /** What its sets are kept in. */
  readonly pool: SetPool;

  constructor(user: string, pool: SetPool) {
    this.user = user;
    this.pool = pool;
  }

  get liveSet(): SetOf | undefined {
    return this.setAt(this.live);
  }

  /** Whether the service is ready on what is live. */
  get well(): boolean {
    return this.fault !== "sick" || [FORMER, OLDEST].some((set) => idOf(set) === idOf(this.liveSet));
  }

  /** The set in a folder, given relative to the deploy path. */
  setAt(path: string): SetOf | undefined {
    const slot = linkSlot(path);
    if (slot !== null) return this.releases.get(slot);
    return path.startsWith("backup/") ? this.backups.get(path.slice("backup/".length)) : undefined;
  }

  /** The file at a path relative to the deploy path. */
  fileAt(path: string): FileOf | undefined {
    const words = path.split("/");
    const depth = words[0] === "backup" ? 2 : 3;
    return this.setAt(words.slice(0, depth).join("/"))?.files.get(words.slice(depth).join("/"));
  }
}

/** Sets that devices share: equal ones are kept once. */
export class SetPool {
  readonly #sets = new Map<string, SetOf>();

  share(set: SetOf): SetOf {
    const key = `${set.files.get("metadata.json")?.sha256} ${set.version}`;
    const known = this.#sets.get(key);
    if (known === undefined) this.#sets.set(key, set);
    return known !== undefined && sameFiles(known, set) ? known : set;
  }
}

function sameFiles(a: SetOf, b: SetOf): boolean {
  return a.files.size === b.files.size &&
    [...a.files].every(([name, { sha256 }]) => b.files.get(name)?.sha256 === sha256);
}

/** The id of the release that a set is; "" where it has no metadata.json. */
export function idOf(set: SetOf | undefined): string {
  return releaseId(set?.files.get("metadata.json")?.sha256 ?? "");
}

const FORMER = madeUp("0.2.0", "2");
const OLDEST = madeUp("0.1.0", "1");
const FIRST_LINE = JSON.stringify({
  at: "2026-01-01T00:00:00.000Z",
  run: "20260101T000000Z-000000",
  event: "deploy",
  release: idOf(FORMER),
  version: FORMER.version,
  previous: slotLink(idOf(OLDEST)),
});

/** A set that nobody has; its digests say so. */
function madeUp(version: string, digit: string): SetOf {
  const sha256 = (mark: string): string => `51${mark}${digit}`.padEnd(64, "0");
  return {
    version,
    files: new Map([
      ["metadata.json", { sha256: sha256("ada7a"), bytes: 300 }],
      ["model_hybrid.onnx", { sha256: sha256("0de1"), bytes: 1_000_000 }],
    ]),
  };
}
