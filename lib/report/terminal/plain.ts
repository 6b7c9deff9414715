/**
 * The view for files, pipes and logs: a line as each host ends, and the closing words. In a large fleet a line as each host fails, and now
 * and then how far the run has come. Never an escape code.
 * @module
 */
import type { Event } from "../../events.ts";
import { Ledger } from "./ledger.ts";
import { closingLines } from "./closing.ts";
import { hasLine, Layout, openingLine, stoppedLine, taskLines } from "./lines.ts";
import { outcomesLine, progressLine, waitingLine, waveLine } from "./progress.ts";
import { type Line, plainText, span } from "./spans.ts";
import type { View, ViewOptions, Writer } from "./view.ts";

/** Fleets of up to this many hosts get a line a host. */
const FEW = 500;
/** Between two lines that say how far a larger one has come, in milliseconds. */
const PROGRESS = 10_000;

/** A view that prints lines and never moves the cursor: for logs and pipes. */
export function plainView(out: Writer, options: ViewOptions = {}): View {
  const ledger = new Ledger();
  let layout: Layout | null = null;
  let closed = false;
  let saidAt = 0;
  const print = (printed: readonly Line[]) => {
    if (printed.length > 0) out(printed.map((line) => plainText(line) + "\n").join(""));
  };
  const close = () => {
    if (closed || ledger.start === null) return;
    closed = true;
    print(closingLines(ledger, ledger.start, options));
  };
  const progress = () => {
    if (ledger.start === null || ledger.start.hosts.length <= FEW) return;
    saidAt = ledger.lastAt;
    print([[
      ...progressLine(ledger, ledger.start, saidAt),
      span("  "),
      ...outcomesLine(ledger, ledger.start),
    ]]);
  };
  const listen = (event: Event) => {
    // How the wave ended that was under way until now.
    if (event.type === "wave-started" && ledger.counts.hosts > 0) progress();
    const finished = ledger.add(event);
    if (event.type === "run-started") {
      layout = new Layout(event);
      saidAt = ledger.lastAt;
      print([openingLine(event)]);
    }
    const { start } = ledger;
    if (start === null || layout === null) return;
    if (event.type === "wave-started" && start.waves.length > 1) print([waveLine(start, event.wave)]);
    if (finished !== null && hasLine(finished, ledger, FEW, options)) {
      print([layout.hostLine(finished), ...taskLines(finished.tasks, start.dryRun, options)]);
    }
    if (event.type === "wave-waiting" && event.for === "pause") print([waitingLine(event)]);
    if (event.type === "stopped") print([stoppedLine(event.reason)]);
    if (event.type === "interrupted") print([[{ text: INTERRUPTED }]]);
    if (event.type === "run-finished") close();
    else if (ledger.lastAt - saidAt >= PROGRESS) progress();
  };
  return Object.assign(listen, { close });
}

/** What is said at once when the user asks to stop. */
export const INTERRUPTED =
  "Stopping: no new hosts will be started; hosts in progress will finish or roll back";
