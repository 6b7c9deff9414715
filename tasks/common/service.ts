/**
 * Promises that a service runs (`started`), does not run (`stopped`), or has been restarted in this run (`restarted`), by whatever manages it:
 * systemd, OpenRC, runit, an init script, or the host's `restart_command`. With `onlyIf` a restart is a handler: nothing is done, and the
 * task is `ok`, unless one of those tasks has changed something on the host in this run. A service that is started must be active in time
 * and stay so; the failure has with it what the service itself said. Whether it starts at boot is not asked.
 *
 * A failure leaves the service as its manager left it.
 * @module
 */
import { UsageError } from "../../lib/errors.ts";
import { outputOf } from "../../lib/facts/fact.ts";
import {
  lookAtService,
  lookAtServiceArgs,
  parseService,
  type Service,
  service as ownService,
} from "../../lib/facts/service.ts";
import { program, simulatedBy, type SimulateNamed } from "../../lib/remote/program.ts";
import { forEachManager, type ManagerName, managerNames } from "../../lib/service_managers/mod.ts";
import { type HostSettings, isUnitName, type TaskVariables } from "../../lib/settings/mod.ts";
import {
  defineTask,
  type NoVariables,
  type Plan,
  type Step,
  type Task,
  type TaskHost,
} from "../../lib/task.ts";
import { whyUnfit } from "../restart/restart.ts";
import { CONTROL_TAKES, controlTexts, controlValues } from "../restart/service_control.ts";
import { checked, checkedIfAny, oneOf, wholeNumber } from "./checked.ts";
import { isDue, notDue } from "./only_if.ts";
import type { PerHost } from "./per_host.ts";
import text from "./service.sh" with { type: "text" };

/** How a service should be; `restarted` is a thing to do, in each run. */
export type ServiceState = "started" | "stopped" | "restarted";

/** What a service should be. */
export interface ServiceOptions<Values = NoVariables> {
  /** The task's name in reports and options. */
  readonly name: string;
  /** Variables of an inventory that the functions below are given. */
  readonly variables?: TaskVariables<Values>;
  /** How it should be. */
  readonly state: ServiceState;
  /** Its name; without it the host's own `service` is meant, with its `service_manager` and `restart_command`. */
  readonly service?: PerHost<string, Values>;
  /** What manages a service that is named here, instead of `auto`. */
  readonly manager?: PerHost<"auto" | Exclude<ManagerName, "command">, Values>;
  /** A restart is only done if one of these tasks has changed something on the host in this run. They come earlier in the pipeline. */
  readonly onlyIf?: readonly Task[];
  /** Seconds until it must be active or stopped, instead of the host's `restart_timeout`. */
  readonly timeout?: number;
}

/** Null if nothing was looked at, because none of `onlyIf` has changed anything. */
type Observed = { readonly found: Service; readonly settings: HostSettings } | null;

const controlPrograms = forEachManager((_, manager) =>
  program("service-control", `${controlTexts[manager]}\n${text}`, {
    takes: [...CONTROL_TAKES, "action"],
    simulate: ({ service, action }, memory) => {
      memory.set(`service ${service}`, action === "stop" ? "no" : "yes");
      return "";
    },
  })
);

const VERBS = { started: "start", stopped: "stop", restarted: "restart" } as const;

/** Makes a task that looks after a service. Throws a UsageError for arguments that are wrong on every host. */
export function service<Values = NoVariables>(
  options: ServiceOptions<Values>,
): Task {
  const { name, variables, state, onlyIf, timeout } = options;
  checked(name, "state", state, oneOf<ServiceState>("started", "stopped", "restarted"));
  const serviceOf = checkedIfAny(name, "service", options.service, serviceName);
  const managerOf = checkedIfAny(
    name,
    "manager",
    options.manager,
    oneOf("auto", ...managerNames.filter((name) => name !== "command")),
  );
  if (timeout !== undefined) checked(name, "timeout", timeout, wholeNumber(1, 3600));
  if (onlyIf !== undefined && state !== "restarted") {
    throw UsageError.of(`${name}.onlyIf`, `found it with ${state}, expected state: "restarted"`);
  }
  if (options.manager !== undefined && options.service === undefined) {
    throw UsageError.of(`${name}.manager`, "found it without service: the host's own has a service_manager");
  }
  return defineTask<Observed, Values>({
    name,
    ...(variables === undefined ? {} : { variables }),
    changes: [ownService],
    action: () => `${VERBS[state]} the service: ${name}`,
    observe: async (host, variables) => {
      if (!isDue(onlyIf, host)) return null;
      const { settings } = host;
      const named = serviceOf(host, variables);
      const manager = named === undefined ? settings.serviceManager : managerOf(host, variables) ?? "auto";
      const service = named ?? settings.service;
      const asked = {
        ...settings,
        service,
        restartTimeout: timeout ?? settings.restartTimeout,
        serviceManager: service === "" && manager !== "command" ? "none" as const : manager,
      };
      const simulated = simulatedBy(lookAtService, simulateLook(state));
      const answer = await host.ask(simulated, lookAtServiceArgs(asked.serviceManager, service));
      return {
        found: parseService(outputOf(answer, lookAtService, settings.name), service),
        settings: asked,
      };
    },
    plan: (observed, host, _variables, before) => {
      if (observed !== null) return planOf(state, observed, host, before !== undefined);
      return {
        status: "ok",
        detail: notDue(onlyIf),
      };
    },
  });
}

