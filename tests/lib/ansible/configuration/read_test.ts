import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { formatProblem } from "../../../../lib/errors.ts";
import { leftOutWarning, readConfiguration } from "../../../../lib/ansible/configuration/mod.ts";
import { inFolder, problemsOf } from "../files.ts";

const nobody = { HOME: "/nowhere" };

/** What is said about what is left out, and of each why. */
async function leftOut(text: string, env: Record<string, string> = {}) {
  return await inFolder({ "ansible.cfg": text }, async (cwd) => {
    const configuration = await readConfiguration({
      cwd,
      env: { ...nobody, ...env },
      system: "/nowhere/ansible.cfg",
    });
    const warning = leftOutWarning(configuration);
    return {
      warning: warning === undefined ? undefined : formatProblem(warning),
      why: configuration.leftOut.map(({ name, value, why }) => `${name} ${value}: ${why}`),
    };
  });
}

Deno.test("readConfiguration() names each value and its place, and takes the first of Ansible's files that is there", () =>
  inFolder({
    "ansible.cfg": "[defaults]\nremote_user = a\n",
    "home/.ansible.cfg": "[defaults]\nforks = 2\n",
    "system.cfg": "[defaults]\ntimeout = 3\n",
    "empty/x": "",
  }, async (root) => {
    const read = (cwd: string, HOME: string, env = {}) =>
      readConfiguration({
        cwd: join(root, cwd),
        env: { HOME: join(root, HOME), ...env },
        system: join(root, "system.cfg"),
      });
    const here = await read(".", "home");
    assertEquals(here.file, "ansible.cfg");
    assertEquals(here.settings, {
      remote_user: {
        value: "a",
        origin: { file: "ansible.cfg", line: 2, col: 1, path: "defaults.remote_user" },
      },
    });
    assertEquals(Object.keys((await read("empty", "home")).settings), ["forks"]);
    assertEquals(Object.keys((await read("empty", "empty")).settings), ["timeout"]);
    const { settings } = await read(".", "home", { ANSIBLE_REMOTE_USER: "b" });
    assertEquals(settings.remote_user, {
      value: "b",
      origin: { file: "ANSIBLE_REMOTE_USER", line: 0, col: 0 },
    });
  }));

Deno.test("readConfiguration() names every value that cannot be, with its place", () =>
  inFolder({
    "ansible.cfg":
      "[defaults]\nforks = 0\nremote_port = 70000\nhost_key_checking = treu\nhash_behaviour = Merge\n",
  }, async (cwd) => {
    assertEquals(
      await problemsOf(() => readConfiguration({ cwd, env: { ...nobody, ANSIBLE_TIMEOUT: "soon" } })),
      [
        'ansible.cfg:3:1: defaults.remote_port: found "70000", expected a port from 1 to 65535',
        'ansible.cfg:4:1: defaults.host_key_checking: found "treu", expected yes or no',
        'ANSIBLE_TIMEOUT: found "soon", expected a whole number',
        'ansible.cfg:2:1: defaults.forks: found "0", expected a whole number of at least 1',
        'ansible.cfg:5:1: defaults.hash_behaviour: found "Merge", expected replace or merge',
      ],
    );
  }));

Deno.test("readConfiguration() says what is not read where somebody may expect it", async () => {
  const warnings: string[] = [];
  const warn = (problem: { where: string; message: string }) =>
    warnings.push(`${problem.where}: ${problem.message}`);
  await inFolder({ "ansible.cfg": "[defaults]\nremote_user = a\n" }, async (cwd) => {
    const options = { cwd, env: nobody, warn, system: "/nowhere/ansible.cfg" };
    await Deno.chmod(cwd, 0o777);
    assertEquals((await readConfiguration(options)).settings, {});
    assertEquals(warnings.splice(0), [
      "ansible.cfg: is not read, as with Ansible: this folder is world-writable",
    ]);
    const named = { ...options, env: { ...nobody, ANSIBLE_CONFIG: "ansible.cfg" } };
    assertEquals((await readConfiguration(named)).settings.remote_user?.value, "a");
    assertEquals(warnings, []);
    await Deno.chmod(cwd, 0o755);
    await readConfiguration({ ...options, env: { ...nobody, ANSIBLE_CONFIG: "/no.cfg" } });
    assertEquals(warnings, [
      `ANSIBLE_CONFIG: found no /no.cfg, so ${cwd}/ansible.cfg is read, as with Ansible`,
    ]);
  });
});

Deno.test("leftOutWarning() names in one warning what is set, matters and is not honoured", async () => {
  const { warning, why } = await leftOut(
    "[defaults]\nask_pass = True\nstrategy = free\nexecutable = /bin/bash\n[ssh_connection]\nssh_executable = /x/ssh\n",
    { ANSIBLE_SSH_RETRIES: "5", ANSIBLE_BECOME_PASS: "geheim-geheim" },
  );
  assertEquals(
    warning,
    "ansible.cfg: set for Ansible and not honoured: ask_pass (line 2), ANSIBLE_BECOME_PASS, executable (line 4), " +
      'ssh_executable (line 6), ANSIBLE_SSH_RETRIES\n    "config" shows why',
  );
  assertEquals(why, [
    "ask_pass True: Lockstep never waits for a password to be typed",
    "become_pass ********: sudo is run without a password (-n)",
    "executable /bin/bash: everything runs in the device's sh",
    "ssh_executable /x/ssh: ssh is taken from the PATH: put it on your PATH",
    "retries 5: a failed login is tried twice more",
  ]);
});

Deno.test("leftOutWarning() is silent if what is set changes nothing", async () => {
  assertEquals(
    await leftOut(
      `[defaults]
ask_pass = no
executable = /bin/sh
stdout_callback = yaml
error_on_undefined_vars = True
[inventory]
enable_plugins = host_list, ansible.builtin.yaml, ini
[privilege_escalation]
become_flags = -H -S -n
become_exe = sudo
[ssh_connection]
pipelining = True
control_path = /tmp/x
retries = 2
`,
    ),
    { warning: undefined, why: [] },
  );
});

Deno.test("leftOutWarning() names what stands where Ansible does not look for it", async () => {
  const { why } = await leftOut(
    "[default]\nremote_user = a\n[defaults]\nbecome = yes\nremote_usr = b\n[ssh-connection]\nssh_args = -C\n[galaxy]\ntimeout = 3\n",
  );
  assertEquals(why, [
    "remote_user a: Ansible reads remote_user in [defaults]",
    "become yes: Ansible reads become in [privilege_escalation]",
    'remote_usr b: Ansible does not know it; did you mean "remote_user"?',
    "ssh_args -C: Ansible reads ssh_args in [ssh_connection]",
  ]);
});
