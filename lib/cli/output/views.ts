/**
 * What standard output carries of a run, and the view that prints it.
 * @module
 */
import { Failure, formatFailure } from "../../errors.ts";
import type { Listener } from "../../events.ts";
import type { RunDir } from "../../report/record/run_dir.ts";
import type { View, ViewOptions } from "../../report/terminal/view.ts";
import { complain, draw, print, printJson } from "./streams.ts";

/** The forms of `--output`. */
export type Output = "pretty" | "plain" | "json" | "ndjson";

/** The form of standard output: `pretty` only if somebody looks at a terminal. */
export function outputForm(options: { readonly output?: Output | undefined }): Output {
  const asked = options.output ?? "pretty";
  return asked === "pretty" && !Deno.stdout.isTerminal() ? "plain" : asked;
}

/** The view for a form of output. It has to hear of an event after the run's folder has. */
export async function viewOf(
  form: Output,
  runDir: RunDir,
  asked: Omit<ViewOptions, "runDir">,
): Promise<View> {
  const options = { ...asked, runDir: runDir.path };
  switch (form) {
    case "pretty":
      return (await import("../../report/terminal/pretty.ts")).prettyView(draw, options);
    case "plain":
      return (await import("../../report/terminal/plain.ts")).plainView(print, options);
    case "json":
      return (await import("../../report/terminal/json.ts")).jsonView(printJson, runDir.report);
    case "ndjson":
      return (await import("../../report/terminal/json.ts")).ndjsonView(printJson);
  }
}

/** A view whose faults are told once and end nothing: what cannot be shown must not stop what is done. */
export function harmless(view: View, say: (text: string) => void = complain): View {
  let told = false;
  const guarded = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      if (!told) say(formatFailure(Failure.from(error, "show the run").data));
      told = true;
    }
  };
  return Object.assign((event: Parameters<Listener>[0]) => guarded(() => view(event)), {
    close: () => guarded(() => view.close()),
  });
}

/** One listener of several. */
export function together(...listeners: readonly Listener[]): Listener {
  return (event) => listeners.forEach((listener) => listener(event));
}
