/**
 * A session with a host: one ssh process (or a local shell) that runs a loop, over which every program of every task travels and is
 * answered. Requests are answered in order; several may be under way, so that a batch of them costs one round trip.
 * @module
 */
import type { Writable } from "node:stream";
import type { ProcessPromise } from "zx/core";
import { Failure, type FailureKind } from "../../errors.ts";
import { type Frame, FrameReader } from "./frames.ts";
import { type HostKeyWatch, watchHostKey } from "./host_key.ts";
import { OverLimit, type StreamLimit } from "./kept.ts";
import { probeLogin } from "./login_probe.ts";
import { NOISE, PIECES, SILENCE } from "../limits.ts";
import { definitionOf, functionOf, prelude, type Program } from "../program.ts";
import { type Late, RequestClock } from "./request/clock.ts";
import { frame } from "./request/frame.ts";
import { limitsOf, type RequestLimits } from "./request/limits.ts";
import { kill, start } from "./spawn.ts";
import { LAST_WORDS, lastWords, noLogin, unreachable, whyNoSession } from "./why_no_session.ts";
import type { Answer, Call, Payload, Remote, RunOptions, SessionOptions } from "../remote.ts";
import type { Throttle } from "./throttle.ts";
import { type Endpoint, PUT_AWAY, refusal, sessionArgv, type TransportOptions } from "./transport.ts";

export interface SshOptions extends SessionOptions, TransportOptions {
  /** Bytes that a program may print, if that is not the usual. */
  readonly maxOutput?: number;
  /** What limits all sessions of the run together. */
  readonly throttle?: Throttle;
  /** Seconds that the device has to say that it has ended what took too long, if that is not the usual. */
  readonly grace?: number;
  /** Seconds that an upload may stand still, if that is not the usual. */
  readonly stall?: number;
}

interface Pending extends Omit<RequestLimits, "left"> {
  readonly id: number;
  readonly name: string;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (failure: Failure) => void;
  /** It runs for the first of the requests alone. */
  readonly clock: RequestClock;
  stdout?: { text: string; code: number };
  stderr?: string;
}

/** A login may run slow start-up files after ssh's own handshake is over; they get this long. Seconds. */
const LOGIN_GRACE = 20;
/** A login that is slower than another gets so much longer than that. Milliseconds. */
const UNSURE = 5000;
/** The device ends a program that takes too long; this much later we give up on its word. Seconds. */
const ANSWER_GRACE = 10;
/** An upload may take long, but not stand still for this long. Seconds. */
const STALL = 60;
/** What is called a link. Bytes per second. */
const SLOWEST = 1024;
/** For the loop to end by itself when it is told to. Milliseconds. */
const CLOSE_GRACE = 2000;
/** What may be printed if nothing was asked. */
const UNASKED: StreamLimit = { bytes: NOISE.kept, past: "cut", received: NOISE.received };

/** Opens a session, or throws a Failure that says why there is none. */
export async function openSession(endpoint: Endpoint, options: SshOptions): Promise<Remote> {
  const refused = refusal(endpoint);
  if (refused !== null) {
    throw unreachable(
      endpoint,
      "unreachable",
      refused,
      "correct ansible_host or ansible_user in the inventory",
    );
  }
  // A local shell is started before this returns.
  const watch = endpoint.connection === "ssh" ? await watchHostKey(endpoint, options) : null;
  if (watch === null) return await opened(new Session(endpoint, options));
  const watched = { ...endpoint, commonArgs: [...watch.args, ...endpoint.commonArgs] };
  try {
    return await opened(new Session(watched, options, watch));
  } finally {
    const warning = await watch.warning();
    if (warning !== null) options.warn?.(warning);
  }
}

async function opened(session: Session): Promise<Remote> {
  await session.ready;
  return session;
}

class Session implements Remote {
  readonly #endpoint: Endpoint;
  readonly #options: SshOptions;
  readonly #process: ProcessPromise;
  readonly #stdin: Writable;
  #stdout: FrameReader;
  #stderr: FrameReader;
  readonly #pending: Pending[] = [];
  /** Requests are written whole, one after another. */
  #writing: Promise<void> = Promise.resolve();
  #nextId = 1;
  /** Definitions that the device keeps: those of the first request, which are facts that are looked at again. */
  #kept: ReadonlySet<string> | null = null;
  #greeted = false;
  #ended: Failure | null = null;
  /** When the device last sent anything, as `performance.now()` counts. */
  #heard = 0;
  /** Small pieces of output since the last answer. */
  #pieces = 0;
  readonly ready: Promise<void>;
  readonly #exited: Promise<void>;

