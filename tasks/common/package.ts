/**
 * Promises that packages are installed (`present`) or are not (`absent`), by the device's apt, apk or opkg. Which version is the lists' affair:
 * one that is installed is left as it is. The lists are read only if a package is missing, and once in a run on a host. `ok` if nothing should be
 * done.
 *
 * A failure leaves what the package manager left; its own words are in the report.
 * @module
 */
import { cutText } from "../../lib/bounds.ts";
import { Fields, outputOf } from "../../lib/facts/fact.ts";
import { program, type SimulateNamed } from "../../lib/remote/program.ts";
import type { TaskVariables } from "../../lib/settings/mod.ts";
import { defineTask, type NoVariables, type Plan, type Step, type Task } from "../../lib/task.ts";
import { checked, oneOf, wholeNumber } from "./checked.ts";
import lookText from "./package_look.sh" with { type: "text" };
import text from "./package.sh" with { type: "text" };
import type { PerHost } from "./per_host.ts";

/** What a package should be. */
export interface PackageOptions<Values = NoVariables> {
  /** The task's name in reports and options. */
  readonly name: string;
  /** Variables of an inventory that the functions below are given. */
  readonly variables?: TaskVariables<Values>;
  /** Names, without versions. */
  readonly packages: PerHost<readonly string[], Values>;
  /** Default `present`. */
  readonly state?: "present" | "absent";
  /** Default `auto`: the first of them that the device has. */
  readonly manager?: PerHost<"auto" | "apt" | "apk" | "opkg", Values>;
  /** Seconds that another package manager at work is waited for; default 300. */
  readonly lockWait?: number;
  /** Seconds that reading the lists, and installing or removing, may take each; default 1800. */
  readonly timeout?: number;
}

interface Observed {
  readonly manager: string;
  readonly root: boolean;
  readonly packages: readonly string[];
  readonly installed: ReadonlySet<string>;
}

const simulateLook: SimulateNamed<"manager"> = ({ manager }, memory, names) =>
  [
    `manager=${manager === "auto" ? "apt" : manager}`,
    "root=yes",
    ...names.filter((name) => memory.get(`package ${name}`) === "yes").map((name) => `installed=${name}`),
    "",
  ].join("\n");

const simulateWork: SimulateNamed<"action"> = ({ action }, memory, names) => {
  for (const name of names) memory.set(`package ${name}`, action === "install" ? "yes" : "no");
  return "";
};

const look = program("package-look", lookText, { takes: ["manager"], simulate: simulateLook });
const work = program("package", text, {
  takes: ["manager", "action", "lock_wait"],
  simulate: simulateWork,
});

/** Those tasks that read a host's lists if they change anything there: a later one need not. */
const readers: Task[] = [];

/** Of what a package manager prints, so much of both ends is in the report. Characters. */
const OUTPUT = 16 * 1024;

/** Makes a task that looks after packages. Throws a UsageError for arguments that are wrong on every host. */
export function packages<Values = NoVariables>(options: PackageOptions<Values>): Task {
  const { name, variables, state = "present", lockWait = 300, timeout = 1800 } = options;
  const packagesOf = checked(name, "packages", options.packages, packageNames);
  const managerOf = checked(name, "manager", options.manager ?? "auto", oneOf("auto", "apt", "apk", "opkg"));
  checked(name, "state", state, oneOf("present", "absent"));
  checked(name, "lockWait", lockWait, wholeNumber(0, 86_400));
  checked(name, "timeout", timeout, wholeNumber(1, 86_400));
  const task = defineTask<Observed, Values>({
    name,
    ...(variables === undefined ? {} : { variables }),
    action: () => `${state === "present" ? "install" : "remove"} the packages of ${name}`,
    observe: async (host, variables) => {
      const packages = [...new Set(packagesOf(host, variables))];
      const answer = await host.ask(look, look.args({ manager: managerOf(host, variables) }, packages));
      const fields = new Fields(outputOf(answer, look, host.settings.name));
      return {
        manager: fields.get("manager"),
        root: fields.get("root") === "yes",
        packages,
        installed: new Set(fields.all("installed")),
      };
    },
    plan: ({ manager, root, packages, installed }, host) => {
      const wrong = packages.filter((name) => installed.has(name) !== (state === "present"));
      const detail = { manager };
      if (manager === "none") {
        return refused("missing-tool", "the device has neither apt-get nor apk nor opkg");
      }
      if (wrong.length === 0) return { status: "ok", detail };
      if (!root) {
        return refused("privilege", `only root may ${state === "present" ? "install" : "remove"} packages`);
      }
      const step = (title: string, action: string, names: readonly string[]): Step => ({
        title,
        program: work,
        args: work.args({ manager, action, lock_wait: lockWait }, names),
        timeout: timeout + lockWait,
        waits: timeout + lockWait,
        ...(names.length === 0 ? {} : { detail: (output) => ({ output: cutText(output, OUTPUT) }) }),
      });
      const words = wrong.join(", ");
      if (state === "absent") {
        const steps = [step(`remove ${words} (${manager})`, "remove", wrong)];
        return { status: "change", why: `${words} installed`, detail, steps };
      }
      const read = readers.some((task) => host.changed(task));
      const steps = [
        ...(read ? [] : [step(`update the package lists of ${manager}`, "update", [])]),
        step(`install ${words} (${manager})`, "install", wrong),
      ];
      return { status: "change", why: `${words} not installed`, detail, steps };
    },
  });
  if (state === "present") readers.push(task);
  return task;
}

function refused(kind: "missing-tool" | "privilege", evidence: string): Plan {
  const next = kind === "privilege" ? "nothing was done; set ansible_become" : "nothing was done";
  return { status: "failed", failure: { kind, evidence, next } };
}

/** Wrong if it is no list of names: a word that a package manager could take for an option, a version, a pattern or the opposite. */
function packageNames(names: readonly string[]): string | undefined {
  if (!Array.isArray(names) || names.length === 0) {
    return `found ${JSON.stringify(names)}, expected package names`;
  }
  const wrong = names.find((name) =>
    typeof name !== "string" || !/^[A-Za-z0-9][A-Za-z0-9+._-]*[A-Za-z0-9+](:[a-z0-9]+)?$/.test(name)
  );
  return wrong === undefined
    ? undefined
    : `found ${JSON.stringify(wrong)}, expected a package name, without a version`;
}
