/**
 * Simulated devices behind the interface of a session, to rehearse a rollout without touching a device. Nothing is contacted, no file is
 * read, nothing is written anywhere; what a device has waits in memory for the next session with it, until the program ends.
 * @module
 */
import { Failure, type FailureKind } from "../../errors.ts";
import type { Program, Simulated } from "../program.ts";
import { byName } from "../program_arguments.ts";
import type { Answering } from "./answering.ts";
import { Pool, SimulatedDevice } from "./device.ts";
import { facts } from "./facts.ts";
import type { Simulation } from "./faults.ts";
import { steps } from "./steps.ts";
import type { Answer, Remote, RunOptions, SessionOptions } from "../remote.ts";

/** Every program that a simulated device can be asked to run, by its name. */
export const programs: ReadonlyMap<string, Answering> = new Map(Object.entries({ ...facts, ...steps }));

/** Where the fault `hang` shows. */
const HANGS = "seal";
/** Where the fault `drop` shows: what comes after the switch, whichever of them a host has. */
const DROPS: ReadonlySet<string> = new Set(["restart", "health", "confirm"]);

/** A host that is simulated. */
export interface SimulatedHost {
  readonly name: string;
  readonly user?: string;
  readonly deployPath: string;
  readonly simulated?: Simulation;
  /** If it has several sets: each lies in a place of its own. */
  readonly sets?: readonly { readonly deployPath: string }[];
}

/** `slow` is called if the device lets us wait, as one that is there would. */
export type SimulatedConnector = (
  host: SimulatedHost,
  options: SessionOptions,
  slow?: () => void,
) => Promise<Remote>;

/** Opens sessions with devices that it makes up as they are asked for. */
export function simulatedConnector(): SimulatedConnector {
  /** By deploy path and host. */
  const devices = new Map<string, Map<string, SimulatedDevice>>();
  const pool = new Pool();
  return async (host, options, slow = () => {}) => {
    const { fault, latency } = host.simulated ?? { fault: "none", latency: 0 };
    const places = new Map((host.sets ?? [host]).map(({ deployPath }) => {
      const there = devices.get(deployPath) ?? new Map<string, SimulatedDevice>();
      const device = there.get(host.name) ?? new SimulatedDevice(host.user ?? "root", pool);
      devices.set(deployPath, there.set(host.name, device));
      device.fault = fault;
      return [deployPath, device] as const;
    }));
    const session = new SimulatedSession(host.name, places, latency, options);
    await session.open(slow);
    return session;
  };
}

function simulated(answer: Simulated): Answer {
  const { code = 0, stdout = "", stderr = "" } = typeof answer === "string" ? { stdout: answer } : answer;
  return { code, stdout, stderr };
}

class SimulatedSession implements Remote {
  readonly #name: string;
  /** By deploy path. */
  readonly #places: ReadonlyMap<string, SimulatedDevice>;
  /** The one that was spoken of last: what names no deploy path is about it. */
  #device: SimulatedDevice;
  readonly #latency: number;
  readonly #options: SessionOptions;
  #ended: Failure | null = null;
  /** Ended in good order: its failure is only made for who asks for more, because a stack costs more than all else here. */
  #closed = false;
  /** Those that wait for time to pass: woken when the session ends. */
  readonly #waiting = new Set<(failure: Failure) => void>();
  readonly #abort = (): void => this.#end(this.#failure("interrupted", "talk", "the session was abandoned"));

  constructor(
    name: string,
    places: ReadonlyMap<string, SimulatedDevice>,
    latency: number,
    options: SessionOptions,
  ) {
    this.#name = name;
    this.#places = places;
    this.#device = places.values().next().value!;
    this.#latency = latency;
    this.#options = options;
  }

  async open(slow: () => void): Promise<void> {
    const { signal, connectTimeout } = this.#options;
    signal?.addEventListener("abort", this.#abort);
    if (signal?.aborted) this.#abort();
    try {
      // Also if there is no latency: between two hosts the program must hear of Ctrl-C.
      await this.#pass(this.#latency);
      if (this.#device.fault === "unreachable") {
        throw this.#unreachable("unreachable", "nothing listens there");
      }
      if (this.#device.fault === "silent") {
        slow();
        await this.#pass(connectTimeout * 1000);
        throw this.#unreachable("timeout", `no answer within ${connectTimeout} s`);
      }
    } catch (error) {
      signal?.removeEventListener("abort", this.#abort);
      throw error;
    }
  }

  async run(program: Program, args: readonly string[], options: RunOptions = {}): Promise<Answer> {
    if (this.#closed) throw this.#failure("dropped", "talk", "the session was closed");
    if (this.#ended !== null) throw this.#ended;
    if (this.#latency > 0) await this.#pass(this.#latency);
    if (options.calls === undefined) return await this.#answer(program, args, options);
    // As batch.sh does.
    const [, how] = args;
    const parts: Answer[] = [];
    for (const call of options.calls) {
      const answer = await this.#answer(call.program, call.args, options);
      parts.push(answer);
      if (how === "while-well" && answer.code !== 0) break;
    }
    return { code: parts.at(-1)?.code ?? 0, stdout: "", stderr: "", parts };
  }

  close(): Promise<void> {
    this.#closed = true;
    if (this.#waiting.size > 0) this.#end(this.#failure("dropped", "talk", "the session was closed"));
    this.#options.signal?.removeEventListener("abort", this.#abort);
    return Promise.resolve();
  }

  async #answer(program: Program, args: readonly string[], options: RunOptions): Promise<Answer> {
    const device = this.#device = this.#places.get(args[0] ?? "") ?? this.#device;
    const { name } = program;
    if (device.fault === "hang" && name === HANGS) {
      const seconds = options.timeout ?? this.#options.commandTimeout;
      await this.#pass(seconds * 1000);
      this.#end(this.#failure("timeout", name, `no answer within ${seconds} s: simulated_fault is hang`));
    }
    if (device.fault === "drop" && !device.dropped && device.journal !== null && DROPS.has(name)) {
      device.dropped = true;
      this.#end(this.#failure("dropped", name, "the connection was lost: simulated_fault is drop"));
    }
    if (this.#ended !== null) throw this.#ended;
    if (program.simulate !== undefined) return simulated(program.simulate(args, device.memory ??= new Map()));
    const known = programs.get(name);
    if (known !== undefined) {
      const { values, rest } = byName(program.takes ?? [], args);
      return known(device, values, rest, options.payload);
    }
    this.#options.warn?.(`a simulated device only says "done" to the program ${name}, which has no simulate`);
    return simulated("");
  }

  /** Lets time pass; rejects as soon as the session ends. */
  #pass(milliseconds: number): Promise<void> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      const ended = (failure: Failure): void => {
        clearTimeout(timer);
        reject(failure);
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(ended);
        resolve();
      }, milliseconds);
      this.#waiting.add(ended);
    });
  }

  #end(failure: Failure): void {
    this.#ended ??= failure;
    for (const ended of this.#waiting) ended(this.#ended);
    this.#waiting.clear();
  }

  #failure(kind: FailureKind, action: string, evidence: string): Failure {
    return new Failure({ kind, action, host: this.#name, evidence });
  }

  #unreachable(kind: FailureKind, evidence: string): Failure {
    return this.#failure(kind, "connect", `${evidence}: simulated_fault is ${this.#device.fault}`);
  }
}
