/**
 * From a host's variables to the settings that the rest of the program works with.
 * @module
 */
import { dirname, isAbsolute, join, resolve as resolvePath } from "@std/path";
import { append } from "../plain/append.ts";
import { type Problem, UsageError } from "../errors.ts";
import type { Simulation } from "../remote/simulated/faults.ts";
import { noteUrl } from "../secrets.ts";
import { byPlace, problemAt, problemOnce, shown } from "../ansible/problems.ts";
import { type Resolved, TemplateError } from "../ansible/jinja/references.ts";
import type { Configuration } from "../ansible/configuration/mod.ts";
import { configuredVariable } from "./configured_variables.ts";
import { resolveVariable } from "./resolved_variable.ts";
import { CannotOpen } from "../ansible/vault/sealed.ts";
import type { Host, Origin, Setting } from "../ansible/types.ts";
import { hasPassword } from "./unused_variables.ts";
import { renderTemplates } from "./templates.ts";
import { taskVariables, type VariableSchemas } from "./task_variables.ts";
import { misspeltPrefixed, writtenNumbers, wrongValue } from "./variable_check.ts";
import {
  expectedOf,
  type Hooks,
  hostVariables,
  isVariableName,
  PREFIX,
  type RolloutVariable,
  type ServiceManager,
  unprefixed,
  type VariableName,
  variableNames,
} from "./variables.ts";

/** Variables that are URLs, or a part of one: they may hold passwords and tokens. */
const URLS: ReadonlySet<string> = new Set<VariableName>([
  "health_url",
  "health_ready",
  "health_status",
  "health_metrics",
]);
/** Shared by all hosts, because a fleet may be large. */
const NO_HOOKS: Hooks = Object.freeze({});
const DEFAULT_ARTIFACTS = "artifacts_phase2";

/** Everything that Lockstep needs to know of a host. Times are seconds. */
export interface HostSettings {
  /** The host's name in the inventory. */
  readonly name: string;
  /** What ssh is told to connect to. Not checked: a name that ssh would take for an option is refused by the session. */
  readonly address: string;
  /** `ansible_port`; absent: as ssh has it. */
  readonly port?: number;
  /** `ansible_user`; absent: as ssh has it. */
  readonly user?: string;
  /** Absolute. */
  readonly identityFile?: string;
  /** The inventory has a password to log in with, which is not used. */
  readonly hasPassword?: boolean;
  /** What `ansible_ssh_args`, `…_host_key_checking`, `…_common_args` and `…_extra_args` say, as words. */
  readonly commonArgs: readonly string[];
  /** `ansible_connection`. */
  readonly connection: "ssh" | "local" | "simulated";
  /** The device may use the agent. */
  readonly forwardAgent?: boolean;
  /** Where the connection is simulated: how the device behaves. */
  readonly simulated?: Simulation;
  /** `ansible_become`: programs run as `becomeUser`. */
  readonly become: boolean;
  /** `ansible_become_user`; default: root. */
  readonly becomeUser: string;
  /** Absolute, on the device, without a slash at its end. */
  readonly deployPath: string;
  /** Absolute, on this machine. */
  readonly artifactsDir: string;
  /** The live name: what the service reads, below `deployPath`. */
  readonly liveDir: string;
  /** Empty for none. */
  readonly service: string;
  /** `service_manager`. */
  readonly serviceManager: ServiceManager;
  /** `restart_command`; empty for none. */
  readonly restartCommand: string;
  /** `restart_timeout`, seconds. */
  readonly restartTimeout: number;
  /** `restart_settle`: how long the service must stay up, seconds. */
  readonly restartSettle: number;
  /** Empty for none. */
  readonly healthUrl: string;
  /** `health_ready`: a path below `healthUrl`. */
  readonly healthReady: string;
  /** `health_status`: a path below `healthUrl`. */
  readonly healthStatus: string;
  /** `health_metrics`: a path below `healthUrl`. */
  readonly healthMetrics: string;
  /** `health_attempts`. */
  readonly healthAttempts: number;
  /** `health_interval`, seconds. */
  readonly healthInterval: number;
  /** `health_metrics_match`: an extended regular expression. */
  readonly healthMetricsMatch: string;
  /** `keep_backups`. */
  readonly keepBackups: number;
  /** `confirm_timeout`: after so many seconds without a word from us the device takes its old set back. */
  readonly confirmTimeout: number;
  /** What `rollout` says of the whole fleet; null where it says nothing. */
  readonly rollout: RolloutVariable | null;
  /** What `hooks` says. */
  readonly hooks: Hooks;
  /** What tasks of a project's own read, by name: as their schemas have it. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** What the templates of tasks come to for this host, by file. */
  readonly templates?: Readonly<Record<string, string>>;
}

/** What beside its variables decides a host's settings. */
export interface SettingsOptions {
  /** Absolute. */
  readonly cwd: string;
  /** `--artifacts`; relative to `cwd`; wins over the variable. */
  readonly artifactsDir?: string;
  /** The environment of this program. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The variables that tasks read beside these settings. */
  readonly variables?: VariableSchemas;
  /** What Ansible is configured with: holds where the inventory says nothing. */
  readonly configuration?: Configuration;
}

