/**
 * The variables of a host that Lockstep reads: what each may be, its default and what it is for. This schema is the only place
 * that says so: settings, messages and the JSON schema for editors are made from it.
 * @module
 */
import { z } from "zod";
import { FAULTS } from "../remote/simulated/faults.ts";
import { extendedRegexProblem } from "../plain/extended_regex.ts";
import { splitWords } from "../ansible/sources/words.ts";

/** What a variable may be, in words that follow "expected". */
const expectations = new WeakMap<z.ZodType, string>();

function variable<T extends z.ZodType>(schema: T, expected: string, description: string): T {
  const described = schema.describe(description);
  expectations.set(described, expected);
  return described;
}

// Ansible's YAML turns `user: 1000` into a number; it is the text that was meant.
const text = z.union([z.string(), z.number()]).transform(String)
  .refine((value) => !value.includes("\0"));
const someText = text.refine((value) => value !== "");
/** Text, or empty (also: nothing written) for none. */
const textOrNone = z.union([z.null().transform(() => ""), text]);
// deno-lint-ignore no-control-regex -- a line break would be another line of what curl and wget read
const path = text.refine((value) => value === "" || /^\/[^\0-\x1f\x7f]*$/.test(value));

function integer(min: number, max: number) {
  return z.union([z.int().min(min).max(max), z.string().regex(/^\s*[-+]?\d+(?:\.0)?\s*$/)]).transform(Number)
    .pipe(z.int().min(min).max(max));
}

const truth = z.union([
  z.boolean(),
  z.literal([0, 1]).transform((value) => value === 1),
  z.string().regex(/^(?:y|yes|on|1(?:\.0)?|true|t|n|no|off|0(?:\.0)?|false|f)$/i).transform((value) =>
    /^(?:y|on|1|t)/i.test(value)
  ),
]);

const words = z.string().transform((value, context) => {
  const split = splitWords(value);
  if (split) return split;
  context.addIssue("a quote is not closed");
  return z.NEVER;
});

const connection = z.string().transform((value, context): "ssh" | "local" | "simulated" => {
  const name = value.replace(/^ansible\.(?:builtin|legacy)\./, "");
  if (name === "local" || name === "simulated") return name;
  if (!["ssh", "smart", "paramiko", "paramiko_ssh"].includes(name)) context.addIssue("not supported");
  return "ssh";
});

const deployPath = someText.refine((value) => {
  const segments = value.split("/").filter((segment) => segment !== "" && segment !== ".");
  const below = value.startsWith("/") ? segments.length > 0 : value.startsWith("~/") && segments.length > 1;
  return below && !segments.includes("..") && !value.includes("\0");
}).transform((value) => value.replace(/\/+$/, ""));

const liveDir = someText.refine((value) =>
  !/[/\n]/.test(value) && !value.startsWith("-") && ![".", "..", "backup", ".lockstep"].includes(value)
);

/**
 * Whether a name can be that of a service. It becomes a path under /etc/init.d or /etc/service on some devices, and a word of a command on all:
 * see also `plain_name` of prelude.sh.
 */
export function isUnitName(name: string): boolean {
  return /^[A-Za-z0-9_@:.+\\][A-Za-z0-9_@:.+\\-]*$/.test(name) && name !== "." && name !== ".." &&
    name.length <= 255;
}

const unitName = textOrNone.refine((value) => value === "" || isUnitName(value));

const httpUrl = textOrNone.refine((value) =>
  // deno-lint-ignore no-control-regex -- a URL that reaches the device must not hold any
  value === "" || /^https?:\/\/[^/\s][^\s\0-\x1f]*$/i.test(value) && URL.canParse(value)
);

const extendedRegex = text.refine((value) => extendedRegexProblem(value) === undefined);

const share = z.union([z.int().min(0), z.string().regex(/^\s*\d+(\.\d+)?%?\s*$/)]).transform((value) =>
  String(value).trim()
);
const waveList = z.union([
  z.union([z.string(), z.number()]).transform((value) => String(value).split(",")),
  z.array(z.union([z.string(), z.number()]).transform(String)),
]).transform((words) => words.map((word) => word.trim()).filter((word) => word !== ""));

