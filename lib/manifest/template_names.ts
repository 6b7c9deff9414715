/**
 * Files of a set that are templates: their names on a device, and which names are invalid. Pure.
 * @module
 */
import { METADATA, parentsOf, unsafeName } from "./names.ts";

/** The key by which a `metadata.json` says that its `*.tmpl` are templates. On a device it is false: they have been rendered. */
export const TEMPLATES_KEY = "artifacts_templates";
const ENDING = ".tmpl";

/** What a template is called once it is rendered; null for a file that is none. */
export function renderedName(name: string): string | null {
  return name.endsWith(ENDING) ? name.slice(0, -ENDING.length) : null;
}

/** What is wrong with the name of a template, and how to mend it. */
export interface TemplateMistake {
  readonly name: string;
  readonly message: string;
  readonly hint: string;
}

/** The templates among the files of a set that would become a file whose name is taken, or is none. */
export function templateMistakes(names: readonly string[]): TemplateMistake[] {
  const listed = new Set(names);
  const targets = names.map((name) => renderedName(name) ?? name);
  const folders = new Set(targets.flatMap(parentsOf));
  return names.flatMap((name): TemplateMistake[] => {
    const target = renderedName(name);
    if (target === null) return [];
    const becomes = `the template becomes ${JSON.stringify(target)} on a device`;
    if (target === METADATA) {
      return [{ name, message: `${becomes}, which is the manifest itself`, hint: "rename the template" }];
    }
    const unsafe = unsafeName(target);
    if (unsafe !== null) {
      return [{ name, message: `${becomes}: ${unsafe.reason}`, hint: "rename the template" }];
    }
    if (listed.has(target) || folders.has(target)) {
      const message = `${becomes}, and ${
        listed.has(target) ? "a file" : "a folder"
      } of that name is listed, too`;
      return [{ name, message, hint: "remove or rename one of the two, then refresh the manifest" }];
    }
    return [];
  });
}