/** A host's settings. Throws a UsageError with everything that is wrong with its variables. */
export function settingsOf(host: Host, options: SettingsOptions): HostSettings {
  const problems: Problem[] = [];
  const settings = convert(host, options, problems);
  if (!settings) throw new UsageError(byPlace(problems));
  return settings;
}

/**
 * The settings of many hosts, in their order. Throws a UsageError with everything that is wrong with any of them; a mistake that
 * several hosts inherit is named once.
 */
export function settingsOfAll(hosts: readonly Host[], options: SettingsOptions): HostSettings[] {
  const problems: Problem[] = [];
  const elsewhere: Host[] = [];
  const settings = hosts.flatMap((host) => convert(host, options, problems, elsewhere) ?? []);
  if (problems.length === 0) return settings;
  const hint = leaveOut(elsewhere, hosts);
  throw new UsageError(
    byPlace(
      problemOnce(
        problems.map((problem) =>
          hint !== undefined && isOfConnection(problem) ? { hint, ...problem } : problem
        ),
      ),
    ),
  );
}

/** Whether a problem is that of a host which is reached in another way than ours. */
function isOfConnection({ path }: Problem): boolean {
  return path !== undefined && /(?:^|\.)ansible_connection$/.test(path);
}

/** How to leave out hosts that are reached in another way: by the fewest groups that have no others of those chosen, else by name. */
function leaveOut(elsewhere: readonly Host[], hosts: readonly Host[]): string | undefined {
  if (elsewhere.length === 0 || elsewhere.length === hosts.length) return undefined;
  const others = new Set(elsewhere);
  const kept = new Set(hosts.filter((host) => !others.has(host)).flatMap(({ groups }) => groups));
  const left = new Set(elsewhere);
  const names: string[] = [];
  for (;;) {
    const sizes = new Map<string, number>();
    for (const group of [...left].flatMap(({ groups }) => groups)) {
      if (!kept.has(group) && group !== "ungrouped") sizes.set(group, (sizes.get(group) ?? 0) + 1);
    }
    const [largest] = [...sizes].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
    if (largest === undefined) break;
    names.push(largest[0]);
    for (const host of left) if (host.groups.includes(largest[0])) left.delete(host);
  }
  append(names, [...left].map(({ name }) => name));
  return names.length > MOST_LEFT_OUT
    ? undefined
    : `leave them out: --limit '${names.map((name) => `!${name}`).join(",")}'`;
}

const MOST_LEFT_OUT = 8;
const NO_VARIABLES: VariableSchemas = new Map();

