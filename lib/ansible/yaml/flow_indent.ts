/**
 * Indents what stands between brackets or quotes. PyYAML does not look at indentation there; the `yaml` package wants every line to be
 * further in than the key, as YAML 1.2 does:
 * ```yaml
 * servers: [
 *   a, b
 * ]
 * ```
 * @module
 */

/** A long line before many short ones must not eat the memory. */
const MOST_SPACES = 8_000_000;

/** A text that means the same to PyYAML, and by how much each of its lines was moved to the right. */
export interface Indented {
  readonly text: string;
  readonly moved: readonly number[];
}

/**
 * The text with such lines moved behind the column of the first bracket or quote; undefined if there are none, if a document ends
 * between them, and where it takes too many spaces.
 */
export function indentFlows(text: string): Indented | undefined {
  const scanner = new Scanner();
  const moved: number[] = [];
  const lines: string[] = [];
  let spaces = 0;
  for (const line of text.split("\n")) {
    if (scanner.inside && /^(?:---|\.\.\.)(?:\s|$)/.test(line)) return undefined;
    const by = scanner.inside && line.trim() !== "" ? scanner.column + 1 : 0;
    spaces += by;
    if (spaces > MOST_SPACES) return undefined;
    moved.push(by);
    lines.push(" ".repeat(by) + line);
    scanner.line(line);
  }
  return spaces === 0 ? undefined : { text: lines.join("\n"), moved };
}

class Scanner {
  /** Where the outermost bracket or quote is in its line. */
  column = 0;
  /** Brackets that are open. */
  #depth = 0;
  /** The quote that is open. */
  #quote = "";
  /** The indentation of the line that begins a block of text. */
  #block = Infinity;
  /** Whether a value may begin here: inside a plain text, brackets and quotes are letters like any other. */
  #fresh = true;

  get inside(): boolean {
    return this.#depth > 0 || this.#quote !== "";
  }

  line(line: string): void {
    const indent = line.search(/\S/);
    if (!this.inside) {
      if (indent < 0 || indent > this.#block) return;
      this.#block = Infinity;
      this.#fresh = true;
    }
    for (let at = 0; at < line.length; at++) {
      const char = line[at]!;
      if (this.#quote !== "") at += this.#quoted(char, line[at + 1]);
      else if (char === "#" && !/\S/.test(line[at - 1] ?? " ")) return;
      else if (this.#fresh && this.#depth === 0 && /[|>]/.test(char)) {
        this.#block = indent;
        return;
      } else if (this.#fresh && /[&*!]/.test(char)) at += /^[^\s,[\]{}]*/.exec(line.slice(at))![0].length - 1;
      else this.#plain(char, line[at + 1], at);
    }
  }

  /** Returns how many characters more belong to this one. */
  #quoted(char: string, next: string | undefined): number {
    if (this.#quote === '"' && char === "\\" || char === "'" && this.#quote === "'" && next === "'") return 1;
    if (char === this.#quote) this.#quote = "";
    return 0;
  }

  #plain(char: string, next: string | undefined, at: number): void {
    if (/\s/.test(char)) return;
    const opens = /["'[{]/.test(char) && this.#fresh;
    if (opens && !this.inside) this.column = at;
    if (opens && /["']/.test(char)) this.#quote = char;
    else if (opens) this.#depth++;
    else if (/[\]}]/.test(char) && this.#depth > 0) this.#depth--;
    const parts = char === "," && this.#depth > 0 || char === ":" && this.#ends(next) ||
      /[-?]/.test(char) && this.#fresh && this.#ends(next);
    this.#fresh = parts || opens && this.#quote === "";
  }

  #ends(next = " "): boolean {
    return /\s/.test(next) || this.#depth > 0 && /["',[\]{}]/.test(next);
  }
}
