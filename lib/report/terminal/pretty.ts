/**
 * The view for a person at a terminal: the lines of hosts that have ended (in a large fleet, of those that failed) scroll by; below them a
 * few live lines say what is under way and how far the run has come.
 * @module
 */
import type { Event } from "../../events.ts";
import { Ledger } from "./ledger.ts";
import { closingLines } from "./closing.ts";
import { hasLine, Layout, openingLine, stoppedLine, taskLines } from "./lines.ts";
import { elapsed, outcomesLine, progressLine, waitingLine, waveLine } from "./progress.ts";
import { LiveBlock, type TerminalSize } from "./live_block.ts";
import { INTERRUPTED } from "./plain.ts";
import { colouredText, fit, type Line, pad, span, width } from "./spans.ts";
import type { View, ViewOptions, Writer } from "./view.ts";
import type { HostSoFar } from "../fold/host_fold.ts";
import type { RunStarted } from "../fold/run_state.ts";
import { oneLine } from "../../plain/printable.ts";
import { thousands } from "../words/text.ts";
import { FEW } from "../words/groups.ts";

export type { TerminalSize } from "./live_block.ts";

/** Time, as the view needs it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `tick` every so many milliseconds, without keeping the program alive, until the returned function is called. */
  every(ms: number, tick: () => void): () => void;
}

/** How a view for a terminal shows a run. */
export interface PrettyOptions extends ViewOptions {
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Asked again for every frame, so that a resized window is drawn right. */
  readonly size?: () => TerminalSize;
}

/** Hosts under way that are named in the live block. */
const NAMED = 6;
/** Least time between two frames, in milliseconds. */
const FRAME = 100;

/** A view for a terminal: lines that scroll by, and a block below that follows the hosts at work. */
export function prettyView(out: Writer, options: PrettyOptions = {}): View {
  const { clock = systemClock, size = consoleSize } = options;
  const ledger = new Ledger();
  const block = new LiveBlock(out, size);
  let layout: Layout | null = null;
  let above: string[] = [];
  let drawnAt = -Infinity;
  let stop = () => {};
  let closed = false;
  let asking = false;

  /** Host lines are cut to the window: what a failure says in full follows at the end. Everything else wraps as the terminal does it. */
  const scroll = (lines: readonly Line[], cut: boolean) => {
    for (const line of lines) above.push(colouredText(cut ? fit(line, size().columns - 1) : line));
  };
  const draw = () => {
    if (ledger.start === null || asking) return;
    drawnAt = clock.now();
    block.draw(above, liveLines(ledger, ledger.start, drawnAt, size()));
    above = [];
  };
  const close = () => {
    if (closed || ledger.start === null) return;
    closed = true;
    stop();
    scroll(closingLines(ledger, ledger.start, options), false);
    block.draw(above, []);
  };
  const listen = (event: Event) => {
    const finished = ledger.add(event);
    if (event.type === "run-started") {
      layout = new Layout(event);
      scroll([openingLine(event)], false);
      stop = clock.every(FRAME, draw);
    }
    const { start } = ledger;
    if (start === null || layout === null) return;
    if (event.type === "wave-started" && start.waves.length > 1) scroll([waveLine(start, event.wave)], false);
    if (finished !== null && hasLine(finished, ledger, FEW, options)) {
      scroll([layout.hostLine(finished)], true);
      scroll(taskLines(finished.tasks, start.dryRun, options), false);
    }
    if (event.type === "wave-waiting" && event.for === "pause") scroll([waitingLine(event)], false);
    if (event.type === "stopped") scroll([stoppedLine(event.reason)], false);
    if (event.type === "interrupted") scroll([[span(INTERRUPTED, "bad")]], false);
    // Somebody is asked, below what was said until now: the block must not be drawn over the question.
    asking = event.type === "wave-waiting" && event.for === "confirm";
    if (asking) {
      block.draw(above, []);
      above = [];
    }
    if (event.type === "run-finished") close();
    else if (!closed && clock.now() - drawnAt >= FRAME) draw();
  };
  return Object.assign(listen, { close });
}

/** What is under way, those first that began first, and under it how far the run has come. */
function liveLines(ledger: Ledger, start: RunStarted, now: number, { rows }: TerminalSize): Line[] {
  const room = Math.max(0, Math.min(NAMED, rows - 4));
  const named = [...take(ledger.underWay, room)].map(([host, doing]) => ({
    name: oneLine(host),
    task: taskText(doing),
    tone: doing.rollback ? "alarm" as const : "note" as const,
    since: Date.parse(doing.lastAt),
  }));
  const names = Math.min(40, named.reduce((most, { name }) => Math.max(most, width(name)), 0));
  const tasks = named.reduce((most, { task }) => Math.max(most, width(task)), 0);
  const shown = named.map(({ name, task, tone, since }): Line => [
    span(`  ${pad(name, names)}  `),
    span(pad(task, tasks), tone),
    span(`  ${elapsed(since, now)}`, "quiet"),
  ]);
  const more = ledger.underWay.size - named.length;
  if (more > 0) shown.push([span(`  and ${thousands(more)} more`, "quiet")]);
  if (ledger.counts.hosts > 0) shown.push(outcomesLine(ledger, start));
  shown.push(progressLine(ledger, start, now));
  return shown.slice(-Math.max(1, rows - 1));
}

function taskText({ task, rollback }: HostSoFar): string {
  const name = oneLine(task ?? "");
  return rollback ? `rolling back: ${name}` : name;
}

function* take<T>(items: Iterable<T>, n: number): Generator<T> {
  let taken = 0;
  for (const item of items) {
    if (taken++ >= n) return;
    yield item;
  }
}

const systemClock: Clock = {
  now: Date.now,
  every(ms, tick) {
    const timer = setInterval(tick, ms);
    Deno.unrefTimer(timer);
    return () => clearInterval(timer);
  },
};

function consoleSize(): TerminalSize {
  const usual = { columns: 80, rows: 24 };
  try {
    const { columns, rows } = Deno.consoleSize();
    // A terminal that nobody has told its size says 0.
    return { columns: columns || usual.columns, rows: rows || usual.rows };
  } catch {
    return usual;
  }
}
