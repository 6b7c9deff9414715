/**
 * A few lines at the bottom of a terminal that are rewritten in place, while finished lines scroll by above them. Smaller than the
 * packages that do this, and differs where it matters: what a narrowed window has wrapped is still erased whole, a frame is one write, and
 * nothing has to be restored (the cursor stays visible), so that a killed program leaves a usable terminal.
 * @module
 */
import { colouredText, fit, type Line, width } from "./spans.ts";
import type { Writer } from "./view.ts";

/** The size of a terminal, in characters. */
export interface TerminalSize {
  /** In a line. */
  readonly columns: number;
  /** Lines. */
  readonly rows: number;
}

export class LiveBlock {
  readonly #out: Writer;
  readonly #size: () => TerminalSize;
  /** Widths of the lines on the screen, the cursor being at the end of the last. */
  #shown: readonly number[] = [];
  #frame = "";

  constructor(out: Writer, size: () => TerminalSize) {
    this.#out = out;
    this.#size = size;
  }

  /** Prints `above` for good, and under it `block` in place of the former one. */
  draw(above: readonly string[], block: readonly Line[]): void {
    const { columns } = this.#size();
    // Terminals differ in what the last column does, so it stays free.
    const fitted = block.map((line) => fit(line, columns - 1));
    const frame = fitted.map(colouredText).join("\n");
    if (above.length === 0 && frame === this.#frame && this.#rowsShown(columns) === fitted.length) return;
    this.#out(this.#erase(columns) + above.map((line) => `${line}\n`).join("") + frame);
    this.#shown = fitted.map((line) => line.reduce((sum, { text }) => sum + width(text), 0));
    this.#frame = frame;
  }

  #erase(columns: number): string {
    if (this.#shown.length === 0) return "";
    const up = this.#rowsShown(columns) - 1;
    return `\r${up > 0 ? `\x1b[${up}A` : ""}\x1b[J`;
  }

  /** Rows that the shown lines take now: a window made narrower has wrapped them. */
  #rowsShown(columns: number): number {
    return this.#shown.reduce((rows, taken) => rows + Math.max(1, Math.ceil(taken / columns)), 0);
  }
}
