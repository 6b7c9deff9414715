import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { Problem } from "../../../lib/errors.ts";
import type { Json } from "../../../lib/events.ts";
import { type Host, selectHosts } from "../../../lib/ansible/mod.ts";
import { camelCase } from "../../../lib/settings/host/camel_case.ts";
import { loadInventory, settingsOf, settingsOfAll } from "../../../lib/settings/mod.ts";
import { settingVariableNames } from "../../../lib/settings/variables.ts";
import { inFolder, inventoryOf, problemsOf } from "../ansible/files.ts";

const cwd = Deno.cwd();
const options = { cwd, env: {} };

function host(vars: Readonly<Record<string, Json>>): Host {
  const origins = Object.keys(vars).map((name) => [name, { file: "i.yaml", line: 1, col: 2, path: name }]);
  const fleet = { env: {}, hostNames: [], groupNames: [], host: () => undefined, members: () => undefined };
  return { name: "edge-1", groups: [], source: "", fleet, vars, origins: Object.fromEntries(origins) };
}

Deno.test("settingsOf() gives the contract's defaults, when a host sets nothing", () => {
  const contract = {
    name: "edge-1",
    address: "edge-1",
    commonArgs: [],
    connection: "ssh",
    become: false,
    becomeUser: "root",
    deployPath: "/opt/iot-inference",
    artifactsDir: join(cwd, "artifacts_phase2"),
    liveDir: "artifacts_phase2",
    service: "phase4-inference",
    serviceManager: "auto",
    restartCommand: "",
    restartTimeout: 30,
    restartSettle: 5,
    healthUrl: "http://localhost:9208",
    healthReady: "/ready",
    healthStatus: "/health",
    healthMetrics: "/metrics",
    healthAttempts: 10,
    healthInterval: 3,
    healthMetricsMatch: "phase4_uptime|phase4_memory_rss",
    keepBackups: 5,
    confirmTimeout: 120,
    variables: {},
    rollout: null,
    hooks: {},
  };
  const settings = settingsOf(host({}), options);
  // Variables that came later have defaults, too.
  const later = settingVariableNames.map(camelCase).filter((name) => !Object.hasOwn(contract, name));
  const rest = Object.entries(settings).filter(([name]) => !(later as readonly string[]).includes(name));
  assertEquals(Object.fromEntries(rest), contract);
});

Deno.test("settingsOf() says how a device is simulated, when its connection is", () => {
  const of = (vars: Record<string, Json>) => {
    const { connection, simulated } = settingsOf(host(vars), options);
    return { connection, simulated };
  };
  assertEquals(of({ ansible_connection: "simulated" }), {
    connection: "simulated",
    simulated: { fault: "none", latency: 0 },
  });
  assertEquals(
    of({ ansible_connection: "simulated", simulated_fault: "sick", simulated_latency: "20" }),
    { connection: "simulated", simulated: { fault: "sick", latency: 20 } },
  );
  assertEquals(of({ simulated_fault: "sick" }), { connection: "ssh", simulated: undefined });
});

Deno.test("settingsOf() says what was meant, when a word is one letter off", async () => {
  const problems = await problemsOf(() => settingsOf(host({ simulated_fault: "sikc" }), options));
  assertEquals(problems, [
    'i.yaml:1:2: simulated_fault: found "sikc", expected none, unreachable, silent, no-space, hang, drop or sick',
    '    did you mean "sick"?',
  ]);
});

Deno.test("settingsOf() takes what Ansible would, when values come as text, numbers or YAML 1.1 words", () => {
  const settings = settingsOf(
    host({
      ansible_host: "10.0.0.7",
      ansible_port: "2222",
      ansible_user: 1000,
      ansible_become: "Yes",
      ansible_become_user: "app",
      ansible_connection: "smart",
      ansible_ssh_common_args: `-o "ProxyCommand=ssh -W '%h:%p' gate" -J a\\ b`,
      ansible_ssh_extra_args: "-v ''",
      ansible_ssh_private_key_file: "~/.ssh/key",
      keep_backups: " 30",
      service: null,
      health_url: "",
      restart_settle: 0,
    }),
    { cwd, env: { HOME: join(cwd, "home") } },
  );
  assertEquals(settings.address, "10.0.0.7");
  assertEquals(settings.port, 2222);
  assertEquals(settings.user, "1000");
  assertEquals([settings.become, settings.becomeUser, settings.connection], [true, "app", "ssh"]);
  assertEquals(settings.commonArgs, ["-o", "ProxyCommand=ssh -W '%h:%p' gate", "-J", "a b", "-v", ""]);
  assertEquals(settings.identityFile, join(cwd, "home", ".ssh", "key"));
  assertEquals([settings.keepBackups, settings.service, settings.healthUrl, settings.restartSettle], [
    30,
    "",
    "",
    0,
  ]);
});