/** What may look after a service. `auto`: the device is asked. */
export type ServiceManager = "auto" | "systemd" | "openrc" | "sysv" | "runit" | "command" | "none";
const SERVICE_MANAGERS: readonly ServiceManager[] = [
  "auto",
  "systemd",
  "openrc",
  "sysv",
  "runit",
  "command",
  "none",
];

const rolloutMapping = z.strictObject({
  waves: waveList.optional(),
  max_failures: share.optional(),
  max_unreachable: share.optional(),
  on_failure: z.enum(["stop", "rollback-wave", "rollback-all"]).optional(),
  all_or_nothing: truth.optional(),
  pause: integer(0, 86_400).optional(),
});

/** How a fleet is rolled out, as far as the inventory's `rollout` says it. */
export interface RolloutVariable {
  /** As `--waves` has them. */
  readonly waves?: readonly string[] | undefined;
  /** A number of hosts, or a percentage. */
  readonly max_failures?: string | undefined;
  /** A number of hosts, or a percentage. */
  readonly max_unreachable?: string | undefined;
  /** What happens to hosts that ended well, once too many have failed. */
  readonly on_failure?: "stop" | "rollback-wave" | "rollback-all" | undefined;
  /** Every host is prepared before the first switches. */
  readonly all_or_nothing?: boolean | undefined;
  /** Seconds between two waves. */
  readonly pause?: number | undefined;
}

/** Where a hook's command is run: on the host, or once a run on this machine. */
export interface Hook {
  /** A line of shell for the device. */
  readonly host?: string | undefined;
  /** A line of shell for this machine. */
  readonly controller?: string | undefined;
}

/** The moments of a deploy at which a user's commands are run. */
export interface Hooks {
  /** Before anything changes. If it fails, nothing does. */
  readonly before_deploy?: Hook | undefined;
  /** After the switch, before the restart. If it fails, the host goes back to its old set. */
  readonly after_commit?: Hook | undefined;
  /** Once the release is confirmed. */
  readonly after_deploy?: Hook | undefined;
  /** Once it has failed, and the old set is back. */
  readonly on_failure?: Hook | undefined;
}

const hook = z.union([
  text.transform((host): Hook => ({ host })),
  z.strictObject({ host: text.optional(), controller: text.optional() }),
]).optional();
const hooks = z.strictObject({
  before_deploy: hook,
  after_commit: hook,
  after_deploy: hook,
  on_failure: hook,
});

/** In waves alone, or with all that goes with them. */
const rollout = z.union([waveList.transform((waves): RolloutVariable => ({ waves })), rolloutMapping]);

const optionalText = someText.nullish();
/** As with Ansible, empty is as if it were not set: a host so takes back what its group says. */
const emptyForNone = text.nullish();
const SECONDS_OF_A_DAY = 86_400;

