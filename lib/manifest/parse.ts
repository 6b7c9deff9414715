/**
 * The manifest of a `metadata.json`: the files of a set, with their digests. Pure: text in, entries and every problem out.
 * @module
 */
import type { Node } from "jsonc-parser";
import { cutText } from "../bounds.ts";
import type { Problem } from "../errors.ts";
import { editDistance } from "../plain/near_miss.ts";
import { METADATA_BYTES, MOST_ENTRIES, Problems } from "./bounds.ts";
import { kindOf, parseJson, type Position, propertiesOf } from "./json.ts";
import { parentsOf, unsafeName } from "./names.ts";
import { templateMistakes, TEMPLATES_KEY } from "./template_names.ts";

/** The key of the list. */
export const MANIFEST_KEY = "artifacts_manifest";

export interface ParsedManifest {
  /** Relative name, separated by "/", to sha256 in lower case. Holds only entries without a problem, in the manifest's order. */
  readonly entries: ReadonlyMap<string, string>;
  /** Where each entry stands in the text. */
  readonly positions: ReadonlyMap<string, Position>;
  /** The user's `version`, as written; null if it is neither a string nor a number. */
  readonly version: string | null;
  /** Whether its `*.tmpl` are templates, to be rendered for each host. */
  readonly templates: boolean;
  readonly problems: readonly Problem[];
}

/**
 * The manifest of a `metadata.json` text, with all problems at once; never throws. A byte order mark is tolerated.
 * @param where names the text in problems: its path.
 * @param dir names the folder in the fixes that they propose.
 */
export function parseManifest(text: string, where: string, dir = "DIR"): ParsedManifest {
  const body = text.replace(/^\ufeff/, "");
  if (body.length > METADATA_BYTES) {
    const problem = { where, message: tooManyBytes(), hint: "is this the right file?" };
    return { entries: new Map(), positions: new Map(), version: null, templates: false, problems: [problem] };
  }
  const { root, at, problems: syntax } = parseJson(body, where);
  const problems = new Problems(syntax);
  const entries = new Map<string, string>();
  const positions = new Map<string, Position>();
  const report = (node: Node, path: string | null, message: string, hint: string) =>
    problems.add({
      where,
      ...at(node.offset),
      ...(path === null ? {} : { path: cutText(path, SHOWN) }),
      message: cutText(message, SHOWN),
      hint: cutText(hint, SHOWN),
    });
  let templates = false;
  const result = (version: string | null) => ({
    entries,
    positions,
    version,
    templates,
    problems: problems.told(where),
  });
  if (root === null) return result(null);

  if (root.type !== "object") {
    report(
      root,
      null,
      `found ${kindOf(root)}, expected an object`,
      `run \`manifest ${dir}\` to replace this file`,
    );
    return result(null);
  }
  const properties = propertiesOf(root);
  const versions = properties.filter(({ key }) => key === "version");
  const manifests = properties.filter(({ key }) => key === MANIFEST_KEY);
  const optIns = properties.filter(({ key }) => key === TEMPLATES_KEY);
  for (
    const [key, found] of [["version", versions], [MANIFEST_KEY, manifests], [TEMPLATES_KEY, optIns]] as const
  ) {
    for (const again of found.slice(1)) {
      report(
        again.node,
        key,
        `the key occurs twice, first at line ${at(found[0]!.node.offset).line}`,
        "keep one of the two",
      );
    }
  }
  const version = versionOf(body, versions.at(-1)?.value);
  const optIn = optIns.at(-1)?.value;
  if (optIn !== undefined && optIn.type !== "boolean") {
    report(
      optIn,
      TEMPLATES_KEY,
      `found ${kindOf(optIn)}, expected true or false`,
      "write true if files that end in .tmpl are templates, else remove the key",
    );
  }
  templates = optIn?.value === true;

  const manifest = manifests.at(-1)?.value;
  if (manifest === undefined) {
    const near = properties.find(({ key }) => editDistance(key.toLowerCase(), MANIFEST_KEY) <= 4);
    const hint = near
      ? `did you mean "${MANIFEST_KEY}" where it says "${near.key}"?`
      : `run \`manifest ${dir}\``;
    report(near?.node ?? root, null, `"${MANIFEST_KEY}" is missing: nothing to deploy`, hint);
    return result(version);
  }
  if (manifest.type !== "object") {
    const message = `found ${kindOf(manifest)}, expected an object of file names and digests`;
    report(manifest, MANIFEST_KEY, message, `run \`manifest ${dir}\``);
    return result(version);
  }
  const listed = propertiesOf(manifest);
  if (listed.length === 0) {
    report(manifest, MANIFEST_KEY, "the list is empty: nothing to deploy", `run \`manifest ${dir}\``);
  }

  if (listed.length > MOST_ENTRIES) {
    const message = `it lists ${listed.length} files, and a set may have at most ${MOST_ENTRIES}`;
    report(manifest, MANIFEST_KEY, message, "pack related files into one file");
    return result(version);
  }

  const first = new Map<string, Node>();
  for (const { key, node } of listed) if (!first.has(key)) first.set(key, node);
  for (const { key: name, node, value } of listed) {
    const path = entryPath(name);
    if (first.get(name) !== node) {
      report(
        node,
        path,
        `the file is listed twice, first at line ${at(first.get(name)!.offset).line}`,
        "keep one of the two",
      );
      continue;
    }
    const unsafe = unsafeName(name);
    if (unsafe) report(node, path, `unsafe file name: ${unsafe.reason}`, unsafe.fix);
    const parent = unsafe ? undefined : parentsOf(name).find((folder) => first.has(folder));
    if (parent !== undefined) {
      report(
        node,
        path,
        `${JSON.stringify(parent)} is listed as a file, so nothing can be below it`,
        "remove one of the two",
      );
    }
    const digest = digestOf(value);
    if ("mistake" in digest) {
      report(
        digest.node,
        path,
        digest.mistake,
        `run \`manifest ${dir}\` if the file is right, otherwise correct its digest`,
      );
    } else if (!unsafe && parent === undefined) {
      entries.set(name, digest.sha256);
      positions.set(name, at(node.offset));
    }
  }
  if (templates) {
    for (const { name, message, hint } of templateMistakes([...entries.keys()])) {
      problems.add({ where, ...positions.get(name), path: cutText(entryPath(name), SHOWN), message, hint });
    }
  }
  return result(version);
}

