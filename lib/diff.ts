/**
 * What differs between two texts, line by line, as `diff -u` prints it. Pure.
 * @module
 */

/** A line of a comparison, with its line break if it has one: in both texts, in the earlier alone, or in the later alone. */
export interface Edit {
  readonly kind: " " | "-" | "+";
  readonly text: string;
}

/** Past so many changed lines no shortest way is looked for: the work grows with their square. */
const MOST_CHANGES = 1000;

/** The lines of a text, each with its line break; only the last may have none. */
export function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** The shortest way from one list of lines to the other (Myers); if that would be long, all of one and then all of the other. */
export function lineEdits(before: readonly string[], after: readonly string[]): Edit[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  let tail = 0;
  const most = Math.min(before.length, after.length) - head;
  while (tail < most && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  const same = (lines: readonly string[]): Edit[] => lines.map((text) => ({ kind: " ", text }));
  const [a, b] = [before.slice(head, before.length - tail), after.slice(head, after.length - tail)];
  return [...same(before.slice(0, head)), ...shortest(a, b), ...same(before.slice(before.length - tail))];
}

function shortest(a: readonly string[], b: readonly string[]): Edit[] {
  const trace = furthestReaches(a, b);
  if (trace === null) {
    return [...a.map((text): Edit => ({ kind: "-", text })), ...b.map((text): Edit => ({ kind: "+", text }))];
  }
  const edits: Edit[] = [];
  let [x, y] = [a.length, b.length];
  for (let d = trace.length - 1; d >= 0; d--) {
    const reach = trace[d]!;
    const k = x - y;
    const down = k === -d || (k !== d && at(reach, k - 1) < at(reach, k + 1));
    const fromX = d === 0 ? 0 : at(reach, down ? k + 1 : k - 1);
    const fromY = d === 0 ? 0 : fromX - (down ? k + 1 : k - 1);
    const startX = d === 0 ? 0 : down ? fromX : fromX + 1;
    while (x > startX) edits.push({ kind: " ", text: a[--x]! });
    if (d > 0) edits.push(down ? { kind: "+", text: b[fromY]! } : { kind: "-", text: a[fromX]! });
    [x, y] = [fromX, fromY];
  }
  return edits.reverse();
}

/** How far each diagonal reaches with so many changes, before each of them; null if there are too many. */
function furthestReaches(a: readonly string[], b: readonly string[]): Int32Array[] | null {
  const trace: Int32Array[] = [];
  let reach = new Int32Array(3);
  for (let d = 0; d <= Math.min(a.length + b.length, MOST_CHANGES); d++) {
    trace.push(reach);
    const next = new Int32Array(2 * (d + 1) + 3);
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && at(reach, k - 1) < at(reach, k + 1));
      let x = d === 0 ? 0 : down ? at(reach, k + 1) : at(reach, k - 1) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      next[k + (next.length >> 1)] = x;
      if (x >= a.length && x - k >= b.length) return trace;
    }
    reach = next;
  }
  return null;
}

/** The reach of a diagonal: they are kept around the middle. */
function at(reach: Int32Array, k: number): number {
  return reach[k + (reach.length >> 1)]!;
}

/** The changes with so many lines around them, as `diff -u` prints them, under two lines that name the texts; "" if nothing differs. */
export function unified(edits: readonly Edit[], from: string, to: string, context = 3): string {
  const changed = edits.flatMap(({ kind }, at) => kind === " " ? [] : [at]);
  if (changed.length === 0) return "";
  const hunks: [start: number, end: number][] = [];
  for (const at of changed) {
    const last = hunks.at(-1);
    if (last !== undefined && at - context <= last[1]) last[1] = at + context + 1;
    else hunks.push([Math.max(0, at - context), at + context + 1]);
  }
  const parts = [`--- ${from}\n+++ ${to}\n`];
  let [before, after, done] = [0, 0, 0];
  for (const [start, end] of hunks) {
    before += start - done;
    after += start - done;
    const lines = edits.slice(start, end);
    const olds = lines.filter(({ kind }) => kind !== "+").length;
    const news = lines.filter(({ kind }) => kind !== "-").length;
    parts.push(`@@ -${range(before, olds)} +${range(after, news)} @@\n`);
    for (const { kind, text } of lines) {
      parts.push(text.endsWith("\n") ? `${kind}${text}` : `${kind}${text}\n\\ No newline at end of file\n`);
    }
    before += olds;
    after += news;
    done = start + lines.length;
  }
  return parts.join("");
}

/** Where a hunk begins, and how many lines it has: one that is empty begins behind the line before. */
function range(before: number, lines: number): string {
  if (lines === 1) return String(before + 1);
  return `${lines === 0 ? before : before + 1},${lines}`;
}
