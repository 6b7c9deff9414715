/**
 * The service that reads the live set.
 * @module
 */
import { program } from "../remote/program.ts";
import text from "./service.sh" with { type: "text" };
import { defineFact, Fields } from "./fact.ts";

export interface Service {
  /** What manages it here: `systemd`, `openrc`, `sysv`, `runit`, `command`; `none` where nothing does or there is no service. */
  readonly manager: string;
  /** The device knows it. */
  readonly known: boolean;
  /** Null where the device cannot tell. */
  readonly active: boolean | null;
  /** `active` is null, but its init script knows `status` and says that it does not run. */
  readonly stopped: boolean;
  /** How we may restart it: as we are, by sudo, or not at all. */
  readonly may: "yes" | "sudo" | "no";
}

/** Looks at a service. Arguments: what manages it, or `auto`, and its name. */
export const lookAtService = program("service", text);

export const service = defineFact<Service>({
  program: lookAtService,
  args: ({ settings }) => [
    settings.service === "" && settings.serviceManager !== "command" ? "none" : settings.serviceManager,
    settings.service,
  ],
  parse: parseService,
});

/** Pure: what service.sh printed. */
export function parseService(output: string): Service {
  const fields = new Fields(output);
  const active = fields.get("active");
  return {
    manager: fields.get("manager"),
    known: fields.get("known") === "yes",
    active: active === "yes" ? true : active === "no" ? false : null,
    stopped: fields.get("stopped") === "yes",
    may: fields.get("may") as Service["may"],
  };
}
