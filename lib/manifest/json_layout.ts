/**
 * How an object of a JSON text is laid out, so that what is added to it looks like the rest. Pure.
 * @module
 */
import type { Node } from "jsonc-parser";

/** What stands before, between and after the properties of an object; `fresh` if it has none to learn from. */
export function layoutOf(text: string, object: Node | undefined, fresh: { first: string; last: string }) {
  const [one, two] = object?.children ?? [];
  const end = object?.children?.at(-1);
  if (!object || !one || !end) return { ...fresh, between: fresh.first === "" ? ", " : `,${fresh.first}` };
  const first = text.slice(object.offset + 1, one.offset);
  const between = two ? text.slice(one.offset + one.length, two.offset) : `,${first || " "}`;
  const last = text.slice(end.offset + end.length, object.offset + object.length - 1);
  return { first, between, last };
}

/** How a whole text is: what a first property of it has around it, if it has none. */
export function outerLayout(text: string, root: Node) {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  return layoutOf(text, root, { first: `${newline}  `, last: newline });
}
