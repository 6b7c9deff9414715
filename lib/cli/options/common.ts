/**
 * The options that mean the same in every command.
 * @module
 */
import { Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { type RecordModes, recordModes } from "../../report/record/modes.ts";

/** A whole number of at least `least`. */
export function whole(least: number): (text: string) => number {
  return (text) => {
    if (!/^\d+$/.test(text) || Number(text) < least) {
      throw new InvalidArgumentError(`expected a whole number of at least ${least}.`);
    }
    return Number(text);
  };
}

const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1e3, M: 1e6, G: 1e9 };

/** Bytes per second: a number, and perhaps k, M or G behind it. */
export function rate(text: string): number {
  return number(text, "bytes per second");
}

/** Bytes, written so. */
export function bytes(text: string): number {
  return Math.ceil(number(text, "bytes"));
}

function number(text: string, what: string): number {
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)([kMG]?)$/.exec(text.replace("K", "k")) ?? [];
  const bytes = Number(number) * UNITS[unit]!;
  if (bytes < 1) throw new InvalidArgumentError(`expected ${what}, such as 500k or 2M.`);
  return bytes;
}

/** Nobody else may ever write: a run that others can change is not used. */
function reportsMode(text: string): RecordModes {
  if (!/^0?6[04][04]$/.test(text)) {
    throw new InvalidArgumentError(
      "expected 600 (you alone), 640 (your group too) or 644 (everybody).",
    );
  }
  return recordModes(Number.parseInt(text, 8));
}

/** `--reports-mode`, of every command that writes what runs leave. */
export function reportsModeOption() {
  return new Option("--reports-mode <mode>", "who may read the reports: 640, 644 (default: 600, you alone)")
    .argParser(reportsMode);
}

/** A repeatable option. */
export function collect(value: string, earlier: string[]): string[] {
  return [...earlier, value];
}

export const OUTPUTS = ["pretty", "plain", "json", "ndjson"] as const;

/** Which hosts, with which variables. */
export function inventoryCommand(name: string, description: string) {
  return new Command(name)
    .description(description)
    .option(
      "-i, --inventory <file>",
      "an Ansible inventory: YAML, INI, a program, a folder, or hosts 'a,b,'; repeatable ($LOCKSTEP_INVENTORY, ansible.cfg)",
      collect,
      [],
    )
    .option(
      "--skip-unreadable-sources",
      "continue without sources that cannot be read (a program that fails, a plugin without Ansible), and name each",
    )
    .option(
      "-l, --limit <pattern>",
      "only these hosts: names, groups, globs, combined with , : :& :!, or @FILE",
    )
    .option(
      "-e, --extra-vars <vars>",
      "K=V, JSON or @FILE; overrides every other variable; repeatable",
      collect,
      [],
    )
    .option(
      "--vault-password-file <file>",
      "file with the password of encrypted values, or a program that prints it; repeatable ($ANSIBLE_VAULT_PASSWORD_FILE, ansible.cfg)",
      collect,
      [],
    )
    .option("--vault-id <label@file>", "the same, for values with that label; repeatable", collect, [])
    .option(
      "--secret <name>",
      "a variable whose value is masked everywhere, like a vaulted value; repeatable",
      collect,
      [],
    );
}

/** The same, for commands that go to the hosts. */
export function hostsCommand(name: string, description: string) {
  return inventoryCommand(name, description)
    .option("-f, --forks <n>", "hosts at once (default: Ansible's forks, else 20)", whole(1))
    .option("-C, --dry-run", "read, never write; --check is the same", false)
    .addOption(new Option("--check", "the same as --dry-run").default(false).hideHelp())
    .option("--artifacts <dir>", "the local artifact set ($ARTIFACTS_DIR)")
    .option(
      "--follow-links",
      "follow links in the set that lead out of its folder; otherwise they are refused",
    )
    .option("--ssh-config <file>", "passed to ssh as -F")
    .option(
      "--connect-timeout <seconds>",
      "limit for ssh to connect (default: Ansible's timeout, else 10)",
      whole(1),
    )
    .option(
      "--timeout <seconds>",
      "limit for any request to a host, not counting the waits of restart and health (default: 300, and 1800 to read or copy a set)",
      whole(1),
    )
    .option(
      "--max-output <bytes>",
      "limit for the output of one program on a host: 500k, 2M (default: 2 MiB)",
      bytes,
    )
    .option("--bwlimit <rate>", "limit for the whole run, in bytes per second: 500k, 2M", rate)
    .option("--reports <dir>", "folder for the records of runs", "reports")
    .addOption(reportsModeOption())
    .addOption(
      new Option(
        "-o, --output <form>",
        "what goes to standard output (default: pretty on a terminal, else plain)",
      ).choices(OUTPUTS),
    )
    .addOption(
      new Option("-v, --verbose", "more detail; repeatable").default(0).argParser((
        _: string,
        before: number,
      ) => before + 1),
    );
}

/** What `hostsCommand()` parses to. */
export type HostsOptions = ReturnType<ReturnType<typeof hostsCommand>["opts"]>;
export type InventoryOptions = ReturnType<ReturnType<typeof inventoryCommand>["opts"]>;