  constructor(endpoint: Endpoint, options: SshOptions, watch?: HostKeyWatch) {
    this.#endpoint = endpoint;
    this.#options = options;
    const greeting = `lockstep-${crypto.randomUUID()}`;
    this.#stdout = new FrameReader(greeting, () => UNASKED);
    this.#stderr = new FrameReader(greeting, () => UNASKED);
    this.#process = start(sessionArgv(endpoint, options, greeting));
    this.#stdin = this.#process.stdin;
    // Writing to a session that has died fails here and is told by its end.
    this.#stdin.on("error", () => {});
    const hello = Promise.withResolvers<void>();
    this.ready = hello.promise;
    const seconds = options.connectTimeout + Math.min(LOGIN_GRACE, options.longest ?? Infinity);
    const timer = setTimeout(() => {
      this.#end(
        new Failure({
          kind: "timeout",
          action: "connect",
          host: endpoint.name,
          evidence: [`no shell within ${seconds} s`, ...this.#lastErrors()].join("\n"),
          next: "check what its login shell runs at start, or raise --connect-timeout",
        }),
      );
    }, seconds * 1000);
    // By then ssh is in, or has given up. Who waits for nothing would wait for all of the time.
    const probe = new AbortController();
    let probing = endpoint.connection !== "ssh" ? undefined : setTimeout(async () => {
      const fault = await probeLogin(endpoint, { ...options, signal: probe.signal }, null);
      if (fault?.unsure) await new Promise((resolve) => probing = setTimeout(resolve, UNSURE));
      if (fault !== null && !this.#greeted) {
        this.#end(noLogin(this.#endpoint, fault, [...this.#lastErrors(), ...this.#printed()]));
      }
    }, options.connectTimeout * 1000);
    const settled = (): void => {
      clearTimeout(timer);
      clearTimeout(probing);
      probe.abort();
    };
    const greeted = (): void => {
      this.#greeted = true;
      settled();
      const marker = `answer-${crypto.randomUUID()}`;
      this.#stdout = new FrameReader(marker, () => this.#awaited("stdout")?.out ?? UNASKED);
      this.#stderr = new FrameReader(marker, () => this.#awaited("stderr")?.err ?? UNASKED);
      this.#stdin.write(`${marker} ${PUT_AWAY}\n`);
      hello.resolve();
    };
    const abort = (): void => this.#end(this.#failure("interrupted", "talk", "the session was abandoned"));
    options.signal?.addEventListener("abort", abort);
    if (options.signal?.aborted) abort();
    const { stdout, stderr } = this.#process;
    stdout.on(
      "data",
      (chunk: Uint8Array) => this.#read(chunk, "stdout", (frame) => this.#takeOutput(frame, greeted)),
    );
    stderr.on("data", (chunk: Uint8Array) => this.#read(chunk, "stderr", (frame) => this.#takeErrors(frame)));
    if (watch !== undefined) stderr.on("data", (chunk: Uint8Array) => watch.read(chunk));
    this.#exited = this.#process.then(async (output) => {
      settled();
      options.signal?.removeEventListener("abort", abort);
      if (this.#ended === null) this.#end(await this.#whyEnded(output.exitCode, output.cause));
      if (!this.#greeted) hello.reject(this.#ended);
    });
  }

  run(program: Program, args: readonly string[], options: RunOptions = {}): Promise<Answer> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    const nul = args.find((arg) => arg.includes("\0"));
    if (nul !== undefined) {
      return Promise.reject(
        this.#failure(
          "unsuitable",
          program.name,
          `${JSON.stringify(nul)} has a NUL character, which no argument can contain`,
        ),
      );
    }
    const { left, ...limits } = limitsOf(options, this.#options);
    const { seconds } = limits;
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const pending: Pending = {
      id: this.#nextId++,
      name: program.name,
      ...limits,
      resolve,
      reject,
      clock: new RequestClock(() => this.#heard, (why) => this.#giveUp(pending, why)),
    };
    this.#pending.push(pending);
    if (this.#pending.length === 1) pending.clock.start(this.#patience(pending));
    const payload = options.payload;
    const definitions = this.#definitions(program, options.calls);
    this.#writing = this.#writing.then(async () => {
      if (this.#ended !== null) return;
      // While bytes are still on their way, the device's own limit must not cut a slow link: a stall is noticed here.
      const limit = payload === undefined
        ? seconds
        : Math.min(seconds + Math.ceil(payload.bytes / this.#slowest), left);
      const request = frame({
        ...definitions,
        id: pending.id,
        seconds: options.short ? 0 : limit,
        bytes: payload?.bytes ?? 0,
        values: [functionOf(program), ...args],
      });
      this.#options.throttle?.note(request.length);
      this.#stdin.write(request);
      if (payload !== undefined) await this.#send(pending, payload);
    });
    return promise;
  }

  /** What the device has to be told before it can run this. */
  #definitions(program: Program, calls: readonly Call[] = []): { text: string; keep: boolean } {
    const wanted = new Set([program, ...calls.map((call) => call.program)].map(definitionOf));
    if (this.#kept === null) {
      this.#kept = wanted;
      return { text: [prelude, ...wanted].join("\n"), keep: true };
    }
    return { text: [...wanted].filter((definition) => !this.#kept!.has(definition)).join("\n"), keep: false };
  }

  async close(): Promise<void> {
    const timer = setTimeout(() => kill(this.#process), CLOSE_GRACE);
    await Promise.race([this.#writing, this.#exited]);
    this.#ended ??= this.#failure("dropped", "talk", "the session was closed");
    this.#stdin.end();
    await this.#exited;
    this.#rejectAll(this.#ended);
    clearTimeout(timer);
  }

  /** Bytes per second that a link has at least: a limit is shared by many hosts. */
  get #slowest(): number {
    return Math.min(SLOWEST, (this.#options.throttle?.rate ?? Infinity) / 1000);
  }

  /** The first request whose answer has not come on this stream: the only one that may be answered there. */
  #awaited(stream: "stdout" | "stderr"): Pending | undefined {
    return this.#pending.find((pending) => pending[stream] === undefined);
  }

  #read(chunk: Uint8Array, stream: "stdout" | "stderr", take: (frame: Frame) => void): void {
    if (this.#ended !== null) return;
    this.#heard = performance.now();
    if (chunk.length < PIECES.small && ++this.#pieces > (this.#pending[0]?.pieces ?? PIECES.most)) {
      return this.#tooMuch(
        `it sent more than ${this.#pending[0]?.pieces ?? PIECES.most} small pieces of output`,
      );
    }
    const reader = stream === "stdout" ? this.#stdout : this.#stderr;
    try {
      for (const frame of reader.push(chunk)) {
        take(frame);
        // What is behind the greeting, or behind the end, is nobody's.
        if (this.#ended !== null || (reader !== this.#stdout && reader !== this.#stderr)) return;
      }
    } catch (error) {
      if (error instanceof OverLimit) return this.#tooMuch(error.message);
      this.#end(Failure.from(error, this.#pending[0]?.name ?? "talk", this.#endpoint.name));
    }
  }

  #takeOutput({ body, words: [id = "", code = "", ...more] }: Frame, greeted: () => void): void {
    if (!this.#greeted) {
      if (id === "hello") greeted();
      return;
    }
    const pending = this.#awaited("stdout");
    if (String(pending?.id) !== id || !/^\d{1,3}$/.test(code) || more.length > 0) return this.#notAsked();
    this.#answer(pending!, { stdout: { text: body, code: Number(code) } });
  }

  #takeErrors({ body, words: [id = "", ...more] }: Frame): void {
    if (!this.#greeted) return;
    const pending = this.#awaited("stderr");
    if (String(pending?.id) !== id || more.length > 0) return this.#notAsked();
    this.#answer(pending!, { stderr: body });
  }

  #notAsked(): void {
    this.#tooMuch("it sent an answer that was not requested");
  }

  /** The device has gone past a bound. */
  #tooMuch(evidence: string): void {
    const [waiting] = this.#pending;
    if (!this.#greeted) {
      const before = `${evidence} before the session started`;
      return this.#end(
        unreachable(this.#endpoint, "excess", before, "check what its login shell runs at start"),
      );
    }
    this.#end(this.#failure("excess", waiting?.name ?? "talk", evidence, NEXT_OF_EXCESS));
  }

  #lastErrors(): string[] {
    return lastWords(this.#stderr.last(LAST_WORDS));
  }

  #printed(): string[] {
    return lastWords(this.#stdout.last(LAST_WORDS));
  }

  /** An answer is whole when its marker has come on both streams. */
  #answer(pending: Pending, part: Pick<Pending, "stdout" | "stderr">): void {
    Object.assign(pending, part);
    const { stdout, stderr } = pending;
    if (stdout === undefined || stderr === undefined) return;
    // Answers come in order on each stream, so the first that is whole is the first that was asked for.
    this.#pending.shift();
    this.#pieces = 0;
    pending.clock.stop();
    // The device began a moment before we heard that the one before had ended.
    if (stdout.code > 123 && pending.clock.took + 0.5 >= pending.seconds) {
      pending.reject(this.#timeout(pending, lastWords(stderr.slice(-LAST_WORDS))));
    } else pending.resolve({ code: stdout.code, stdout: stdout.text, stderr });
    const next = this.#pending[0];
    next?.clock.start(this.#patience(next));
  }

  /** Seconds that an answer may take: the device itself ends a program that takes too long, and says so. */
  #patience(pending: Pending): number {
    return pending.seconds + (this.#options.grace ?? ANSWER_GRACE);
  }

  #giveUp(pending: Pending, why: Late): void {
    if (why === "limit") return this.#end(this.#timeout(pending, this.#lastErrors()));
    const evidence = `no heartbeat within ${SILENCE} s; one is due every 5 s`;
    this.#end(this.#failure("timeout", pending.name, evidence));
  }

  async #send(pending: Pending, payload: Payload): Promise<void> {
    let left = payload.bytes;
    const stall = (this.#options.stall ?? STALL) + (payload.pause ?? 0);
    try {
      for await (const chunk of this.#paced(pending, payload, stall)) {
        if (this.#ended !== null) return;
        left -= chunk.length;
        await this.#write(chunk);
        if (this.#pending[0] === pending) {
          pending.clock.restart(left === 0 ? this.#patience(pending) : stall);
        }
      }
    } catch (error) {
      return this.#end(
        this.#failure("fault", pending.name, error instanceof Error ? error.message : String(error)),
      );
    }
    if (left !== 0) {
      this.#end(
        this.#failure(
          "mismatch",
          pending.name,
          `a local file changed while it was sent: ${left} bytes are missing`,
        ),
      );
    }
  }

  /** The payload as fast as the run's limit lets it. */
  async *#paced(pending: Pending, payload: Payload, stall: number): AsyncIterable<Uint8Array> {
    const { throttle } = this.#options;
    if (throttle === undefined) return yield* payload.chunks();
    for await (const chunk of payload.chunks()) {
      for (const piece of throttle.pieces(chunk)) {
        pending.clock.pause();
        await throttle.pass(piece.length);
        pending.clock.resume();
        if (this.#pending[0] === pending) pending.clock.start(stall);
        yield piece;
      }
    }
  }

  /** Resolves when ssh has taken the bytes, or when it is gone. */
  #write(chunk: Uint8Array): Promise<void> {
    // A stream that has been closed says false too, and then nothing more.
    if (this.#ended !== null || this.#stdin.write(chunk) || this.#stdin.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        this.#stdin.off("drain", done);
        this.#stdin.off("close", done);
        this.#stdin.off("error", done);
        resolve();
      };
      this.#stdin.on("drain", done).on("close", done).on("error", done);
      this.#exited.then(done);
    });
  }

  /** The session is over: anyone who waits is told why. */
  #end(failure: Failure): void {
    if (this.#ended !== null) return;
    this.#ended = failure;
    this.#rejectAll(failure);
    kill(this.#process);
  }

  #rejectAll(failure: Failure): void {
    for (const pending of this.#pending.splice(0)) {
      pending.clock.stop();
      pending.reject(failure);
    }
  }

  async #whyEnded(exitCode: number | null, cause: Error | null): Promise<Failure> {
    const words = this.#lastErrors();
    if (!this.#greeted) {
      return await whyNoSession(this.#endpoint, this.#options, {
        exitCode,
        cause,
        words,
        printed: this.#printed(),
      });
    }
    return this.#failure(
      "dropped",
      this.#pending[0]?.name ?? "talk",
      ["the connection was lost", ...words].join("\n"),
    );
  }

  #failure(kind: FailureKind, action: string, evidence: string, next?: string): Failure {
    const data = { kind, action, host: this.#endpoint.name, evidence };
    return new Failure(next === undefined ? data : { ...data, next });
  }

  #timeout({ name, seconds }: Pending, words: readonly string[]): Failure {
    const whose = this.#options.longest === undefined ? "" : " \(--timeout\)";
    return this.#failure("timeout", name, [`no answer within ${seconds} s${whose}`, ...words].join("\n"));
  }
}

const NEXT_OF_EXCESS =
  "look at the device: Lockstep's programs never send that much; if its sets are very large, raise --max-output";
