/**
 * `config`: what Ansible's configuration says of connection and inventory, and where.
 * @module
 */
import { Command, Option } from "@commander-js/extra-typings";
import process from "node:process";
import { type Configuration, inventorySources, placeOf } from "../../ansible/mod.ts";
import { EXIT } from "../../errors.ts";
import type { Json } from "../../plain/json.ts";
import { oneLine, toJson } from "../../plain/printable.ts";
import { maskedDeep } from "../../secrets.ts";
import { configurationHere, DEFAULTS } from "../options/configured.ts";
import { print, printJson } from "../output/streams.ts";
import { table } from "../output/table.ts";
import { exits } from "../exits.ts";

const HELP = `
Only the first file that exists is read, of $ANSIBLE_CONFIG, ./ansible.cfg (unless this folder is world-writable),
~/.ansible.cfg and /etc/ansible/ansible.cfg; environment variables (ANSIBLE_…) win over it. Variables of the
inventory and options win over both.`;

export function configCommand() {
  return new Command("config")
    .description(
      "show the connection and inventory settings of Ansible's configuration, each with its line or variable",
    )
    .addOption(
      new Option("-o, --output <form>", "what goes to standard output")
        .choices(["plain", "json"] as const).default("plain" as const),
    )
    .addHelpText("after", HELP)
    .action(exits(async ({ output }) => {
      const configuration = await configurationHere();
      if (output === "json") printJson(toJson(asJson(configuration), 2) + "\n");
      else print(asText(configuration));
      return EXIT.ok;
    }));
}

/** A setting, its value, and the line or the variable that it comes from. */
interface Row {
  readonly name: string;
  readonly value: Json;
  readonly origin: string;
}

/** What holds: also if Lockstep's own environment goes before Ansible's, and what nobody has set and has to be something. */
function rowsOf({ settings }: Configuration): readonly Row[] {
  const { env } = process;
  const set = Object.entries(settings).map(([name, { value, origin }]): Row => ({
    name,
    value: maskedDeep(value) as Json,
    origin: placeOf(origin),
  }));
  const own = inventorySources([], { env, cwd: process.cwd() });
  const inventory = own.sources.length > 0 ? own.sources : env.DEPLOY_HOST ? [env.DEPLOY_HOST] : undefined;
  const defaults = Object.entries(DEFAULTS).filter(([name]) => !Object.hasOwn(settings, name))
    .map(([name, value]): Row => ({ name, value, origin: "default" }));
  return [
    ...inventory === undefined ? [] : [{ name: "inventory", value: inventory, origin: own.namedBy }],
    ...set.filter(({ name }) => inventory === undefined || name !== "inventory"),
    ...defaults,
  ];
}

function leftOutRows({ leftOut }: Configuration): readonly (Row & { readonly why: string })[] {
  return leftOut.map(({ name, value, origin, why }) => ({
    name,
    value: maskedDeep(value),
    origin: placeOf(origin),
    why,
  }));
}

function asJson(configuration: Configuration): object {
  return {
    file: configuration.file ?? null,
    settings: rowsOf(configuration),
    notHonoured: leftOutRows(configuration),
  };
}

function asText(configuration: Configuration): string {
  const { file } = configuration;
  const left = leftOutRows(configuration);
  const lines = ({ name, value, origin }: Row): string[] => [`  ${name}`, wordsFor(value), origin];
  return [
    file === undefined ? "no ansible.cfg\n" : `${oneLine(file)}\n`,
    table(rowsOf(configuration).map(lines)),
    left.length === 0 ? "" : `not honoured\n${table(left.map((row) => [...lines(row), row.why]))}`,
  ].join("");
}

function wordsFor(value: Json): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  return Array.isArray(value) ? value.join(", ") : JSON.stringify(value);
}
