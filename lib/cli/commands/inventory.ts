/**
 * `inventory`: what the inventory says, as Ansible would.
 * @module
 */
import { Option } from "@commander-js/extra-typings";
import { EXIT, UsageError } from "../../errors.ts";
import type { Inventory } from "../../ansible/mod.ts";
import {
  inventorySchema,
  toAnsibleHost,
  toAnsibleList,
  toGraph,
  toOriginRows,
  variablesOf,
} from "../../settings/mod.ts";
import { didYouMean } from "../../plain/near_miss.ts";
import { oneLine, toJson } from "../../plain/printable.ts";
import { maskedKnownDeep } from "../../secrets.ts";
import { configured } from "../options/configured.ts";
import { inventoryOf, loadedOf } from "../fleet/hosts.ts";
import { inventoryCommand } from "../options/common.ts";
import type { LoadPipelines } from "../project/pipelines.ts";
import { projectPipelines, tasksOf } from "../project/project.ts";
import { print, printInventory, printJson } from "../output/streams.ts";
import { table } from "../output/table.ts";
import { exits } from "../exits.ts";

export function inventoryShowCommand(load: LoadPipelines) {
  return inventoryCommand("inventory", "show hosts, groups and variables")
    .option("--list", "the JSON that ansible-inventory --list prints")
    .option("--hosts", "host names, one per line, in the order of --limit")
    .option("--graph", "groups and hosts as a tree")
    .option("--vars", "with --graph: also their variables")
    .option("--host <name>", "one host's variables, each with the file and line that set it")
    .option("--schema", "a JSON schema for editors, with the variables that the project's tasks read")
    .option(
      "--project <file>",
      "with --schema: your own tasks (default: lockstep.ts beside the inventory)",
    )
    .addOption(
      new Option("-o, --output <form>", "with --host: json is what ansible-inventory --host prints")
        .choices(["plain", "json"] as const).default("plain" as const),
    )
    .action(exits(async (given) => {
      const { list, hosts: names, graph, vars, host, schema, output } = given;
      const asked = [list, names, graph, host !== undefined, schema].filter(Boolean).length;
      if (asked !== 1) {
        throw UsageError.of("inventory", "expected one of --list, --hosts, --graph, --host and --schema");
      }
      if (given.limit !== undefined && !names) throw UsageError.of("--limit", "works only with --hosts");
      if (vars && !graph) throw UsageError.of("--vars", "works only with --graph");
      if (output === "json" && host === undefined) throw UsageError.of("--output", "works only with --host");
      if (given.project !== undefined && !schema) {
        throw UsageError.of("--project", "works only with --schema");
      }
      const options = await configured(given);
      if (schema) {
        const project = await projectPipelines(options, load);
        printJson(JSON.stringify(inventorySchema(variablesOf(tasksOf(project))), null, 2) + "\n");
      } else if (names) {
        const { hosts } = await inventoryOf(options);
        print(hosts.map((host) => `${oneLine(host.name)}\n`).join(""));
      } else {
        // An inventory of nothing may be looked at; only to contact nobody is a mistake.
        const { inventory } = await loadedOf(options);
        if (list) printJson(toJson(maskedKnownDeep(toAnsibleList(inventory)), 4) + "\n");
        else if (graph) printInventory(toGraph(inventory, { vars: vars === true }) + "\n");
        else printHost(inventory, host!, output);
      }
      return EXIT.ok;
    }));
}

function printHost(inventory: Inventory, name: string, output: "plain" | "json"): void {
  const host = inventory.hosts.find((host) => host.name === name);
  if (!host) {
    throw UsageError.of(
      "--host",
      `found "${name}", expected the name of one host`,
      didYouMean(name, inventory.hostNames) ?? '"inventory --hosts" lists them',
    );
  }
  if (output === "json") printJson(toJson(maskedKnownDeep(toAnsibleHost(host)), 4) + "\n");
  else {
    const groups = host.groups.length > 0 ? ` (in ${host.groups.join(", ")})` : "";
    print(
      `${oneLine(host.name + groups)}\n${
        table(toOriginRows(host).map(([first, ...rest]) => [`  ${first}`, ...rest]))
      }`,
    );
  }
}
