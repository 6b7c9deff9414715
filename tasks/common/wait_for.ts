/**
 * Promises that something is so on the device before the next task begins: a port that takes connections, a URL that answers as the device
 * itself sees it, a file that is there or is gone. It changes nothing: it is `ok`, or the host fails (`timeout`) after `attempts`. A dry run
 * looks once; what is not so then is `skipped`, because an earlier task may bring it about.
 * @module
 */
import { UsageError } from "../../lib/errors.ts";
import { defineFact, Fields } from "../../lib/facts/fact.ts";
import { program, type SimulateNamed } from "../../lib/remote/program.ts";
import { isSecret } from "../../lib/secrets.ts";
import type { TaskVariables } from "../../lib/settings/mod.ts";
import { defineTask, type NoVariables, type Task } from "../../lib/task.ts";
import { absolutePath, checked, oneOf, wholeNumber } from "./checked.ts";
import type { PerHost } from "./per_host.ts";
import text from "./wait_for.sh" with { type: "text" };

/** What is waited for: one of `port`, `url` and `file`. */
export interface WaitForOptions<Values = NoVariables> {
  /** The task's name in reports and options. */
  readonly name: string;
  /** Variables of an inventory that the functions below are given. */
  readonly variables?: TaskVariables<Values>;
  /** A TCP port that something on the device listens on, whichever of its addresses that is. */
  readonly port?: PerHost<number, Values>;
  /** A URL that answers well: not with 400 or more. Asked by the device's own curl or wget, or by nc if the URL must not be seen. */
  readonly url?: PerHost<string, Values>;
  /** A path. */
  readonly file?: PerHost<string, Values>;
  /** What is to become of the file; default `present`. */
  readonly state?: "present" | "absent";
  /** How often it is looked; default 10. */
  readonly attempts?: number;
  /** Seconds between two looks; default 3. */
  readonly interval?: number;
}

type Kind = "port" | "url" | "file";

interface Observed {
  readonly so: boolean;
  readonly attempts: number | null;
  /** What was waited for, in words. */
  readonly what: string;
}

/** What one look may take: see `fetch` in prelude.sh. Seconds. */
const LOOK = 10;

/** A simulated device comes about at once. */
const simulate: SimulateNamed<string> = () => "so=yes\nattempts=1\n";
const wait = program("wait-for", text, {
  takes: ["kind", "which", "attempts", "interval", "private", "looks"],
  simulate,
});

/** Makes a task that waits. Throws a UsageError for arguments that are wrong on every host. */
export function waitFor<Values = NoVariables>(
  options: WaitForOptions<Values>,
): Task {
  const { name, variables, state = "present", attempts = 10, interval = 3 } = options;
  const whatOf = targetOf(options);
  checked(name, "state", state, oneOf("present", "absent"));
  checked(name, "attempts", attempts, wholeNumber(1, 10_000));
  checked(name, "interval", interval, wholeNumber(1, 3600));
  if (options.state !== undefined && options.file === undefined) {
    throw UsageError.of(`${name}.state`, `found it without file, expected it only with file`);
  }
  return defineTask<Observed, Values>({
    name,
    ...(variables === undefined ? {} : { variables }),
    action: () => `see what ${name} waits for`,
    observe: async (host, variables) => {
      const { kind, which } = whatOf(host, variables);
      const times = host.run.dryRun ? 1 : attempts;
      const seconds = times * (interval + LOOK);
      const fact = defineFact({
        program: wait,
        timeout: seconds + 60,
        waits: () => seconds,
        args: () =>
          wait.args({
            kind: kind === "file" && state === "absent" ? "no-file" : kind,
            which,
            attempts: times,
            interval,
            private: isSecret(which) ? "yes" : "no",
            looks: host.run.dryRun ? "yes" : "no",
          }),
        parse: (output) => {
          const fields = new Fields(output);
          return { so: fields.get("so") === "yes", attempts: fields.number("attempts") };
        },
      });
      const what = `${kind} ${which}${kind === "file" ? ` ${state}` : ""}`;
      return { ...await host.look(fact), what };
    },
    plan: ({ so, attempts, what }) =>
      so
        ? { status: "ok", detail: { for: what, attempts } }
        : { status: "skipped", detail: { for: what, reason: "not the case now; a run would wait for it" } },
  });
}

/** What a host is asked for. Throws a UsageError unless it is one thing. */
function targetOf<Values>(options: WaitForOptions<Values>) {
  const { name, port, url, file } = options;
  if ([port, url, file].filter((given) => given !== undefined).length !== 1) {
    throw UsageError.of(name, "expected one of port, url and file");
  }
  const kind: Kind = port !== undefined ? "port" : url !== undefined ? "url" : "file";
  const of = port !== undefined
    ? checked(name, kind, port, wholeNumber(1, 65_535))
    : url !== undefined
    ? checked(name, kind, url, webAddress)
    : checked(name, kind, file!, absolutePath);
  return (...host: Parameters<typeof of>) => ({ kind, which: String(of(...host)) });
}

/** Wrong if it is no http or https URL, or has a character that no URL has as it is. */
function webAddress(url: string): string | undefined {
  return /^https?:\/\/[^\s\p{C}"<>\\^`{|}/?#]+(?:[/?#][^\s\p{C}"<>\\^`{|}]*)?$/iu.test(url) &&
      URL.canParse(url)
    ? undefined
    : `found ${JSON.stringify(url)}, expected a URL that begins with http:// or https://`;
}
