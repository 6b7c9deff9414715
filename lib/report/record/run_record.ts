/**
 * The report of a run that may be of any size: a host's part of it is written to the host's own file as soon as the host has ended, and
 * only hosts under way are in memory. The report is put together from those files, one host after the other.
 * @module
 */
import { join } from "@std/path";
import type { Event } from "../../events.ts";
import { toJson } from "../../plain/printable.ts";
import { hostFileName } from "./host_file.ts";
import {
  addToHost,
  type HostReport,
  hostReport,
  type HostSoFar,
  isHostEvent,
  newHost,
  reopened,
} from "../fold/host_fold.ts";
import { PRIVATE, type RecordModes, widenSync } from "./modes.ts";
import { type HostEnd, RunFold } from "../fold/report.ts";

/** A host that is on the disk: ended, or waiting for the others until all are prepared. */
interface StoredHost extends HostEnd {
  readonly waits: boolean;
}

export class RunRecord {
  readonly #folder: string;
  readonly #modes: RecordModes;
  readonly #run = new RunFold();
  /** Hosts under way, and those that the disk would not take. */
  readonly #open = new Map<string, HostSoFar>();
  readonly #stored = new Map<string, StoredHost>();
  /** Why a host's file could not be read back; null if all could. */
  problem: unknown = null;

  /** `folder` is where the hosts' files go. */
  constructor(folder: string, modes: RecordModes = PRIVATE) {
    this.#folder = folder;
    this.#modes = modes;
  }

  /** How many hosts are kept in memory with their tasks. */
  get open(): number {
    return this.#open.size;
  }

  /** Never throws for the disk's sake. */
  add(event: Event): void {
    this.#run.add(event);
    if (!isHostEvent(event)) return;
    const host = this.#host(event.host, event.at);
    addToHost(host, event);
    if (event.type !== "host-finished" && event.type !== "host-prepared") return;
    try {
      this.#store(event.host, host, event.type === "host-prepared");
    } catch {
      // It stays in memory, and `writeHosts()` tries again.
    }
  }

  /** Writes the files that are not there yet: of hosts that were never started, or never ended. Throws if it cannot. */
  writeHosts(): void {
    for (const name of this.#names()) {
      const stored = this.#stored.get(name);
      if (stored === undefined || stored.waits || this.#open.has(name)) {
        this.#store(name, this.#host(name, this.#run.started().at), false);
      }
    }
  }

  /** The text of `report.json`, in pieces of about one host each. Throws if the run never began. */
  *report(): Generator<string> {
    const names = this.#names();
    // Only the report's own keys are two spaces in, and nothing in a string is a newline: the line is found once.
    const [head, tail] = json(this.#run.report([], names.map((name) => this.#end(name)))).split(
      '\n  "hosts": []',
    );
    yield `${head}\n  "hosts": [`;
    for (const [at, name] of names.entries()) {
      yield `${at === 0 ? "" : ","}\n${indented(this.#text(name))}`;
    }
    yield `${names.length === 0 ? "" : "\n  "}]${tail}\n`;
  }

  /** In the order of the inventory. */
  #names(): string[] {
    return [...new Set([...this.#run.started().hosts, ...this.#stored.keys(), ...this.#open.keys()])];
  }

  #end(name: string): HostEnd {
    const open = this.#open.get(name);
    const stored = this.#stored.get(name);
    return open === undefined && stored !== undefined ? stored : this.#report(name, open);
  }

  #report(name: string, host: HostSoFar | undefined): HostReport {
    const start = this.#run.started();
    return hostReport(name, host ?? newHost(start.at), start);
  }

  /** One host of the report. */
  #text(name: string): string {
    const open = this.#open.get(name);
    const stored = this.#stored.get(name);
    if (open !== undefined || stored === undefined) return json(this.#report(name, open));
    try {
      if (stored.waits) {
        return json(this.#report(name, JSON.parse(Deno.readTextFileSync(this.#waiting(name)))));
      }
      return Deno.readTextFileSync(this.#file(name)).trimEnd();
    } catch (error) {
      return json(this.#report(name, this.#lost(name, stored, error)));
    }
  }

  /** The host in memory, whatever was stored of it read back. */
  #host(name: string, at: string): HostSoFar {
    let host = this.#open.get(name);
    if (host === undefined) {
      const stored = this.#stored.get(name);
      host = stored === undefined ? newHost(at) : this.#load(name, stored);
      this.#open.set(name, host);
    }
    return host;
  }

  #load(name: string, stored: StoredHost): HostSoFar {
    try {
      if (!stored.waits) return reopened(JSON.parse(Deno.readTextFileSync(this.#file(name))));
      const host = JSON.parse(Deno.readTextFileSync(this.#waiting(name)));
      Deno.removeSync(this.#waiting(name));
      return host;
    } catch (error) {
      return this.#lost(name, stored, error);
    }
  }

  /** What is known of a host whose file somebody has taken away. */
  #lost(name: string, { status, release, waits }: StoredHost, error: unknown): HostSoFar {
    this.problem ??= error;
    const { at } = this.#run.started();
    const unknown = { wave: 0, startedAt: at, durationMs: 0, bytesSent: 0, previousRelease: null };
    return {
      ...newHost(at),
      startedAt: at,
      outcome: waits ? null : { host: name, status, release, ...unknown },
    };
  }

  #store(name: string, host: HostSoFar, waits: boolean): void {
    const report = this.#report(name, host);
    if (waits) writeWhole(this.#waiting(name), JSON.stringify(host), this.#modes.file);
    else writeWhole(this.#file(name), json(report) + "\n", this.#modes.file);
    this.#stored.set(name, { status: report.status, release: report.release, waits });
    this.#open.delete(name);
  }

  #file(name: string): string {
    return join(this.#folder, hostFileName(name));
  }

  /** No host's file ends like this. */
  #waiting(name: string): string {
    return `${this.#file(name)}.waiting`;
  }
}

function json(value: unknown): string {
  return toJson(value, 2);
}

/** Four spaces in. Not by `^`, which also stands after line separators, and those JSON leaves inside strings. */
function indented(text: string): string {
  return "    " + text.replaceAll("\n", "\n    ");
}

/** Writes a file that is either absent, as it was, or whole. */
function writeWhole(path: string, text: string, mode: number): void {
  Deno.writeTextFileSync(`${path}.tmp`, text, { mode });
  widenSync(`${path}.tmp`, mode);
  Deno.renameSync(`${path}.tmp`, path);
}
