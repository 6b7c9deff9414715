/**
 * What kind of source a file is, told in the order in which Ansible tries its plugins: a program first, then YAML (and JSON, which is YAML),
 * then INI.
 * @module
 */
import type { Stats } from "node:fs";
import { extname } from "@std/path";

/** The endings that Ansible's yaml plugin takes; a name without one may be YAML, too. */
const YAML_EXTENSIONS = [".yaml", ".yml", ".json"];

/**
 * Whether a file should be run. The permission alone says nothing: on some filesystems every file has it. The system could start a file
 * that has it and begins neither with `#!` nor as a binary does, only by taking it for a shell script.
 */
export function isProgram(info: Pick<Stats, "mode">, content: Uint8Array): boolean {
  return (info.mode & 0o111) !== 0 && (hasShebang(content) || isBinary(content));
}

/** Whether a file begins as a script does. */
export function hasShebang(content: Uint8Array): boolean {
  return content[0] === 0x23 && content[1] === 0x21;
}

function isBinary(content: Uint8Array): boolean {
  const magic = content.subarray(0, 4).reduce((number, byte) => number * 256 + byte, 0);
  // ELF, and Mach-O in its four forms.
  return [0x7f454c46, 0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe, 0xcafebabe].includes(magic);
}

/** Whether a text is YAML or INI, by its name, and by its text if the name leaves it open. */
export function textKind(file: string, text: string): "yaml" | "ini" {
  const extension = extname(file).toLowerCase();
  if (extension === ".json") return "yaml";
  if (extension !== "" && !YAML_EXTENSIONS.includes(extension)) return "ini";
  const first = firstLine(text);
  if (isHeader(first) || isRange(first)) return "ini";
  if (first === "" || isYamlStart(first)) return "yaml";
  // A file that is named so is YAML, even if it is broken, unless it has a section of INI.
  return extension === "" || /^[ \t]*\[[^[\]{}",\s]+\][ \t]*(?:#.*)?$/m.test(text) ? "ini" : "yaml";
}

/** The line (from 1) of the `---` that somebody has put above a section of INI; undefined for any other text. */
export function lineOfStrayDashes(text: string): number | undefined {
  const [above] = /^(?:[ \t]*(?:[#;].*)?\r?\n)*---[ \t]*\r?\n/.exec(text) ?? [];
  if (above === undefined || !isHeader(firstLine(text.slice(above.length)))) return undefined;
  return above.split("\n").length - 1;
}

/** The first line that is neither empty nor a comment. */
function firstLine(text: string): string {
  return /^[ \t]*([^#;\s].*)$/m.exec(text)?.[1]?.trim() ?? "";
}

/** `[web]`, `[web:vars] # comment`; a list of YAML's has commas, and JSON has more after its bracket. */
function isHeader(line: string): boolean {
  return /^\[[^[\]{}",\s]+\]\s*(?:#.*)?$/.test(line);
}

/** `[a:c]x`: a host to INI, and to YAML a list, which is no inventory. */
function isRange(line: string): boolean {
  return /^\[[\w]+:[\w]+(?::\d+)?\]/.test(line);
}

/** A key of YAML's, or the start of a document or of JSON. Of INI, only a host with a port has a colon, and no space after it. */
function isYamlStart(line: string): boolean {
  return /^(?:---|%|[{\[!&?])/.test(line) || isYamlLine(line);
}

function isYamlLine(line: string): boolean {
  return /^(?:"[^"]*"|'[^']*'|[^\s#=][^=#]*?):(?:\s|$)/.test(line);
}

/**
 * The line (from 1) on which a text names one of Ansible's inventory plugins that it configures, in a file that Ansible takes for none unless
 * it is told to use that plugin; undefined for any other text.
 */
export function lineOfUnreadConfiguration(file: string, text: string): number | undefined {
  if (/\.(?:ya?ml|json)$/.test(file)) return undefined;
  const before = /^plugin:[ \t]+\S/m.exec(text)?.index;
  // Below the head of a section it would be INI.
  if (before === undefined || /^[ \t]*\[/m.test(text.slice(0, before))) return undefined;
  return text.slice(0, before).split("\n").length;
}