Deno.test("settingsOf() reads the older names, and prefers them as Ansible does, when both are set", () => {
  const old = {
    ansible_ssh_host: "h",
    ansible_ssh_port: 1,
    ansible_ssh_user: "u",
    ansible_private_key_file: join(cwd, "k"),
  };
  const { address, port, user, identityFile } = settingsOf(host(old), options);
  const become = { ansible_become_user: "new", ansible_sudo_user: "old" };
  assertEquals(settingsOf(host(become), options).becomeUser, "old");
  assertEquals([address, port, user, identityFile], ["h", 1, "u", join(cwd, "k")]);
  const both = { ...old, ansible_port: 2, ansible_host: "new", ansible_user: "new" };
  const chosen = settingsOf(host(both), options);
  assertEquals([chosen.address, chosen.port, chosen.user], ["h", 1, "u"]);
  const { ansible_private_key_file, ...rest } = old;
  const keys = { ...rest, ansible_private_key_file, ansible_ssh_private_key_file: join(cwd, "other") };
  assertEquals(settingsOf(host(keys), options).identityFile, join(cwd, "other"));
  const args = { ansible_ssh_args: "-C", ansible_ssh_common_args: "-o A=1", ansible_ssh_extra_args: "-v" };
  assertEquals(settingsOf(host(args), options).commonArgs, ["-C", "-o", "A=1", "-v"]);
});

Deno.test("settingsOf() has ssh take any host key, when host_key_checking is no, where Ansible does", () => {
  const off = { ansible_ssh_args: "-C", ansible_host_key_checking: false, ansible_ssh_common_args: "-v" };
  const any = ["-C", "-o", "StrictHostKeyChecking=no", "-v"];
  assertEquals(settingsOf(host(off), options).commonArgs, any);
  assertEquals(settingsOf(host({ ...off, ansible_ssh_host_key_checking: "no" }), options).commonArgs, any);
  assertEquals(settingsOf(host({ ...off, ansible_ssh_host_key_checking: true }), options).commonArgs, [
    "-C",
    "-v",
  ]);
});

Deno.test("settingsOf() takes a user and a key that are empty for none, as Ansible does", () => {
  const empty = { ansible_user: "", ansible_ssh_private_key_file: "", ansible_become_user: "" };
  const { user, identityFile, becomeUser } = settingsOf(host(empty), options);
  assertEquals([user, identityFile, becomeUser], [undefined, undefined, "root"]);
  // The older name is asked first, whatever it says.
  const older = settingsOf(host({ ansible_user: "new", ansible_ssh_user: "" }), options);
  assertEquals(older.user, undefined);
});

Deno.test("settingsOf() passes a deploy path through, when it holds what a shell would take apart", () => {
  for (const path of ["/opt/a b", "/opt/$(touch x)", "/opt/'\"`;&|", "/opt/new\nline", "/-x", "/opt/..."]) {
    assertEquals(settingsOf(host({ deploy_path: path }), options).deployPath, path);
  }
  assertEquals(settingsOf(host({ deploy_path: "/opt/x/" }), options).deployPath, "/opt/x");
});

