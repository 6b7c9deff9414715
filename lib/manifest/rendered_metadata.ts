/**
 * The `metadata.json` of a set whose templates have been rendered for a host: each template is replaced by its rendered file, and the set
 * no longer declares templates. Everything else keeps every byte. Pure.
 * @module
 */
import { parseJson, propertiesOf } from "./json.ts";
import { MANIFEST_KEY } from "./parse.ts";
import { TEMPLATES_KEY } from "./template_names.ts";

/** What a template has become. */
export interface RenderedEntry {
  /** As the device has it, without `.tmpl`. */
  readonly name: string;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** A place in a text, and what stands there from now on. */
interface Splice {
  readonly offset: number;
  readonly length: number;
  readonly by: string;
}

/** A `metadata.json` that can be made for many hosts. */
export interface MetadataForm {
  /** The text with these entries instead of the templates of these names. */
  render(entries: ReadonlyMap<string, RenderedEntry>): string;
}

/** Reads a text, which has been checked, once for all hosts. */
export function metadataForm(text: string): MetadataForm {
  const body = text.replace(/^\ufeff/, "");
  const bom = text.slice(0, text.length - body.length);
  const { root } = parseJson(body, "metadata.json");
  const properties = root === null ? [] : propertiesOf(root);
  const optIns = properties.filter(({ key }) => key === TEMPLATES_KEY).map(({ value }): Splice => ({
    ...value,
    by: "false",
  }));
  const listed = properties.filter(({ key }) => key === MANIFEST_KEY).flatMap(({ value }) =>
    propertiesOf(value)
  );
  return {
    render: (entries) => {
      const splices = listed.flatMap(({ key, node, value }): Splice[] => {
        const entry = entries.get(key);
        if (entry === undefined) return [];
        const digest = value.type === "string"
          ? value
          : propertiesOf(value).find(({ key }) => key === "sha256")!.value;
        return [
          { ...node.children![0]!, by: JSON.stringify(entry.name) },
          { ...digest, by: JSON.stringify(entry.sha256) },
        ];
      });
      return bom + spliced(body, [...optIns, ...splices]);
    },
  };
}

function spliced(text: string, splices: readonly Splice[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { offset, length, by } of splices.toSorted((a, b) => a.offset - b.offset)) {
    parts.push(text.slice(at, offset), by);
    at = offset + length;
  }
  return parts.join("") + text.slice(at);
}
