/**
 * Promises that the device has restarted in this run: it is asked for a reboot, and waited for until a session with it is there again and
 * tells another boot (`/proc/sys/kernel/random/boot_id`). With `onlyIf` it is done, and the task is `ok`, unless one of those tasks has changed
 * something on the host in this run. What comes after it in the pipeline runs over the new session.
 *
 * A device that is not back in time fails (`timeout`), wherever it is then. A device that waits for the confirmation of a switch is not
 * rebooted: it would bring the old set back.
 * @module
 */
import { Fields, outputOf } from "../../lib/facts/fact.ts";
import { layout } from "../../lib/facts/releases/layout.ts";
import { program } from "../../lib/remote/program.ts";
import type { TaskVariables } from "../../lib/settings/mod.ts";
import { defineTask, type NoVariables, type Plan, type Task } from "../../lib/task.ts";
import { checked, wholeNumber } from "./checked.ts";
import { isDue, notDue } from "./only_if.ts";
import type { PerHost } from "./per_host.ts";
import lookText from "./reboot_look.sh" with { type: "text" };
import text from "./reboot.sh" with { type: "text" };

/** When a device is rebooted. */
export interface RebootOptions<Values = NoVariables> {
  /** The task's name in reports and options. */
  readonly name: string;
  /** Variables of an inventory that the functions below are given. */
  readonly variables?: TaskVariables<Values>;
  /** It is only done if one of these tasks has changed something on the host in this run. They come earlier in the pipeline. */
  readonly onlyIf?: readonly Task[];
  /** Seconds until the device must be back; default 600. */
  readonly within?: PerHost<number, Values>;
}

/** Null if nothing was looked at, because none of `onlyIf` has changed anything. */
type Observed = {
  readonly boot: string;
  readonly may: string;
  /** The run whose switch the device would take back. */
  readonly armed: string | null;
  readonly within: number;
} | null;

/** What a simulated device calls its present boot. */
const bootOf = (memory: ReadonlyMap<string, string>): string => memory.get("boot") ?? "1";

const look = program("reboot-look", lookText, {
  simulate: (_, memory) => `boot=${bootOf(memory)}\nmay=yes\n`,
});
const askForReboot = program("reboot", text, {
  takes: ["may"],
  simulate: (_, memory) => {
    memory.set("boot", String(Number(bootOf(memory)) + 1));
    return "";
  },
});
const isAnotherBoot = program("is-another-boot", '[ "$(boot_id)" != "$earlier_boot" ]', {
  takes: ["earlier_boot"],
  simulate: ({ earlier_boot }, memory) => ({ code: earlier_boot === bootOf(memory) ? 1 : 0 }),
});

/** Makes a task that reboots a device. Throws a UsageError for arguments that are wrong on every host. */
export function reboot<Values = NoVariables>(
  options: RebootOptions<Values>,
): Task {
  const { name, variables, onlyIf } = options;
  const withinOf = checked(name, "within", options.within ?? 600, wholeNumber(1, 86_400));
  return defineTask<Observed, Values>({
    name,
    ...(variables === undefined ? {} : { variables }),
    action: () => "reboot",
    observe: async (host, variables) => {
      if (!isDue(onlyIf, host)) return null;
      const fields = new Fields(outputOf(await host.ask(look, []), look, host.settings.name));
      const armed = host.switched ? (await host.look(layout)).armed?.run ?? null : null;
      return { boot: fields.get("boot"), may: fields.get("may"), armed, within: withinOf(host, variables) };
    },
    plan: (observed, { settings }, _variables, before) => {
      if (observed === null) {
        return {
          status: "ok",
          detail: notDue(onlyIf),
        };
      }
      const { boot, may, armed, within } = observed;
      if (before?.boot !== undefined && before.boot !== boot) return { status: "ok", detail: { boot } };
      if (settings.connection === "local") {
        return refused("ansible_connection is local: it is the machine that Lockstep runs on");
      }
      if (boot === "-") return refused("the device has no boot_id under /proc/sys/kernel/random");
      if (armed !== null) {
        return refused(
          `run ${armed} has switched and is not confirmed: at its next boot the device reverts to the old set`,
          "put the reboot before commit, or after health",
        );
      }
      if (may !== "yes" && may !== "sudo") {
        return may === "missing" ? refused("the device has no reboot") : refused(
          "this user may not reboot the device, not even with sudo",
          "allow it in sudoers, or set ansible_become",
          "privilege",
        );
      }
      return {
        status: "change",
        why: "it is the same boot",
        detail: { formerBoot: boot },
        steps: [{
          title: "reboot, and wait for the next boot",
          program: askForReboot,
          args: askForReboot.args({ may }),
          timeout: 60,
          reconnect: {
            within,
            isBack: { program: isAnotherBoot, args: isAnotherBoot.args({ earlier_boot: boot }) },
          },
        }],
      };
    },
  });
}

function refused(evidence: string, next?: string, kind: "unsuitable" | "privilege" = "unsuitable"): Plan {
  const left = "nothing was done";
  return {
    status: "failed",
    failure: { kind, evidence, next: next === undefined ? left : `${left}; ${next}` },
  };
}
