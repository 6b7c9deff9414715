/**
 * `inventory`: what the inventory says, as Ansible would.
 * @module
 */
import { EXIT, UsageError } from "../../errors.ts";
import { toAnsibleList, toGraph } from "../../inventory/mod.ts";
import { inventoryOf, print } from "../context.ts";
import { inventoryCommand } from "../options.ts";

export function inventoryShowCommand(done: (exitCode: number) => void) {
  return inventoryCommand("inventory", "show hosts, groups and variables")
    .option("--list", "the JSON that ansible-inventory --list prints")
    .option("--hosts", "host names, one a line, in order")
    .option("--graph", "groups and hosts as a tree")
    .action(async (options) => {
      const asked = [options.list, options.hosts, options.graph].filter(Boolean).length;
      if (asked !== 1) throw UsageError.of("inventory", "expected one of --list, --hosts and --graph");
      if (options.limit !== undefined && !options.hosts) throw UsageError.of("--limit", "goes with --hosts");
      const { inventory, hosts } = await inventoryOf(options);
      if (options.list) print(JSON.stringify(toAnsibleList(inventory), null, 4) + "\n");
      else if (options.graph) print(toGraph(inventory).trimEnd() + "\n");
      else print(hosts.map((host) => `${host.name}\n`).join(""));
      done(EXIT.ok);
    });
}
