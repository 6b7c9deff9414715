/**
 * What Python's texts do to themselves: `strip()`, `split()`.
 * @module
 */

/** Without the characters in `chars` (without them, white space) at its start, its end, or both. */
export function stripped(text: string, chars: string | undefined, where: "start" | "end" | "both"): string {
  const members = [...text];
  const unwanted = (char: string | undefined) =>
    char !== undefined && (chars === undefined ? /\s/.test(char) : chars.includes(char));
  let [start, end] = [0, members.length];
  if (where !== "end") { while (start < end && unwanted(members[start])) start++; }
  if (where !== "start") { while (end > start && unwanted(members[end - 1])) end--; }
  return members.slice(start, end).join("");
}

/** The parts between separators (without one, between white space), at most so many and the rest. */
export function splitText(
  text: string,
  separator: string | undefined,
  most: number,
  from: "start" | "end",
): string[] {
  if (separator === undefined && most < 0) return text.split(/\s+/).filter((part) => part !== "");
  if (separator !== undefined) {
    const parts = text.split(separator);
    if (most < 0 || parts.length <= most + 1) return parts;
    return from === "start"
      ? [...parts.slice(0, most), parts.slice(most).join(separator)]
      : [parts.slice(0, parts.length - most).join(separator), ...parts.slice(parts.length - most)];
  }
  const words = [...text.matchAll(/\S+/g)];
  const all = words.map(([word]) => word);
  if (words.length <= most) return all;
  if (from === "start") return [...all.slice(0, most), text.slice(words[most]!.index).trimEnd()];
  const last = words[words.length - most - 1]!;
  return [text.slice(0, last.index + last[0].length).trimStart(), ...all.slice(words.length - most)];
}