Deno.test("settingsOf() refuses a value with its place, when the variable cannot take it", async () => {
  const table: [name: string, values: readonly Json[]][] = [
    ["deploy_path", [
      "",
      "opt",
      "/",
      "//",
      "/.",
      "/a/../b",
      "/a/..",
      "/a\0",
      "~",
      "~/",
      "~/.",
      "~/../x",
      "~root/x",
      null,
      ["/a"],
    ]],
    ["live_dir", ["", ".", "..", "a/b", "-a", "backup", ".lockstep", "a\nb", null]],
    ["ansible_port", [0, 65536, "x", 1.5, "", true, -1]],
    ["ansible_host", ["", ["a"], true]],
    ["ansible_become", ["maybe", 2]],
    ["ansible_connection", ["winrm", "docker", "", 1]],
    ["ansible_become_method", ["su", "doas"]],
    ["ansible_ssh_common_args", ["-o 'x", "a\\", 1]],
    ["service_manager", ["upstart", null]],
    ["service", [
      ["a"],
      true,
      ".",
      "..",
      "../../x",
      "/etc/init.d/x",
      "a/b",
      "-x",
      "--root=/tmp",
      "a b",
      "a\tb",
      "a\nb",
      "a\u00a0b",
      "a*",
      "a?",
      "[ab]",
      "{a,b}",
      "~a",
      "a;b",
      "$(a)",
      "`a`",
      "a'b",
      "größe",
      "a\u200b",
      "a".repeat(256),
    ]],
    ["health_url", ["localhost:9208", "ftp://x", "http://", "http://a b/", "http://x/\n"]],
    ["health_ready", ["ready", "http://x/", "/x\noutput = /tmp/x", "/x HTTP/1.0\r\nHost: y"]],
    ["health_metrics_match", ["(", "a)", "[a", "*a", "a{2", "a{3,2}", "[[:nope:]]", "a\\", "(?:a)"]],
    ["keep_backups", [0, -1, "many", null]],
    ["restart_timeout", [0, "30s"]],
    ["health_attempts", [0]],
    ["health_interval", [-1]],
    ["confirm_timeout", [-1]],
  ];
  for (const [name, values] of table) {
    for (const value of values) {
      const problems = await problemsOf(() => settingsOf(host({ [name]: value }), options));
      const hint = typeof value === "object" && value !== null && !name.startsWith("ansible_") ? 1 : 0;
      assertEquals(problems.length, 1 + hint, `${name}: ${JSON.stringify(value)}`);
      assertStringIncludes(problems[0]!, `i.yaml:1:2: ${name}: found `);
      assertStringIncludes(problems[0]!, ", expected ");
    }
  }
});

Deno.test("settingsOf() takes every name that a unit may have", () => {
  for (
    const service of [
      "phase4-inference",
      "a@b.service",
      "dev-sda\\x2d1.device",
      "x_y:z",
      "7zip",
      "libvirt-g++",
      "",
    ]
  ) {
    assertEquals(settingsOf(host({ service }), options).service, service);
  }
  assertEquals(settingsOf(host({ service: 7 }), options).service, "7");
});

Deno.test("settingsOf() takes an extended regular expression, when grep -E would", () => {
  for (
    const pattern of [
      "",
      "a|b",
      "^(a|b)+$",
      "[]x]",
      "[^]a]",
      "[[:alpha:]_]+",
      "a{2,3}",
      "a\\{",
      "x.*y",
      "(a)?",
      "\\(a\\)",
      "a||b",
    ]
  ) {
    assertEquals(settingsOf(host({ health_metrics_match: pattern }), options).healthMetricsMatch, pattern);
  }
});

Deno.test("settingsOf() names all problems, when there are several", async () => {
  const problems = await problemsOf(() =>
    settingsOf(
      host({
        deploy_path: "x",
        keep_backups: 0,
        service: "{{ unit }}",
        ansible_user: "{% block a %}b{% endblock %}",
        other: "{{ x }}",
      }),
      options,
    )
  );
  assertEquals(problems.filter((line) => line.startsWith("i.yaml")).length, 4);
  assertStringIncludes(
    problems.join("\n"),
    'i.yaml:1:2: service: found "{{ unit }}": the variable "unit", which is not set; expected the name of one unit',
  );
  assertStringIncludes(
    problems.join("\n"),
    "a template with {% block %}, which Lockstep does not support; expected a user name",
  );
});

Deno.test("settingsOf() wants a restart command, when the service manager is a command", async () => {
  const problems = await problemsOf(() => settingsOf(host({ service_manager: "command" }), options));
  assertStringIncludes(problems[0]!, "i.yaml:1:2: service_manager: found no restart_command");
  const settings = settingsOf(host({ service_manager: "command", restart_command: "restart it" }), options);
  assertEquals(settings.restartCommand, "restart it");
});

