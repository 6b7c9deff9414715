/**
 * Hosts named in place: `-i 'edge-1,edge-2:2222,'`, as Ansible's host_list plugin reads them.
 * @module
 */
import { parseAddress } from "../address.ts";
import type { InventoryBuilder } from "./builder.ts";
import type { VariableCheck } from "../variable_check.ts";

/** Adds the hosts of a list to `builder`. */
export function readHostList(list: string, builder: InventoryBuilder, check: VariableCheck): void {
  const origin = { file: list, line: 0, col: 0 };
  for (const written of list.split(",").map((word) => word.trim()).filter((word) => word !== "")) {
    const address = parseAddress(written);
    // Ansible keeps what it cannot read as it is, and it reads no ranges here.
    const range = written.includes("[") && !/^\[[^\]]*\]:\d+$/.test(written);
    const name = address && !range ? address.host : written;
    if (builder.hasHost(name)) continue;
    if (range) {
      check.warn({
        where: "--inventory",
        message:
          `found "${written}" in a list of hosts, where ranges are not expanded: it is used as a host name`,
        hint: "name each host, or write the range in a file",
      });
    }
    // As with Ansible, port 0 is none.
    const port = range ? undefined : address?.port;
    builder.addHost(name, "ungrouped", port ? { value: port, origin } : undefined);
  }
}
