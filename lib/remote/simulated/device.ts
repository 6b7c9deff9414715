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

/** It never changes either: a device that gets another set gets another of these. */
export type SetsByName = ReadonlyMap<string, SetOf>;

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
  live = FORMER_LINK;
  /** Sealed sets by slot. */
  releases: SetsByName = FORMER_ALONE;
  /** What is being put together, by release; null while nothing is. */
  staging: Map<string, Map<string, FileOf>> | null = null;
  backups: SetsByName = OLDEST_ALONE;
  journal: JournalOf | null = null;
  /** The run that it would undo by itself, and when (milliseconds since 1970). It plays no clock: nothing comes of it. */
  armed: { readonly run: string; readonly at: number } | null = null;
  /** "RELEASE AT RUN KIND", as the mark has it. */
  failed: readonly string[] = NONE;
  /** The last line of its history. */
  history = FIRST_LINE;
  /** What programs of a project's own have it remember. */
  memory: Map<string, string> | null = null;
  /** Its link was lost, as the fault `drop` has it. */
  dropped = false;
  fault: SimulatedFault = "none";
  readonly user: string;
  readonly #pool: Pool;

  constructor(user: string, pool: Pool) {
    this.user = user;
    this.#pool = pool;
  }

  /** Adds a set under a name instead of whatever has it. */
  keep(where: "releases" | "backups", name: string, set: SetOf): void {
    this[where] = this.#pool.sets(new Map([...this[where], [name, this.#pool.set(set)]]));
  }

  unstage(id: string): void {
    this.staging?.delete(id);
    if (this.staging?.size === 0) this.staging = null;
  }

  drop(where: "releases" | "backups", names: readonly string[]): void {
    this[where] = this.#pool.sets(new Map([...this[where]].filter(([name]) => !names.includes(name))));
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

/** What devices have in common, kept once: ten thousand of them are ten thousand times much the same. */
export class Pool {
  readonly #sets = new Map<string, SetOf>();
  readonly #collections = new Map<string, SetsByName>();

  set(set: SetOf): SetOf {
    const known = once(this.#sets, keyOf(set), set);
    return sameFiles(known, set) ? known : set;
  }

  sets(sets: SetsByName): SetsByName {
    const key = JSON.stringify([...sets].map(([name, set]) => [name, keyOf(set)]));
    const known = once(this.#collections, key, sets);
    return [...sets].every(([name, set]) => known.get(name) === set) ? known : sets;
  }
}

function once<T>(known: Map<string, T>, key: string, value: T): T {
  const first = known.get(key);
  if (first === undefined) known.set(key, value);
  return first ?? value;
}

function keyOf({ files, version }: SetOf): string {
  return `${files.get("metadata.json")?.sha256} ${version}`;
}

function sameFiles(a: SetOf, b: SetOf): boolean {
  return a.files.size === b.files.size &&
    [...a.files].every(([name, { sha256 }]) => b.files.get(name)?.sha256 === sha256);
}

/** The id of the release that a set is; "" if it has no metadata.json. */
export function idOf(set: SetOf | undefined): string {
  return releaseId(set?.files.get("metadata.json")?.sha256 ?? "");
}

const NONE: readonly string[] = [];
const FORMER = madeUp("0.2.0", "2");
const OLDEST = madeUp("0.1.0", "1");
const FORMER_LINK = slotLink(idOf(FORMER));
const FORMER_ALONE: SetsByName = new Map([[idOf(FORMER), FORMER]]);
const OLDEST_ALONE: SetsByName = new Map([["20260101T000000Z", OLDEST]]);
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