Deno.test("settingsOf() finds the artifact folder, when option, variable, environment or default says where", () =>
  inFolder({
    "sub/i.yaml": "all: {hosts: {a: {artifacts_dir: set}, b: }}",
  }, async (cwd) => {
    const load = (extraVars: string[] = []) => loadInventory(["sub/i.yaml"], { extraVars, env: {}, cwd });
    const [a, b] = (await load()).hosts;
    const env = { ARTIFACTS_DIR: "from-env" };
    assertEquals(settingsOf(a!, { cwd, env }).artifactsDir, join(cwd, "sub", "set"));
    assertEquals(settingsOf(a!, { cwd, env, artifactsDir: "opt" }).artifactsDir, join(cwd, "opt"));
    assertEquals(settingsOf(b!, { cwd, env }).artifactsDir, join(cwd, "from-env"));
    assertEquals(settingsOf(b!, { cwd, env: {} }).artifactsDir, join(cwd, "artifacts_phase2"));
    const [extra] = (await load(["artifacts_dir=set"])).hosts;
    assertEquals(settingsOf(extra!, { cwd, env }).artifactsDir, join(cwd, "set"));
  }));

Deno.test("settingsOfAll() names a mistake once, when many hosts inherit it", async () => {
  const { hosts } = await inventoryOf(`
all: {hosts: {"h[1:9]": }, vars: {service: "{{ unit }}"}, children: {win: {hosts: {w: {ansible_connection: winrm}}}}}
`);
  const problems = await problemsOf(() => settingsOfAll(hosts, options));
  assertEquals(problems.filter((line) => line.startsWith("0.yaml")).length, 2);
  const ssh = await inventoryOf("all: {hosts: {'h[1:3]': }}");
  assertEquals(settingsOfAll(ssh.hosts, options).map((settings) => settings.name), ["h1", "h2", "h3"]);
});

Deno.test("settingsOf() writes numbers as Python does, when a path or a name is made of them", () =>
  inFolder({
    "hosts.yml": `all:
  vars:
    version: 2.0
    minor: 1.10
    thousand: 1e+3
    exponent: 1.0e+3
    iccid: 8944500312345678901
    deploy_path: "/opt/app-{{ version }}-{{ minor }}-{{ thousand }}-{{ exponent }}-{{ iccid }}"
    live_dir: 2.0
    ansible_user: 8944500312345678901
    keep_backups: 7.0
    ansible_become: 1.0
  hosts:
    edge-1:
`,
    "hosts.ini":
      'edge-1 version=2.0 big=0xaaaaaaaaaaaaaaaa long=8944500312345678901 deploy_path="/opt/{{ version }}-{{ big }}-{{ long }}"\n',
    "program":
      `#!/bin/sh\necho '{"all": {"hosts": ["edge-1"], "vars": {"v": 2.0, "n": 1E3, "deploy_path": "/opt/{{ v }}-{{ n }}"}}}'\n`,
  }, async (cwd) => {
    await Deno.chmod(join(cwd, "program"), 0o755);
    const of = async (file: string) => {
      const { hosts } = await loadInventory([file], { cwd, extraVars: [], env: {} });
      return settingsOf(hosts[0]!, { ...options, cwd });
    };
    const yaml = await of("hosts.yml");
    assertEquals(yaml.deployPath, "/opt/app-2.0-1.1-1e+3-1000.0-8944500312345678901");
    assertEquals([yaml.liveDir, yaml.user], ["2.0", "8944500312345678901"]);
    assertEquals([yaml.keepBackups, yaml.become], [7, true]);
    assertEquals((await of("hosts.ini")).deployPath, "/opt/2.0-12297829382473034410-8944500312345678901");
    assertEquals((await of("program")).deployPath, "/opt/2.0-1000.0");
  }));

