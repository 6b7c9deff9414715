/**
 * Variables that say how the service is restarted.
 * @module
 */
import { type ManagerName, managerNames } from "../../service_managers/mod.ts";
import { expecting, oneOf, seconds, textOrNone } from "./kinds.ts";
import type { Variables } from "./variable.ts";

/** What may look after a service. `auto`: the device is asked. */
export type ServiceManager = "auto" | ManagerName | "none";
const SERVICE_MANAGERS: readonly ServiceManager[] = ["auto", ...managerNames, "none"];

/**
 * Whether a name can be that of a service. It becomes a path under /etc/init.d or /etc/service on some devices, and a word of a command on all:
 * see also `plain_name` of prelude.sh.
 */
export function isUnitName(name: string): boolean {
  return /^[A-Za-z0-9_@:.+\\][A-Za-z0-9_@:.+\\-]*$/.test(name) && name !== "." && name !== ".." &&
    name.length <= 255;
}

const unitName = expecting(
  "the name of one unit, not a pattern (letters, digits, any of _@:.+\\ and, not first, -), or empty for none",
  textOrNone.refine((value) => value === "" || isUnitName(value)),
);

/** How the service is restarted. */
export const serviceVariables = {
  service: {
    type: unitName.default("phase4-inference"),
    meaning:
      "Unit to restart, by name or alias; empty for none. One that the device does not know is [reported, not fatal](device.md#the-service).",
  },
  service_manager: {
    type: oneOf(SERVICE_MANAGERS).default("auto"),
    meaning:
      "What [looks after the service](device.md#service-managers) on the device. `auto`: the device is asked.",
  },
  restart_command: {
    type: expecting("a command in one string", textOrNone).default(""),
    meaning:
      "Restarts the service if `service_manager` is `command`. A line of sh; what it starts must not keep its standard streams open.",
  },
  restart_timeout: {
    type: seconds(1).default(30),
    meaning: "Seconds until the service must be active.",
  },
  restart_settle: {
    type: seconds(0).default(5),
    meaning: "Seconds for which the service must then stay active, in the same process.",
  },
} satisfies Variables;