/** Every variable that Lockstep reads, in Ansible's names and ours. Variables that are not here are the user's own. */
export const hostVariables = z.object({
  ansible_host: variable(
    optionalText,
    "an address or a host name",
    "Address to connect to; default: the host's name.",
  ),
  ansible_port: variable(
    integer(1, 65535).nullish(),
    "a port from 1 to 65535",
    "Port of sshd on the device.",
  ),
  ansible_user: variable(emptyForNone, "a user name", "User to log in as."),
  ansible_ssh_private_key_file: variable(
    emptyForNone,
    "the path of a key file",
    "Private key to log in with.",
  ),
  ansible_ssh_args: variable(
    words.nullish(),
    "ssh options in one text, with every quote closed",
    "Options for ssh, before the common ones.",
  ),
  ansible_ssh_common_args: variable(
    words.nullish(),
    "ssh options in one text, with every quote closed",
    "Options for ssh: `-o ProxyJump=gate`.",
  ),
  ansible_ssh_extra_args: variable(
    words.nullish(),
    "ssh options in one text, with every quote closed",
    "More options for ssh, after the common ones.",
  ),
  ansible_ssh_host_key_checking: variable(
    truth.nullish(),
    "yes or no",
    "Whether ssh checks the device's host key as it is configured to; `no` takes any.",
  ),
  ssh_forward_agent: variable(
    truth.default(false),
    "yes or no",
    "Whether the device may use your ssh agent while it is worked on; whoever is root there can log in as you meanwhile.",
  ),
  ansible_connection: variable(
    connection.nullish(),
    "ssh, local or simulated",
    "How to reach the device: `ssh`, `local`, or not at all: `simulated`.",
  ),
  ansible_become: variable(truth.nullish(), "yes or no", "Run everything on the device through `sudo -n`."),
  ansible_become_user: variable(emptyForNone, "a user name", "User to become; default: root."),
  ansible_become_method: variable(
    z.enum(["sudo", "ansible.builtin.sudo"]).nullish(),
    "sudo",
    "How to become another user: `sudo`.",
  ),
  // The older names of the same, which Ansible still reads.
  ansible_ssh_host: variable(optionalText, "an address or a host name", "Older name of ansible_host."),
  ansible_ssh_port: variable(
    integer(1, 65535).nullish(),
    "a port from 1 to 65535",
    "Older name of ansible_port.",
  ),
  ansible_ssh_user: variable(emptyForNone, "a user name", "Older name of ansible_user."),
  ansible_sudo_user: variable(emptyForNone, "a user name", "Older name of ansible_become_user."),
  ansible_host_key_checking: variable(
    truth.nullish(),
    "yes or no",
    "Other name of ansible_ssh_host_key_checking.",
  ),
  ansible_private_key_file: variable(
    emptyForNone,
    "the path of a key file",
    "Other name of ansible_ssh_private_key_file.",
  ),
  deploy_path: variable(
    deployPath.default("/opt/iot-inference"),
    'an absolute path below "/", or "~/" and a path, without ".." and NUL',
    "Folder on the device; `~/` is the user's home there.",
  ),
  artifacts_dir: variable(
    someText.optional(),
    "the path of a folder",
    "Local artifact set; relative to the file that sets it, else to the current folder. Default: artifacts_phase2.",
  ),
  live_dir: variable(
    liveDir.default("artifacts_phase2"),
    'one plain name: no "/", no leading "-", not ".", "..", "backup" or ".lockstep"',
    "Name under deploy_path that the service reads.",
  ),
  service: variable(
    unitName.default("phase4-inference"),
    "the name of one unit, not a pattern (letters, digits, any of _@:.+\\ and, not first, -), or empty for none",
    "Unit to restart; empty for none.",
  ),
  service_manager: variable(
    z.enum(SERVICE_MANAGERS).default("auto"),
    "auto, systemd, openrc, sysv, runit, command or none",
    "What looks after the service on the device.",
  ),
  restart_command: variable(
    textOrNone.default(""),
    "a command in one text",
    "Restarts the service where service_manager is `command`.",
  ),
  restart_timeout: variable(
    integer(1, SECONDS_OF_A_DAY).default(30),
    `seconds from 1 to ${SECONDS_OF_A_DAY}`,
    "Seconds until the service must be active.",
  ),
  restart_settle: variable(
    integer(0, SECONDS_OF_A_DAY).default(5),
    `seconds from 0 to ${SECONDS_OF_A_DAY}`,
    "Seconds that the service must stay active after a restart.",
  ),
  health_url: variable(
    httpUrl.default("http://localhost:9208"),
    "a URL that begins with http:// or https://, or empty for none",
    "Where the service answers, as the device itself sees it; empty for none.",
  ),
  health_ready: variable(
    path.default("/ready"),
    'a path that begins with "/", without control characters',
    "Path that answers 200 once the service is ready.",
  ),
  health_status: variable(
    path.default("/health"),
    'a path that begins with "/", without control characters',
    "Path of the health JSON.",
  ),
  health_metrics: variable(
    path.default("/metrics"),
    'a path that begins with "/", without control characters',
    "Path of the metrics.",
  ),
  health_attempts: variable(
    integer(1, 10_000).default(10),
    "a number from 1 to 10000",
    "Tries before a host is unhealthy.",
  ),
  health_interval: variable(
    integer(0, SECONDS_OF_A_DAY).default(3),
    `seconds from 0 to ${SECONDS_OF_A_DAY}`,
    "Seconds between two tries.",
  ),
  health_metrics_match: variable(
    extendedRegex.default("phase4_uptime|phase4_memory_rss"),
    "a POSIX extended regular expression, as for grep -E",
    "Metric lines kept in the report.",
  ),
  keep_backups: variable(integer(1, 100_000).default(5), "a number from 1 to 100000", "Backups to keep."),
  confirm_timeout: variable(
    integer(0, SECONDS_OF_A_DAY).default(120),
    `seconds from 0 to ${SECONDS_OF_A_DAY}`,
    "Seconds after commit in which the device must hear that all is well, or it restores itself; 0 for never.",
  ),
  rollout: variable(
    rollout.nullish(),
    'waves, as "1,10%,100%" or a list, or a mapping of waves, max_failures, max_unreachable, on_failure, all_or_nothing and pause',
    "How the fleet is rolled out: the same as --waves and the options that go with it; one for all hosts.",
  ),
  hooks: variable(
    hooks.nullish(),
    "a mapping of before_deploy, after_commit, after_deploy and on_failure, each a command for the host, or a mapping of host and controller",
    "Commands that are run at these moments of a deploy: on the host, or once a run on this machine.",
  ),
  simulated_fault: variable(
    z.enum(FAULTS).default("none"),
    `${FAULTS.slice(0, -1).join(", ")} or ${FAULTS.at(-1)}`,
    "What goes wrong on a device whose ansible_connection is `simulated`.",
  ),
  simulated_latency: variable(
    integer(0, 60_000).default(0),
    "milliseconds from 0 to 60000",
    "Milliseconds that each request to a simulated device takes.",
  ),
});