/** A shared inventory, in which a group that is not deployed to has variables of somebody else's that are called as ours are. */
const SHARED = `all:
  vars:
    artifact_dir: /tmp/artifacts
  children:
    edge:
      hosts:
        edge-1: {health_uri: "http://x", services: [a, b]}
    web:
      hosts: {web-1: }
      vars:
        service: {name: web, port: 80}
        restart_command: [systemctl, restart, web]
        live_dir: /srv/www/live
        deploy_path: relative/x
        keep_backups: 0
        ansible_port: many
        rollout: {strategy: canary}
`;

Deno.test("loadInventory() takes somebody's own variables, which settingsOfAll() refuses only for hosts that are used", async () => {
  const warnings: string[] = [];
  await inFolder({ "hosts.yml": SHARED }, async (cwd) => {
    const warn = ({ line, message, hint }: Problem) => warnings.push(`${line}: ${message}; ${hint}`);
    const inventory = await loadInventory(["hosts.yml"], { cwd, extraVars: [], env: {}, warn });
    const of = (pattern: string) => settingsOfAll(selectHosts(inventory, pattern), { ...options, cwd });
    assertEquals(of("edge")[0]!.service, "phase4-inference");
    const problems = (await problemsOf(() => of("all"))).filter((line) => !line.startsWith(" "));
    assertEquals(problems.map((line) => line.split(":")[1]), ["11", "12", "13", "14", "15", "16", "17"]);
  });
  assertEquals(warnings, [
    '3: found the variable "artifact_dir", which Lockstep does not read; it is kept as it is; did you mean "artifacts_dir"?',
    '7: found the variable "health_uri", which Lockstep does not read; it is kept as it is; did you mean "health_url"?',
  ]);
});

Deno.test("settingsOf() prefers a variable with our prefix, whatever somebody else's of that name holds", async () => {
  const shared = {
    service: { name: "web" },
    deploy_path: "x",
    keep_backups: 3,
    lockstep_service: "edge-inference",
    lockstep_deploy_path: "/opt/{{ keep_backups }}",
    lockstep_rollout: "1,100%",
  };
  const { service, deployPath, keepBackups, rollout } = settingsOf(host(shared), options);
  assertEquals({ service, deployPath, keepBackups, rollout }, {
    service: "edge-inference",
    deployPath: "/opt/3",
    keepBackups: 3,
    rollout: { waves: ["1", "100%"] },
  });
  // Of those that everybody knows there is none, and a slip in ours is one.
  assertEquals(settingsOf(host({ lockstep_ansible_port: 1 }), options).port, undefined);
  assertEquals(await problemsOf(() => settingsOf(host({ lockstep_servce: "x" }), options)), [
    'i.yaml:1:2: lockstep_servce: found the unknown variable "lockstep_servce"',
    '    did you mean "lockstep_service"?',
  ]);
  assertEquals(await problemsOf(() => settingsOf(host({ service: { name: "web" } }), options)), [
    "i.yaml:1:2: service: found a mapping, expected the name of one unit, not a pattern (letters, digits, any of _@:.+\\ and, not first, -), or empty for none",
    "    if it is not meant for Lockstep, also set lockstep_service, which wins",
  ]);
  assertEquals((await problemsOf(() => settingsOf(host({ lockstep_keep_backups: 0 }), options))).length, 1);
});

Deno.test("settingsOfAll() says how to leave out hosts that are reached in another way", async () => {
  const text = `all:
  children:
    windows:
      vars: {ansible_connection: winrm}
      hosts: {w1: , w2: , w3: }
    network: {vars: {ansible_connection: ansible.netcommon.network_cli}, hosts: {n1: , n2: }}
    site: {hosts: {e1: , w1: , w2: , x1: }}
  hosts:
    x1: {ansible_connection: docker}
`;
  const { hosts } = await inventoryOf(text);
  const hints = async (names: readonly string[]) =>
    (await problemsOf(() => settingsOfAll(hosts.filter(({ name }) => names.includes(name)), options)))
      .filter((line) => line.startsWith(" ")).map((line) => line.trim());
  const all = hosts.map(({ name }) => name);
  assertEquals(new Set(await hints(all)), new Set(["leave them out: --limit '!windows,!network,!x1'"]));
  assertEquals(await hints(["e1", "w3"]), ["leave them out: --limit '!windows'"]);
  // Nothing would be left.
  assertEquals(await hints(["w1"]), []);
});
