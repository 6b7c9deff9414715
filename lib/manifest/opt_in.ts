/**
 * Declares in a `metadata.json` that its files which end in `.tmpl` are templates. The rest of the text keeps every byte. Pure.
 * @module
 */
import { parseJson, propertiesOf } from "./json.ts";
import { outerLayout } from "./json_layout.ts";
import { TEMPLATES_KEY } from "./template_names.ts";

/** Whether a text, which is a JSON object, says so. */
export function optedIn(text: string): boolean {
  return keyOf(text.replace(/^\ufeff/, ""))?.value.value === true;
}

/** The text of a JSON object that says so. */
export function optIn(text: string): string {
  const body = text.replace(/^\ufeff/, "");
  const bom = text.slice(0, text.length - body.length);
  const splice = (offset: number, length: number, by: string): string =>
    bom + body.slice(0, offset) + by + body.slice(offset + length);
  const found = keyOf(body);
  if (found !== undefined) return splice(found.value.offset, found.value.length, "true");
  const { root } = parseJson(body, "");
  const last = root?.children?.at(-1);
  if (root === null || last === undefined) return text;
  return splice(
    last.offset + last.length,
    0,
    `${outerLayout(body, root).between}${JSON.stringify(TEMPLATES_KEY)}: true`,
  );
}

function keyOf(body: string) {
  const { root } = parseJson(body, "");
  return root === null ? undefined : propertiesOf(root).find(({ key }) => key === TEMPLATES_KEY);
}