/** A host's variables as the schema leaves them: typed, defaults filled in. */
export type HostVariables = z.output<typeof hostVariables>;

/** The name of a variable that Lockstep reads. */
export type VariableName = keyof typeof hostVariables.shape;

/** The names of all variables that Lockstep reads. */
export const variableNames: readonly VariableName[] = hostVariables.keyof().options;

/**
 * What a variable of ours may have in front of its name, so that an inventory can be shared with others who have a `service` of their own. The
 * prefixed one wins. Those of Ansible are known to everybody and have none.
 */
export const PREFIX = "lockstep_";

/** The prefixed names of our variables. */
export const prefixedNames: readonly string[] = variableNames.filter((name) => !name.startsWith("ansible_"))
  .map((name) => `${PREFIX}${name}`);

/** A name without our prefix; one of Ansible's never has it. */
export function unprefixed(name: string): string {
  const plain = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name;
  return plain !== name && plain.startsWith("ansible_") ? name : plain;
}

/** Whether `name` is a variable that Lockstep reads. */
export function isVariableName(name: string): name is VariableName {
  return Object.hasOwn(hostVariables.shape, name);
}

/** The words that a variable may be, where it is one of a few; empty for any other. */
export function choicesOf(name: VariableName): readonly string[] {
  let schema: unknown = hostVariables.shape[name];
  while (
    schema instanceof z.ZodDefault || schema instanceof z.ZodOptional || schema instanceof z.ZodNullable
  ) {
    schema = schema.unwrap();
  }
  return schema instanceof z.ZodEnum ? schema.options.map(String) : [];
}

/** What a variable may be, in words: "a port from 1 to 65535". */
export function expectedOf(name: VariableName): string {
  return expectations.get(hostVariables.shape[name])!;
}