/** So much of somebody's name or value is shown in a problem. */
const SHOWN = 1000;

/** What is said about a metadata.json that is too large to be read. */
export function tooManyBytes(): string {
  return `it is larger than ${METADATA_BYTES / 1024 / 1024} MiB, the limit for a manifest`;
}

/** The path of an entry inside the document, as problems print it. */
export function entryPath(name: string): string {
  return `${MANIFEST_KEY}[${JSON.stringify(name)}]`;
}

/** The digest of an entry's value, in lower case, or what is wrong with it and where. */
function digestOf(
  value: Node,
): { readonly sha256: string } | { readonly mistake: string; readonly node: Node } {
  if (value.type === "string") return checkDigest(value);
  if (value.type !== "object") {
    return { mistake: `found ${kindOf(value)}, expected a digest or {"sha256": "…"}`, node: value };
  }
  const properties = propertiesOf(value);
  const [digest, again] = properties.filter(({ key }) => key === "sha256");
  if (again) return { mistake: '"sha256" occurs twice', node: again.node };
  if (digest) return checkDigest(digest.value);
  const keys = properties.map(({ key }) => JSON.stringify(key)).join(", ");
  return { mistake: `"sha256" is missing${keys === "" ? "" : `, found ${keys}`}`, node: value };
}

function checkDigest(
  node: Node,
): { readonly sha256: string } | { readonly mistake: string; readonly node: Node } {
  const expected = "expected the 64 hex digits of a sha256";
  if (node.type !== "string") return { mistake: `found ${kindOf(node)}, ${expected}`, node };
  const text = String(node.value);
  if (/^[0-9a-f]{64}$/i.test(text)) return { sha256: text.toLowerCase() };
  const shown = JSON.stringify(text.length > 72 ? `${text.slice(0, 72)}…` : text);
  return { mistake: `found ${shown} (length ${text.length}), ${expected}`, node };
}

/** Numbers keep their spelling: 2.10 is another version than 2.1. */
function versionOf(text: string, node: Node | undefined): string | null {
  if (node?.type === "string") return String(node.value);
  return node?.type === "number" ? text.slice(node.offset, node.offset + node.length) : null;
}