/** Pure. `acted`: the steps of this very plan have been carried out. */
function planOf(
  state: ServiceState,
  { found, settings }: NonNullable<Observed>,
  { run }: TaskHost,
  acted: boolean,
): Plan {
  const { manager, known, active, stopped, may } = found;
  const { service } = settings;
  if (manager === "none" && service === "") return { status: "skipped", detail: { reason: "no service" } };
  if (manager === "command" && state !== "restarted") {
    return failed("unsuitable", "service_manager is command, and restart_command can only restart");
  }
  const detail = { manager, active };
  if (!known) {
    if (state === "stopped") {
      return { status: "ok", detail: { ...detail, reason: `the device does not know ${service}` } };
    }
    const evidence = `the device does not know the service ${service} (${manager})`;
    if (!run.dryRun) return failed("not-found", evidence);
    const warning = `${evidence}: unless an earlier task installs it, a run fails here`;
    return { status: "change", why: evidence, detail, warning, steps: [stepOf(state, settings, found)] };
  }
  const unknown = active === null && !stopped && manager !== "command";
  // It was seen to be so by the very program that did it, as far as anything tells.
  if (acted && unknown) {
    return { status: "ok", detail: { ...detail, reason: "whether it runs is not known" } };
  }
  if (acted && state === "restarted" && (active === true || manager === "command")) {
    return { status: "ok", detail };
  }
  if (state === "started" && active === true) return { status: "ok", detail };
  if (state === "stopped" && (active === false || stopped)) return { status: "ok", detail };
  const unfit = state === "stopped" ? null : whyUnfit(found);
  if (unfit !== null) return { status: "failed", failure: unfit };
  if (may === "no" || (state === "stopped" && / restart /.test(may))) {
    return failed("privilege", `this user may not ${VERBS[state]} ${service}, not even with sudo`);
  }
  const why = state === "restarted"
    ? "it must be restarted"
    : `${service} is ${unknown ? "perhaps " : ""}not ${state}`;
  return { status: "change", why, detail, steps: [stepOf(state, settings, found)] };
}

function stepOf(state: ServiceState, settings: HostSettings, found: Service): Step {
  const action = VERBS[state];
  const control = controlPrograms[found.manager];
  const waits = 2 * settings.restartTimeout + settings.restartSettle;
  return {
    title: found.manager === "command"
      ? "run restart_command"
      : `${action} ${settings.service} (${found.manager})`,
    program: control,
    args: control.args({ ...controlValues(settings, found), action }),
    // Stopping may take as long as starting.
    timeout: waits + 60,
    waits,
  };
}

function failed(kind: "unsuitable" | "not-found" | "privilege", evidence: string): Plan {
  const next = {
    unsuitable: 'use state: "restarted", or name a service',
    "not-found": "install it first, or correct its name",
    privilege: "allow it in sudoers, or set ansible_become",
  }[kind];
  return { status: "failed", failure: { kind, evidence, next: `nothing was done; ${next}` } };
}

/** Wrong if it is no plain name. */
function serviceName(name: string): string | undefined {
  return isUnitName(name) ? undefined : `found ${JSON.stringify(name)}, expected the name of a service`;
}

/** A simulated device begins with what should be changed. */
function simulateLook(state: ServiceState): SimulateNamed<"manager" | "service"> {
  return ({ manager, service }, memory) => {
    const active = memory.get(`service ${service}`) ?? (state === "started" ? "no" : "yes");
    const known = manager === "none" ? "no" : "yes";
    return `manager=${manager === "auto" ? "systemd" : manager}\nknown=${known}\nactive=${active}\nmay=yes\n`;
  };
}
