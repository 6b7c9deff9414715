/**
 * One host in a run: its session, what is known of it, and what has been done to it.
 * @module
 */
import { Failure, type FailureData } from "../errors.ts";
import type { ReleaseFault } from "../facts/releases/failed_mark.ts";
import { type Fact, type FactSubject, outputOf, readFact } from "../facts/fact.ts";
import type { HostSettings } from "../settings/mod.ts";
import type { Release } from "../release.ts";
import { type Call, runBatch, runWhileWell } from "../remote/batch.ts";
import { payloadOfBytes } from "../remote/payload.ts";
import { fedProgram } from "../remote/fed_program.ts";
import { type Program, program } from "../remote/program.ts";
import { OUTPUT_PER_FILE } from "../remote/limits.ts";
import type { Acted, ActingHost, Reconnect, RunContext, Step, Task } from "../task.ts";
import { isHeld, lockCall, unlock } from "./lock.ts";
import { reopened } from "./reopened.ts";
import type { Answer, Remote, RunOptions } from "../remote/remote.ts";

export interface HostRunOptions {
  readonly settings: HostSettings;
  readonly run: RunContext;
  readonly remote: Remote;
  /** Whether the host may be written to: then the device's lock is taken. */
  readonly writes: boolean;
  /** Waits for an answer: a host that keeps us waiting lends its place to others. */
  readonly waiting?: Waiting;
  /** Opens another session, for steps that end this one. */
  readonly reopen?: () => Promise<Remote>;
  /** The other sets of the host, whose session is the same. */
  readonly peers?: () => readonly HostRun[];
}

export type Waiting = <T>(ask: () => Promise<T>) => Promise<T>;

export class HostRun implements ActingHost {
  readonly settings: HostSettings;
  readonly run: RunContext;
  undo: string | null = null;
  blamed: ReleaseFault | null = null;
  holds = false;
  /** Artifact bytes that have travelled. */
  bytesSent = 0;
  /** When whatever runs on the device is ended, there and here; as `performance.now()` counts. */
  deadline = Infinity;
  #release: Release | null = null;
  #remote: Remote;
  readonly #writes: boolean;
  readonly #waiting: Waiting;
  readonly #reopen: (() => Promise<Remote>) | undefined;
  readonly #peers: () => readonly HostRun[];
  readonly #facts = new Map<Fact<unknown>, Promise<unknown>>();
  readonly #asking: { call: Call; resolve: (answer: Answer) => void; reject: (failure: unknown) => void }[] =
    [];
  #sending = false;
  /** By name, because a pipeline may have another task in the place of one of ours. */
  readonly #changed = new Map<string, Task>();
  /** Tells our sessions with this host, of which a lost one may linger, from everybody else's. */
  readonly #token = crypto.randomUUID();
  /** Resolves to whether the lock is held. */
  #lock: Promise<boolean>;

  constructor(
    { settings, run, remote, writes, waiting = (ask) => ask(), reopen, peers = () => [] }: HostRunOptions,
  ) {
    this.settings = settings;
    this.run = run;
    this.#remote = remote;
    this.#writes = writes;
    this.#waiting = waiting;
    this.#reopen = reopen;
    this.#peers = peers;
    this.#lock = this.#askForLock();
  }

