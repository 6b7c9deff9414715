/**
 * Templates of tasks: files that are read when the task is made, and rendered for each host when its settings are, while its variables are at
 * hand. So whatever is wrong with one is known before any host is contacted.
 * @module
 */
import { renderFileFor, TemplateError } from "../ansible/jinja/references.ts";
import { parseTemplate } from "../ansible/jinja/syntax/parser.ts";
import type { Host } from "../ansible/types.ts";
import { CannotOpen } from "../ansible/vault/sealed.ts";
import { type Problem, UsageError } from "../errors.ts";
import { noteSecret } from "../secrets.ts";

/** A template that a task renders. */
export interface TemplateFile {
  /** Where it was read, for errors; each is rendered once, whichever tasks use it. */
  readonly file: string;
  /** What it says. */
  readonly text: string;
}

/** Throws a UsageError with the line, if a file is no template that could be rendered. */
export function checkTemplate({ file, text }: TemplateFile): void {
  try {
    // Ansible takes this for options of the engine.
    if (text.startsWith("#jinja2:")) {
      throw new TemplateError("a #jinja2: line, which Lockstep does not support", "leave it out");
    }
    parseTemplate(text, { ofFile: true });
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new UsageError([problemIn(file, error, `found ${error.message}`)]);
  }
}

/** What the templates come to for a host, by file; what is wrong with one goes to `problems`. */
export function renderTemplates(
  host: Host,
  templates: readonly TemplateFile[],
  cwd: string,
  problems: Problem[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(templates.flatMap(({ file, text }) => {
    try {
      const rendered = renderFileFor(host, text, cwd);
      noteSecret(rendered.secrets);
      return [[file, once(rendered.text)]];
    } catch (error) {
      if (!(error instanceof TemplateError || error instanceof CannotOpen)) throw error;
      problems.push(problemIn(file, error, `for ${host.name}: found ${error.message}`));
      return [];
    }
  }));
}

function problemIn(
  file: string,
  { line, hint }: { line?: number; hint?: string | undefined },
  message: string,
): Problem {
  return {
    where: file,
    message,
    ...(line === undefined ? {} : { line }),
    ...(hint === undefined ? {} : { hint }),
  };
}

/** Texts that hosts share are kept once: a fleet may be large. */
const shared = new Map<string, string>();
const MOST_SHARED = 1000;

function once(text: string): string {
  const known = shared.get(text);
  if (known !== undefined) return known;
  if (shared.size >= MOST_SHARED) shared.clear();
  shared.set(text, text);
  return text;
}
