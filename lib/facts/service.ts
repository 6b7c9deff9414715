/**
 * The service that reads the live set.
 * @module
 */
import { type NamedProgram, program } from "../remote/program.ts";
import { type FoundManager, isManager, lookText, managerNames } from "../service_managers/mod.ts";
import { isUnitName, type ServiceManager } from "../settings/mod.ts";
import text from "./service.sh" with { type: "text" };
import { defineFact, Fields } from "./fact.ts";

/**
 * Why a unit of systemd cannot be restarted, no matter who asks: it is masked; systemd cannot read it; it takes no start (or no stop) from
 * outside; it is a template, of which only instances start; systemd itself does not answer.
 */
export type Unfit = "masked" | "unreadable" | "no-start" | "no-stop" | "template" | "silent";

export interface Service {
  /** What manages it here: one of lib/service_managers; `none` if nothing does or there is no service. */
  readonly manager: FoundManager;
  /** The device knows it. */
  readonly known: boolean;
  /** What it is called there: an alias is resolved. As the settings have it if the device knows none. */
  readonly unit: string;
  readonly unfit: Unfit | null;
  /** What tells this start of it from any other; "" where it is not active, or nothing tells. */
  readonly start: string;
  /** Null if the device cannot tell. */
  readonly active: boolean | null;
  /** `active` is null, but its init script knows `status` and says that it does not run. */
  readonly stopped: boolean;
  /**
   * How we may restart it: `yes` as we are, `no` not at all, else "BY VERBS WORD...": by sudo or doas, with the verbs `stop+start` or
   * `restart`, and the words that they allow, of which `%` is the verb.
   */
  readonly may: string;
}

/** Looks at a service. */
export const lookAtService: NamedProgram<"manager" | "service"> = program(
  "service",
  lookText + text,
  { takes: ["manager", "service"] },
);

/** What that takes: what manages the service, or `auto`, and its name. */
export function lookAtServiceArgs(manager: ServiceManager, service: string): readonly string[] {
  return lookAtService.args({ manager, service }, managerNames);
}

export const service = defineFact<Service>({
  program: lookAtService,
  args: ({ settings }) =>
    lookAtServiceArgs(
      settings.service === "" && settings.serviceManager !== "command" ? "none" : settings.serviceManager,
      settings.service,
    ),
  parse: (output, { settings }) => parseService(output, settings.service),
});

/** Pure: what service.sh printed of the service of this name. */
export function parseService(output: string, service: string): Service {
  const fields = new Fields(output);
  const active = fields.get("active");
  const said = fields.get("manager");
  const manager = isManager(said) ? said : "none";
  const unit = fields.get("unit");
  const may = fields.get("may");
  return {
    manager,
    known: fields.get("known") === "yes",
    unit: isUnitName(unit) ? unit : service,
    unfit: manager === "systemd" ? unfitOf(fields, service) : null,
    start: active === "yes" && /^[0-9a-f]{32}$/.test(fields.get("InvocationID"))
      ? fields.get("InvocationID")
      : "",
    active: active === "yes" ? true : active === "no" ? false : null,
    stopped: fields.get("stopped") === "yes",
    may: MAY.test(may) ? may : "no",
  };
}

/** A device may say anything; what it says goes back to it as words of a command. */
const MAY = /^(yes|(sudo|doas) (stop\+start|restart)( [A-Za-z0-9_@:.+\\/%-]{1,300}){2,3})$/;

/** The commands by which a service is restarted for a user who is not root; null if none are needed, or allowed. */
export function commandsOf({ may }: Service): string[] | null {
  if (may === "yes" || may === "no") return null;
  const [by = "", verbs = "", ...words] = may.split(" ");
  return verbs.split("+").map((verb) => [by, ...words.map((word) => word === "%" ? verb : word)].join(" "));
}

const TEMPLATE = /@(\.(service|socket|target|timer|path|mount|automount|swap|slice|scope|device))?$/;

function unfitOf(fields: Fields, service: string): Unfit | null {
  if (TEMPLATE.test(service)) return "template";
  if (fields.get("silent") === "yes") return "silent";
  const load = fields.get("LoadState");
  if (load === "masked") return "masked";
  if (load === "bad-setting" || load === "error") return "unreadable";
  if (load !== "loaded") return null;
  if (fields.get("CanStart") === "no") return "no-start";
  return fields.get("CanStop") === "no" ? "no-stop" : null;
}