function convert(
  host: Host,
  options: SettingsOptions,
  problems: Problem[],
  elsewhere: Host[] = [],
): HostSettings | undefined {
  const before = problems.length;
  const input: Record<string, unknown> = {};
  const found = new Map<string, Resolved>();
  const configured = new Map<VariableName, Setting>();
  for (const name of variableNames) {
    const written = writtenName(host, name);
    const { length } = problems;
    const resolved = resolve(host, name, written, options, problems);
    if ((resolved?.value ?? null) === null && problems.length === length) {
      const setting = configuredVariable(name, options.configuration);
      // How to become somebody matters only to who does.
      if (setting !== undefined && (name !== "ansible_become_method" || isTrue(input.ansible_become))) {
        configured.set(name, setting);
        input[name] = setting.value;
        continue;
      }
    }
    if (!resolved) continue;
    if (URLS.has(name) && typeof resolved.value === "string") noteUrl(resolved.value);
    found.set(name, resolved);
    input[name] = writtenNumbers(resolved.value);
  }
  for (const name in host.vars) {
    if (!name.startsWith(PREFIX)) continue;
    const problem = misspeltPrefixed(name, settingOf(host, name));
    if (problem) problems.push(problem);
  }
  const parsed = hostVariables.safeParse(input);
  for (const name of new Set(parsed.error?.issues.map((issue) => String(issue.path[0])))) {
    if (isVariableName(name)) {
      if (name === "ansible_connection") elsewhere.push(host);
      const setting = configured.get(name) ?? settingOf(host, writtenName(host, name));
      problems.push(wrongValue(name, setting, found.get(name)));
    }
  }
  const { templates: files } = options.variables ?? NO_VARIABLES;
  const variables = taskVariables(host, options.variables ?? NO_VARIABLES, options.cwd, problems);
  const templates = files === undefined ? undefined : renderTemplates(host, files, options.cwd, problems);
  if (!parsed.success || problems.length > before) return undefined;
  const vars = parsed.data;

  if (vars.service_manager === "command" && vars.restart_command === "") {
    problems.push(problemAt(
      originOf(host, writtenName(host, "service_manager")),
      "found no restart_command, expected one, because service_manager is command",
      "set restart_command to the command that restarts the service",
    ));
    return undefined;
  }
  // Of two names for one thing Ansible takes the one that it lists last.
  const port = vars.ansible_ssh_port ?? vars.ansible_port;
  const user = vars.ansible_ssh_user ?? vars.ansible_user;
  const checking = vars.ansible_ssh_host_key_checking ?? vars.ansible_host_key_checking;
  const identityFile = vars.ansible_ssh_private_key_file ?? vars.ansible_private_key_file;
  return {
    name: host.name,
    address: vars.ansible_ssh_host ?? vars.ansible_host ?? host.name,
    ...(typeof port === "number" ? { port } : {}),
    ...(user ? { user } : {}),
    ...(hasPassword(host) ? { hasPassword: true } : {}),
    ...(identityFile ? { identityFile: absolute(identityFile, options.cwd, options) } : {}),
    commonArgs: [
      ...vars.ansible_ssh_args ?? [],
      ...(checking === false ? ["-o", "StrictHostKeyChecking=no"] : []),
      ...vars.ansible_ssh_common_args ?? [],
      ...vars.ansible_ssh_extra_args ?? [],
    ],
    connection: vars.ansible_connection ?? "ssh",
    ...(vars.ssh_forward_agent ? { forwardAgent: true } : {}),
    ...(vars.ansible_connection === "simulated"
      ? { simulated: { fault: vars.simulated_fault, latency: vars.simulated_latency } }
      : {}),
    become: vars.ansible_become ?? false,
    becomeUser: (vars.ansible_sudo_user ?? vars.ansible_become_user) || "root",
    deployPath: vars.deploy_path,
    artifactsDir: artifactsDir(host, vars.artifacts_dir, options),
    liveDir: vars.live_dir,
    service: vars.service,
    serviceManager: vars.service_manager,
    restartCommand: vars.restart_command,
    restartTimeout: vars.restart_timeout,
    restartSettle: vars.restart_settle,
    healthUrl: vars.health_url,
    healthReady: vars.health_ready,
    healthStatus: vars.health_status,
    healthMetrics: vars.health_metrics,
    healthAttempts: vars.health_attempts,
    healthInterval: vars.health_interval,
    healthMetricsMatch: vars.health_metrics_match,
    keepBackups: vars.keep_backups,
    confirmTimeout: vars.confirm_timeout,
    rollout: vars.rollout ?? null,
    hooks: vars.hooks ?? NO_HOOKS,
    variables,
    ...(templates === undefined ? {} : { templates }),
  };
}

function isTrue(become: unknown): boolean {
  return hostVariables.shape.ansible_become.safeParse(become).data === true;
}

/** What a variable comes to; undefined where it is not set, or (with a problem) where that cannot be told. */
function resolve(
  host: Host,
  name: VariableName,
  written: string,
  { cwd }: SettingsOptions,
  problems: Problem[],
): Resolved | undefined {
  try {
    return resolveVariable(host, written, cwd);
  } catch (error) {
    if (error instanceof TemplateError) {
      const text = shown(host.vars[written]);
      const message = `found ${text}: ${error.message}; expected ${expectedOf(name)}`;
      problems.push(problemAt(originOf(host, written), message, error.hint));
    } else if (error instanceof CannotOpen) {
      const message = `found a value encrypted by ansible-vault, ${error.message}`;
      problems.push(problemAt(originOf(host, written), message, error.hint));
    } else throw error;
    return undefined;
  }
}

function artifactsDir(host: Host, variable: string | undefined, options: SettingsOptions): string {
  if (options.artifactsDir) return absolute(options.artifactsDir, options.cwd, options);
  if (variable !== undefined) {
    const { file, line } = originOf(host, writtenName(host, "artifacts_dir"));
    // What -e or the environment says is relative to where the user stands. A program's output has no lines, but a place.
    const placeless = line === 0 && ["-e", "environment", host.name].includes(file);
    return absolute(variable, !placeless ? resolvePath(options.cwd, dirname(file)) : options.cwd, options);
  }
  return absolute(options.env.ARTIFACTS_DIR || DEFAULT_ARTIFACTS, options.cwd, options);
}

/** A local path as an absolute one, `~/` being the user's home. */
function absolute(path: string, base: string, { env }: SettingsOptions): string {
  const home = env.HOME ?? env.USERPROFILE;
  if (home && /^~(?:$|[/\\])/.test(path)) return join(home, path.slice(1));
  return isAbsolute(path) ? path : resolvePath(base, path);
}

/** The name under which a host has a variable of ours: with our prefix, where somebody has written that. */
function writtenName(host: Host, name: VariableName): string {
  const prefixed = `${PREFIX}${name}`;
  return Object.hasOwn(host.vars, prefixed) && isVariableName(unprefixed(prefixed)) ? prefixed : name;
}

function originOf(host: Host, name: string): Origin {
  return host.origins[name] ?? { file: host.name, line: 0, col: 0, path: name };
}

function settingOf(host: Host, name: string): Setting {
  return { value: host.vars[name] ?? null, origin: originOf(host, name) };
}
