/** What a terminal shows after what was written to it: as much of one as the views use. @module */

export class Screen {
  readonly #columns: number;
  readonly #rows: string[][] = [[]];
  #row = 0;
  #column = 0;

  constructor(columns: number) {
    this.#columns = columns;
  }

  readonly write = (text: string): void => {
    // deno-lint-ignore no-control-regex -- escape codes are what this reads
    for (const [part] of text.matchAll(/\x1b\[([\d;]*)([A-Za-z])|[^]/gu)) {
      if (part === "\n") this.#down();
      else if (part === "\r") this.#column = 0;
      else if (part.startsWith("\x1b[")) this.#command(part.slice(2, -1), part.at(-1)!);
      else this.#put(part);
    }
  };

  /** Every line from the first, without trailing blanks. */
  lines(): string[] {
    return this.#rows.map((row) => row.join("").trimEnd());
  }

  #down(): void {
    this.#row++;
    this.#column = 0;
    this.#rows[this.#row] ??= [];
  }

  #put(char: string): void {
    if (this.#column === this.#columns) this.#down();
    this.#rows[this.#row]![this.#column++] = char;
  }

  #command(argument: string, command: string): void {
    if (command === "A") this.#row = Math.max(0, this.#row - Number(argument || 1));
    else if (command === "J") {
      this.#rows.length = this.#row + 1;
      this.#rows[this.#row]!.length = this.#column;
    } else if (command !== "m") throw new Error(`the screen does not know ${JSON.stringify(command)}`);
  }
}
