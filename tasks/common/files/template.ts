/**
 * Promises that a file of the device holds what a template comes to for the host, and has this mode and owner. The template is in the language
 * of the inventory, Jinja2, sees the host's variables as the inventory does, and is rendered before any host is contacted. All else is as `file`
 * has it: whole or not written, a link replaced, `ok` if all that was asked for is so.
 * @module
 */
import { isAbsolute, relative, toFileUrl } from "@std/path";
import { Failure, UsageError } from "../../../lib/errors.ts";
import { checkTemplate, type TemplateFile } from "../../../lib/settings/mod.ts";
import type { NoVariables, Task } from "../../../lib/task.ts";
import { type FileOptions, fileTask } from "./file.ts";

/** What a file should be that is made of a template. */
export interface TemplateOptions<Values = NoVariables>
  extends Omit<FileOptions<Values>, "content" | "absent"> {
  /** The template on this machine: `new URL("./app.conf.j2", import.meta.url)`, or a path from the current folder. The same for all hosts. */
  readonly src: string | URL;
}

/** A task that has a file be what a template comes to. Throws a UsageError for what is no template, with its line. */
export function template<Values = NoVariables>({ src, ...options }: TemplateOptions<Values>): Task {
  const source = readTemplate(options.name, src);
  checkTemplate(source);
  return fileTask<Values>(options, ({ settings }) => {
    const text = settings.templates?.[source.file];
    if (text !== undefined) return text;
    throw new Failure({
      kind: "unsuitable",
      action: options.name,
      host: settings.name,
      evidence: `the settings of ${settings.name} were made without ${source.file}`,
      next: "nothing changed; make them with settingsOfAll(hosts, { variables: variablesOf(pipeline), … })",
    });
  }, source);
}

/** Longer ones are not read by the engine either. Bytes. */
const MOST = 400_000;

function readTemplate(task: string, src: string | URL): TemplateFile {
  const where = `task ${task}`;
  if (src instanceof URL && src.protocol !== "file:") {
    throw UsageError.of(where, `src: found ${src}, expected a file`);
  }
  try {
    const { isFile, size } = Deno.statSync(src);
    if (!isFile || size > MOST) {
      throw UsageError.of(where, `src: found ${src}, expected a file of at most ${MOST} bytes`);
    }
    const text = new TextDecoder("utf-8", { fatal: true }).decode(Deno.readFileSync(src));
    return { file: shortest(src), text };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw UsageError.of(where, `src: cannot read ${src}: ${why}`, "a path is relative to the current folder");
  }
}

/** As a person would write it: from the current folder, if it is below. */
function shortest(src: string | URL): string {
  const path = Deno.realPathSync(src instanceof URL ? src : toFileUrl(Deno.realPathSync(src)));
  const short = relative(Deno.cwd(), path);
  return short.startsWith("..") || isAbsolute(short) ? path : short;
}
