/**
 * The view for files, pipes and logs: a line as each host ends, and the closing words. Never an escape code.
 * @module
 */
import type { Event } from "../../events.ts";
import { Ledger } from "./ledger.ts";
import { closingLines, Layout, openingLine, taskLines } from "./lines.ts";
import { type Line, plainText } from "./text.ts";
import type { View, ViewOptions, Writer } from "./view.ts";

export function plainView(out: Writer, options: ViewOptions = {}): View {
  const ledger = new Ledger();
  let layout: Layout | null = null;
  let closed = false;
  const print = (printed: readonly Line[]) => {
    if (printed.length > 0) out(printed.map((line) => plainText(line) + "\n").join(""));
  };
  const close = () => {
    if (closed || ledger.start === null) return;
    closed = true;
    print(closingLines(ledger, ledger.start, options));
  };
  const listen = (event: Event) => {
    const finished = ledger.add(event);
    if (event.type === "run-started") {
      layout = new Layout(event);
      print([openingLine(event)]);
    }
    if (finished !== null && layout !== null) {
      const dryRun = ledger.start?.dryRun === true;
      print([layout.hostLine(finished), ...taskLines(finished.tasks, dryRun, options)]);
    }
    if (event.type === "interrupted") print([[{ text: INTERRUPTED }]]);
    if (event.type === "run-finished") close();
  };
  return Object.assign(listen, { close });
}

/** What is said at once when the user asks to stop. */
export const INTERRUPTED = "stopping: no new host is begun; those under way are left whole";