  get release(): Release {
    if (this.#release === null) throw new Error("this command has no release, so no task may use it");
    return this.#release;
  }

  /** Sets what should be live; `null` for commands that put nothing live. */
  setRelease(release: Release | null): void {
    this.#release = release;
  }

  readonly changed = (task: Task): boolean => this.#changed.has(task.name);

  get switched(): boolean {
    return [...this.#changed.values()].some((task) => task.switches);
  }

  /** Notes that a task changed something here, or would have. */
  noteChanged(task: Task): void {
    this.#changed.set(task.name, task);
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
      ...(fact.waits === undefined ? {} : { waits: fact.waits(this.#subject) }),
    };
  }

  /** Keeps what a fact is answered, for everybody who looks. */
  #keep<T>(fact: Fact<T>, answered: Promise<Answer>): Promise<T> {
    const subject = this.#subject;
    const asked = answered.then((answer) => readFact(fact, answer, subject));
    // Several facts are asked at once: a caller that awaits this one sees its failure, but perhaps after another's.
    asked.catch(() => {});
    this.#facts.set(fact, asked);
    return asked;
  }

  #request(call: Call): Promise<Answer> {
    const answer = this.#queue(call);
    this.#sendSoon();
    return answer;
  }

  #queue(call: Call): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    this.#asking.push({ call, resolve, reject });
    return promise;
  }

  /** What is asked for in the same breath travels as one request. */
  #sendSoon(): void {
    if (this.#sending) return;
    this.#sending = true;
    queueMicrotask(() => {
      this.#sending = false;
      const asking = this.#asking.splice(0);
      runBatch(this.#session, asking.map(({ call }) => call)).then(
        (answers) => asking.forEach(({ resolve }, at) => resolve(answers[at]!)),
        (failure) => asking.forEach(({ reject }) => reject(failure)),
      );
    });
  }

  ask(program: Program, args: readonly string[], options: Pick<RunOptions, "output"> = {}): Promise<Answer> {
    return this.#session.run(program, args, options);
  }

  /** The session of the moment, which ends what is run at the host's deadline. */
  readonly #session: Pick<Remote, "run"> = {
    run: (program, args, options = {}) => {
      const { deadline } = this;
      const expected = (this.#release?.files.length ?? 0) * OUTPUT_PER_FILE;
      const ask = (): Promise<Answer> =>
        this.#remote.run(program, args, {
          ...options,
          expected,
          ...(deadline === Infinity ? {} : { deadline }),
        });
      // Bytes of ours that are on their way are work that `--forks` counts.
      return options.payload === undefined ? this.#waiting(ask) : ask();
    },
  };

  /** What was already asked, as far as it was answered; undefined if it was not asked. */
  known<T>(fact: Fact<T>): Promise<T | undefined> {
    const asked = this.#facts.get(fact) as Promise<T> | undefined;
    return asked === undefined ? Promise.resolve(undefined) : asked.catch(() => undefined);
  }

  forget(facts: readonly Fact<unknown>[]): void {
    for (const fact of facts) this.#facts.delete(fact);
  }

  async act(steps: readonly Step[], changes: readonly Fact<unknown>[] = []): Promise<Acted> {
    const outputs: string[] = [];
    if (!this.#writes || this.run.dryRun) {
      throw new Error(`"${steps[0]?.title}" would write to a host in a read-only run`);
    }
    const requests = requestsOf(steps);
    try {
      // The lock was asked for before anything was looked at. A device that had no folder to lock gets it now.
      const making = await this.#locked() ? [] : [lockCall(this.settings, this.run, this.#token, "make")];
      for (const [at, together] of requests.entries()) {
        const [first] = together;
        if (first?.reconnect !== undefined) {
          // The lock's answer must not be lost with that of the step.
          for (const call of making.splice(0)) await this.#make(await runBatch(this.#session, [call]));
          outputs.push(await this.#outlive(first, first.reconnect));
          continue;
        }
        const before = making.splice(0);
        const after = at === requests.length - 1 ? changes : [];
        const calls = [...before, ...together.map(callOf), ...after.map((fact) => this.#callOf(fact))];
        // What is done last gives its name to all that goes with it.
        const name = together.at(-1)!.program.name;
        const answers = await runWhileWell(this.#session, name, calls);
        if (before.length > 0) await this.#make(answers.splice(0, 1));
        for (const step of together) {
          outputs.push(outputOf(answers.shift()!, step.program, this.settings.name));
          this.bytesSent += step.payload?.bytes ?? 0;
        }
        for (const fact of after) this.#keep(fact, Promise.resolve(answers.shift()!));
      }
      return { outputs };
    } catch (error) {
      return { outputs, failure: Failure.from(error, "act", this.settings.name) };
    }
  }

  async #make([answer]: readonly Answer[]): Promise<void> {
    await (this.#lock = this.#held(Promise.resolve(answer!)));
  }

  /** Carries out a step that may end the session, and goes on in another. What it printed may be lost. */
  async #outlive(step: Step, reconnect: Reconnect): Promise<string> {
    const { name } = this.settings;
    const reopen = this.#reopen;
    if (reopen === undefined) {
      throw new Error(`"${step.title}" needs another session, and none can be opened`);
    }
    let output = "";
    try {
      output = outputOf((await runBatch(this.#session, [callOf(step)]))[0]!, step.program, name);
    } catch (error) {
      const gone = error instanceof Failure && (error.kind === "dropped" || error.kind === "timeout");
      if (!gone) throw error;
    }
    await this.reconnect(await this.#waiting(() => reopened(name, reopen, reconnect)));
    return output;
  }

  /** Why the device could not be locked; null if it is, or if what keeps it from being locked is told better by preflight. */
  async lockFailure(): Promise<FailureData | null> {
    try {
      await this.#locked();
      return null;
    } catch (error) {
      const failure = Failure.from(error, "take the lock", this.settings.name);
      return ["not-writable", "no-space", "unsuitable"].includes(failure.kind) ? null : failure.data;
    }
  }

  /** Whether the session still answers. */
  async answers(): Promise<boolean> {
    try {
      await this.#remote.run(ping, [], { timeout: 10, short: true });
      return true;
    } catch {
      return false;
    }
  }

  /** Goes on over another session, after the first was lost. */
  async reconnect(remote: Remote): Promise<void> {
    await this.#remote.close();
    for (const host of [this, ...this.#peers()]) {
      host.#remote = remote;
      host.#facts.clear();
      host.#lock = host.#askForLock();
    }
    await this.#locked();
  }

  /** Forgets all that was looked at: it is about the set that is no longer wanted. */
  startUndo(previous: string, blamed: ReleaseFault | null): void {
    this.undo = previous;
    // Each set goes back by itself: nothing waits for the others.
    this.holds = false;
    this.blamed = blamed;
    this.#facts.clear();
  }

  async close(): Promise<void> {
    for (const host of [this, ...this.#peers()]) {
      if (host.#writes && !host.run.dryRun) unlock(host.#remote, host.settings);
    }
    await this.#remote.close();
  }

  /** Asks for the lock with whatever is looked at first. */
  #askForLock(): Promise<boolean> {
    if (!this.#writes || this.run.dryRun) return Promise.resolve(true);
    return this.#held(this.#queue(lockCall(this.settings, this.run, this.#token, "look")));
  }

  /** Whether the lock is held: once that has been asked. */
  async #locked(): Promise<boolean> {
    this.#sendSoon();
    return await this.#lock;
  }

  #held(asked: Promise<Answer>): Promise<boolean> {
    const held = asked.then((answer) => isHeld(answer, this.settings.name));
    // A caller that needs the lock sees its failure, but perhaps after another's.
    held.catch(() => {});
    return held;
  }
}

const ping = program("ping", "true");

function callOf({ program, args, timeout, waits, payload, input }: Step): Call {
  const read = payload ?? (input === undefined ? undefined : payloadOfBytes(input));
  const ends = input !== undefined && program.receives !== true;
  return {
    program: ends ? fedProgram(program) : program,
    args: ends ? [String(input.length), ...args] : args,
    ...(timeout === undefined ? {} : { timeout }),
    ...(waits === undefined ? {} : { waits }),
    ...(read === undefined ? {} : { payload: read }),
  };
}

/** Steps that travel together: a request has one standard input, and one that ends the session is alone. */
function requestsOf(steps: readonly Step[]): Step[][] {
  const reads = ({ payload, input }: Step): boolean => payload !== undefined || input !== undefined;
  const requests: Step[][] = [[]];
  for (const step of steps) {
    const together = requests.at(-1)!;
    const apart = (reads(step) && together.some(reads)) || step.reconnect !== undefined ||
      together.some(({ reconnect }) => reconnect !== undefined);
    if (apart && together.length > 0) requests.push([]);
    requests.at(-1)!.push(step);
  }
  return requests;
}
