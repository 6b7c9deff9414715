/**
 * One host in a run: its session, what is known of it, and what has been done to it.
 * @module
 */
import { Failure, type FailureData } from "../errors.ts";
import { type Fact, type FactSubject, outputOf } from "../facts/fact.ts";
import type { HostSettings } from "../inventory/mod.ts";
import type { Release } from "../release.ts";
import { type Call, runBatch, runWhileWell } from "../remote/batch.ts";
import { payloadOfBytes } from "../remote/payload.ts";
import { type Program, program } from "../remote/program.ts";
import type { Answer, Remote, RunOptions } from "../remote/session.ts";
import type { ActingHost, RunContext, Step } from "../task.ts";
import { lock, unlock } from "./lock.ts";

export interface HostRunOptions {
  readonly settings: HostSettings;
  readonly run: RunContext;
  readonly remote: Remote;
  /** Whether the host may be written to: then the device's lock is taken. */
  readonly writes: boolean;
}

export class HostRun implements ActingHost {
  readonly settings: HostSettings;
  readonly run: RunContext;
  undo: string | null = null;
  blamed = false;
  /** Artifact bytes that have travelled. */
  bytesSent = 0;
  /** When whatever runs on the device is ended, there and here; as `performance.now()` counts. */
  deadline = Infinity;
  #release: Release | null = null;
  #remote: Remote;
  readonly #writes: boolean;
  readonly #facts = new Map<Fact<unknown>, Promise<unknown>>();
  readonly #asking: { call: Call; resolve: (answer: Answer) => void; reject: (failure: unknown) => void }[] =
    [];
  readonly #changed = new Set<string>();
  /** Tells our sessions with this host, of which a lost one may linger, from everybody else's. */
  readonly #token = crypto.randomUUID();
  /** Resolves to whether the lock is held. */
  #lock: Promise<boolean>;

  constructor({ settings, run, remote, writes }: HostRunOptions) {
    this.settings = settings;
    this.run = run;
    this.#remote = remote;
    this.#writes = writes;
    this.#lock = this.#takeLock(false);
  }

  get release(): Release {
    if (this.#release === null) throw new Error("this command puts nothing live, so no task may ask what");
    return this.#release;
  }

  /** Sets what is to be live; `null` for commands that put nothing live. */
  setRelease(release: Release | null): void {
    this.#release = release;
  }

  readonly changed = (task: string): boolean => this.#changed.has(task);

  /** Notes that a task changed something here, or would have. */
  noteChanged(task: string): void {
    this.#changed.add(task);
  }

  look<T>(fact: Fact<T>): Promise<T> {
    const known = this.#facts.get(fact) as Promise<T> | undefined;
    if (known !== undefined) return known;
    return this.#keep(fact, this.#request(this.#callOf(fact)));
  }

  get #subject(): FactSubject {
    return { settings: this.settings, release: this.#release };
  }

  #callOf(fact: Fact<unknown>): Call {
    return {
      program: fact.program,
      args: fact.args(this.#subject),
      ...(fact.timeout === undefined ? {} : { timeout: fact.timeout }),
    };
  }

  /** Keeps what a fact is answered, for everybody who looks. */
  #keep<T>(fact: Fact<T>, answered: Promise<Answer>): Promise<T> {
    const subject = this.#subject;
    const asked = answered.then((answer) =>
      fact.parse(outputOf(answer, fact.program, this.settings.name), subject)
    );
    // Several facts are asked at once: whoever awaits this one sees its failure, but perhaps after another's.
    asked.catch(() => {});
    this.#facts.set(fact, asked);
    return asked;
  }

  /** Facts that are asked for in the same breath travel as one request. */
  #request(call: Call): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    this.#asking.push({ call, resolve, reject });
    if (this.#asking.length === 1) {
      queueMicrotask(() => {
        const asking = this.#asking.splice(0);
        runBatch({ run: (...request) => this.#run(...request) }, asking.map(({ call }) => call)).then(
          (answers) => asking.forEach(({ resolve }, at) => resolve(answers[at]!)),
          (failure) => asking.forEach(({ reject }) => reject(failure)),
        );
      });
    }
    return promise;
  }

  ask(program: Program, args: readonly string[]): Promise<Answer> {
    return this.#run(program, args);
  }

  #run(program: Program, args: readonly string[], options: RunOptions = {}): Promise<Answer> {
    const { deadline } = this;
    return this.#remote.run(program, args, deadline === Infinity ? options : { ...options, deadline });
  }

  /** What was already asked, as far as it was answered; undefined where it was not asked. */
  known<T>(fact: Fact<T>): Promise<T | undefined> {
    const asked = this.#facts.get(fact) as Promise<T> | undefined;
    return asked === undefined ? Promise.resolve(undefined) : asked.catch(() => undefined);
  }

  forget(facts: readonly Fact<unknown>[]): void {
    for (const fact of facts) this.#facts.delete(fact);
  }

  async act(step: Step, changes: readonly Fact<unknown>[] = []): Promise<string> {
    if (!this.#writes || this.run.dryRun) {
      throw new Error(`"${step.title}" would write to a host that is only looked at`);
    }
    // The lock was asked for before anything was looked at. A device that had no folder to lock gets it now.
    if (!await this.#lock) await (this.#lock = this.#takeLock(true));
    const payload = step.payload ?? (step.input === undefined ? undefined : payloadOfBytes(step.input));
    const { program, args, timeout } = step;
    const calls = [
      { program, args, ...(timeout === undefined ? {} : { timeout }) },
      ...changes.map((fact) => this.#callOf(fact)),
    ];
    const [answer, ...looked] = await runWhileWell(
      { run: (...request) => this.#run(...request) },
      calls,
      payload === undefined ? {} : { payload },
    );
    const output = outputOf(answer!, program, this.settings.name);
    for (const [at, fact] of changes.entries()) this.#keep(fact, Promise.resolve(looked[at]!));
    this.bytesSent += step.payload?.bytes ?? 0;
    return output;
  }

  /** Why the device could not be locked; null where it is, or where what keeps it from being locked is told better by preflight. */
  async lockFailure(): Promise<FailureData | null> {
    try {
      await this.#lock;
      return null;
    } catch (error) {
      const failure = Failure.from(error, "take the lock", this.settings.name);
      return failure.kind === "not-writable" || failure.kind === "no-space" ? null : failure.data;
    }
  }

  /** Whether the session still answers. */
  async answers(): Promise<boolean> {
    try {
      await this.#remote.run(program("ping", "true"), [], { timeout: 10 });
      return true;
    } catch {
      return false;
    }
  }

  /** Goes on over another session, after the first was lost. */
  async reconnect(remote: Remote): Promise<void> {
    await this.#remote.close();
    this.#remote = remote;
    this.#facts.clear();
    this.#lock = this.#takeLock(false);
    await this.#lock;
  }

  /** Forgets all that was looked at: it is about the set that is no longer wanted. */
  startUndo(previous: string, blamed: boolean): void {
    this.undo = previous;
    this.blamed = blamed;
    this.#facts.clear();
  }

  async close(): Promise<void> {
    if (this.#writes && !this.run.dryRun) unlock(this.#remote, this.settings);
    await this.#remote.close();
  }

  #takeLock(make: boolean): Promise<boolean> {
    if (!this.#writes || this.run.dryRun) return Promise.resolve(true);
    const taking = lock(this.#remote, this.settings, this.run, this.#token, make);
    taking.catch(() => {});
    return taking;
  }
}
