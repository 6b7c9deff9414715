/**
 * The program as a process: what it prints where, and its exit codes. Hosts are folders of this machine.
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { lockstep, readReport } from "../../fleet/support/program.ts";
import { diffTrees, snapshotTree } from "../../fleet/support/tree.ts";
import { writeSet } from "../../local_device.ts";
import { longTestWhere, testWhere } from "../../support.ts";
import { makeDesk } from "./desk.ts";

/** Runs a few at a time: each is a process of its own. */
async function each<T>(items: readonly T[], use: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values();
  await Promise.all(Array.from({ length: 3 }, async () => {
    for (const item of waiting) await use(item);
  }));
}

const commands = [
  "deploy",
  "plan",
  "resume",
  "verify-local",
  "verify-remote",
  "health-check",
  "rollback",
  "cleanup",
  "status",
  "backups",
  "inventory",
  "config",
  "init",
  "manifest",
  "exec",
  "report",
  "completion",
];

longTestWhere("--help tells of every command, and each command of its options", { needs: [] }, async () => {
  const all = await lockstep(["--help"]);
  assertEquals([all.code, all.stderr], [0, ""]);
  for (const command of commands) assertMatch(all.stdout, new RegExp(`^  ${command}\\b`, "m"));
  await each(commands, async (command) => {
    const { code, stdout, stderr } = await lockstep([command, "--help"]);
    assertEquals([code, stderr], [0, ""], command);
    assertMatch(stdout, new RegExp(`^Usage: lockstep ${command}`));
    assert(!stdout.includes("(default: [])") && !stdout.includes("(default: false)"), command);
  });
  assertMatch((await lockstep(["--version"])).stdout, /^\d+\.\d+\.\d+\n$/);
});

testWhere("wrong usage and wrong input end with 64, say why, and write nothing", { needs: [] }, async () => {
  await using desk = await makeDesk();
  await Deno.writeTextFile(
    desk.path("broken.yaml"),
    "all:\n  hosts:\n    edge-1: { ansible_prt: 22, ansible_port: many }\n",
  );
  await Deno.writeTextFile(
    desk.path("hostile.yaml"),
    "all:\n  hosts: { edge-1: { deploy_path: 'relative/path' } }\n",
  );
  await writeSet(desk.path("corrupt"), { a: "a" });
  await Deno.writeTextFile(desk.path("corrupt/a"), "changed");
  await Deno.mkdir(desk.path("evil"));
  await Deno.writeTextFile(
    desk.path("evil/metadata.json"),
    JSON.stringify({ artifacts_manifest: { "../../etc/passwd": "0".repeat(64) } }),
  );
  const before = await snapshotTree(desk.dir);
  const cases: [args: string[], says: string[]][] = [
    [[], ["Usage"]],
    [["deplyo"], ["deplyo", "deploy"]],
    [["deploy", "--no-such"], ["--no-such"]],
    [["deploy", "extra", "-i", "prod.yaml"], ["argument"]],
    [["deploy"], ["nventory"]],
    [["deploy", "-i", "gone.yaml"], ["gone.yaml"]],
    [["deploy", "-i", "broken.yaml"], ["broken.yaml:3:", "ansible_port", "many"]],
    [["deploy", "-i", "hostile.yaml"], ["hostile.yaml:2:", "deploy_path"]],
    [["deploy", "-i", "prod.yaml", "-l", "edge-9"], ["edge-9"]],
    [["deploy", "-i", "prod.yaml", "--artifacts", "gone"], ["gone"]],
    [["deploy", "-i", "prod.yaml", "--artifacts", "corrupt"], ["corrupt", "a"]],
    [["deploy", "-i", "prod.yaml", "--artifacts", "evil"], ["../../etc/passwd"]],
    [["deploy", "-i", "prod.yaml", "--only", "stagee"], ["stagee", 'did you mean "stage"']],
    [["deploy", "-i", "prod.yaml", "-f", "0"], ["at least 1"]],
    [["deploy", "-i", "prod.yaml", "-o", "xml"], ["xml"]],
    [["deploy", "-i", "prod.yaml", "-e", "nonsense"], ["nonsense"]],
    [["verify-local", "--artifacts", "corrupt"], ["corrupt"]],
    [["verify-local", "--artifacts", "evil"], ["../../etc/passwd"]],
    [["exec", "-i", "prod.yaml"], ["command"]],
    [["inventory", "-i", "prod.yaml"], ["--list"]],
    [["inventory", "-i", "prod.yaml", "--list", "--graph"], ["--list"]],
    [["manifest"], ["dir"]],
    [["manifest", "gone"], ["gone"]],
    [["rollback", "--to"], ["--to"]],
  ];
  await each(cases, async ([args, says]) => {
    const { code, stdout, stderr } = await desk.run(args);
    assertEquals([code, stdout], [64, ""], `${args.join(" ")}: ${stderr}`);
    for (const word of says) assertStringIncludes(stderr, word, args.join(" "));
    assert(!/\n\s+at .*\.ts:\d+/.test(stderr), `a stack trace: ${stderr}`);
  });
  assertEquals(diffTrees(before, await snapshotTree(desk.dir)), []);
});

testWhere("every mistake in an inventory is named at once", { needs: [] }, async () => {
  await using desk = await makeDesk();
  await Deno.writeTextFile(
    desk.path("bad.yaml"),
    "all:\n  hosts:\n    a: { deploy_path: relative }\n    b: { keep_backups: -1 }\n    c: { health_attempts: x }\n",
  );
  const { code, stderr } = await desk.run(["plan", "-i", "bad.yaml"]);
  assertEquals(code, 64);
  for (const at of ["bad.yaml:3:", "bad.yaml:4:", "bad.yaml:5:"]) assertStringIncludes(stderr, at);
});

testWhere("deploy, plan, status, backups, verify-remote and rollback work from end to end", {
  needs: ["linux"],
}, async () => {
  await using desk = await makeDesk();
  const inventory = ["-i", "prod.yaml"];
  const read = (file: string): Promise<string> => Deno.readTextFile(desk.path(file));

  const plan = await desk.run(["plan", ...inventory, "-o", "json"]);
  assertEquals(plan.code, 0, plan.text);
  assertEquals(JSON.parse(plan.stdout).dryRun, true);
  const nothing = await desk.run(["status", ...inventory]);
  assertEquals(nothing.code, 0, nothing.text);
  assertEquals([...Deno.readDirSync(desk.dir)].some(({ name }) => name.startsWith("device")), false);

  const first = await desk.run(["deploy", ...inventory, "-o", "json"]);
  assertEquals(first.code, 0, first.text);
  const report = JSON.parse(first.stdout);
  assertEquals(report, await readReport(desk.path("reports")));
  assertEquals([report.exitCode, report.summary.hosts, report.summary.changed], [0, 2, 2]);
  assertEquals(await read("device 1/artifacts_phase2/model.onnx"), "model");

  const again = await desk.run(["deploy", ...inventory, "-o", "ndjson"]);
  assertEquals(again.code, 0, again.text);
  const events = again.stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals([events[0].type, events.at(-1).type, events.at(-1).summary.ok], [
    "run-started",
    "run-finished",
    2,
  ]);

  await writeSet(
    desk.path("artifacts_phase2"),
    { "model.onnx": "better", "labels/classes.txt": "a b" },
    "2.5.0",
  );
  const second = await desk.run(["deploy", ...inventory, "-l", "edge-1"]);
  assertEquals(second.code, 0, second.text);
  assertEquals([
    await read("device 1/artifacts_phase2/model.onnx"),
    await read("device 2/artifacts_phase2/model.onnx"),
  ], [
    "better",
    "model",
  ]);

  const status = JSON.parse((await desk.run(["status", ...inventory, "-o", "json"])).stdout);
  assertEquals(status.hosts.map((host: { host: string; version: string }) => [host.host, host.version]), [
    ["edge-1", "2.5.0"],
    ["edge-2", "2.4.1"],
  ]);
  const backups = JSON.parse((await desk.run(["backups", ...inventory, "-o", "json"])).stdout);
  assertEquals(backups.hosts.map((host: { backups: string[] }) => host.backups.length), [1, 0]);

  const drifted = await desk.run(["verify-remote", ...inventory]);
  assertEquals(drifted.code, 2, drifted.text);
  assertStringIncludes(drifted.text, "edge-2");

  const back = await desk.run(["rollback", ...inventory, "-l", "edge-1"]);
  assertEquals(back.code, 0, back.text);
  assertEquals(await read("device 1/artifacts_phase2/model.onnx"), "model");
  const twice = await desk.run(["rollback", ...inventory, "-l", "edge-1", "-o", "json"]);
  assertEquals(JSON.parse(twice.stdout).summary.ok, 1, "doing it twice changes nothing");
  const none = await desk.run(["rollback", ...inventory, "-l", "edge-2"]);
  assertEquals(none.code, 2, none.text);
  assertStringIncludes(none.text, "no backup");
  const wrong = await desk.run([
    "rollback",
    ...inventory,
    "-l",
    "edge-1",
    "--to",
    backups.hosts[0].backups[0] + "x",
  ]);
  assertEquals(wrong.code, 2, wrong.text);
  assertStringIncludes(wrong.text, `did you mean "${backups.hosts[0].backups[0]}"`);

  const clean = await desk.run(["cleanup", ...inventory, "-o", "json"]);
  assertEquals([clean.code, JSON.parse(clean.stdout).summary.hosts], [0, 2], clean.text);
  const health = await desk.run(["health-check", ...inventory]);
  assertEquals(health.code, 0, health.text);
});

longTestWhere("-o json and ndjson print nothing else, whatever happens", { needs: ["linux"] }, async () => {
  await using desk = await makeDesk();
  await Deno.writeTextFile(desk.path("artifacts_phase2/unlisted"), "x");
  // A file stands where a deploy path should be.
  await Deno.writeTextFile(desk.path("device 2"), "");
  await each([
    "deploy",
    "plan",
    "verify-remote",
    "health-check",
    "cleanup",
    "status",
    "backups",
    "verify-local",
  ], async (command) => {
    const json = await desk.run([
      command,
      "-i",
      "prod.yaml",
      "-o",
      "json",
      "--reports",
      `reports-${command}`,
      "-vv",
    ]);
    assertEquals(typeof JSON.parse(json.stdout), "object", command);
    const ndjson = await desk.run([
      command,
      "-i",
      "prod.yaml",
      "-o",
      "ndjson",
      "--reports",
      `reports-${command}`,
    ]);
    for (const line of ndjson.stdout.trimEnd().split("\n")) {
      assertEquals(typeof JSON.parse(line), "object", command);
    }
  });
});

testWhere("--only runs only these tasks", { needs: ["linux"] }, async () => {
  await using desk = await makeDesk();
  const { code, stdout, text } = await desk.run([
    "deploy",
    "-i",
    "prod.yaml",
    "-o",
    "json",
    "--only",
    "stage,preflight",
  ]);
  assertEquals(code, 0, text);
  const tasks = JSON.parse(stdout).hosts[0].tasks.map(({ task }: { task: string }) => task);
  assertEquals(tasks, ["preflight", "stage"]);
  assertEquals([...Deno.readDirSync(desk.path("device 1"))].map(({ name }) => name), [".lockstep"]);
});

longTestWhere(
  "verify-local and manifest work on a folder, from the environment too",
  { needs: [] },
  async () => {
    await using desk = await makeDesk();
    const local = await desk.run(["verify-local"]);
    assertEquals(local.code, 0, local.text);
    assertStringIncludes(local.stdout, "2.4.1");
    assertEquals((await desk.run(["verify-local"], { ARTIFACTS_DIR: "gone" })).code, 64);

    await Deno.mkdir(desk.path("new"));
    await Deno.writeTextFile(desk.path("new/a file"), "a");
    assertEquals((await desk.run(["verify-local", "--artifacts", "new"])).code, 64);
    const made = await desk.run(["manifest", "new"]);
    assertEquals(made.code, 0, made.text);
    assertStringIncludes(made.stdout, "a file");
    assertEquals((await desk.run(["verify-local", "--artifacts", "new"])).code, 0);
    await Deno.writeTextFile(desk.path("new/a file"), "changed");
    assertEquals((await desk.run(["verify-local"], { ARTIFACTS_DIR: "new" })).code, 64);
    assertStringIncludes((await desk.run(["manifest", "new"])).stdout, "1 changed");
    assertEquals((await desk.run(["verify-local"], { ARTIFACTS_DIR: desk.path("new") })).code, 0);
  },
);

testWhere("inventory prints what Ansible would, and nothing else", { needs: [] }, async () => {
  await using desk = await makeDesk();
  const hosts = await desk.run(["inventory", "-i", "prod.yaml", "--hosts"]);
  assertEquals([hosts.code, hosts.stdout, hosts.stderr], [0, "edge-1\nedge-2\n", ""]);
  const limited = await desk.run(["inventory", "--hosts", "-l", "edge:!edge-1"], {
    LOCKSTEP_INVENTORY: "prod.yaml",
  });
  assertEquals(limited.stdout, "edge-2\n");
  const list = JSON.parse((await desk.run(["inventory", "-i", "prod.yaml", "--list"])).stdout);
  assertEquals(list.edge.hosts, ["edge-1", "edge-2"]);
  assertEquals(list._meta.hostvars["edge-1"].ansible_connection, "local");
  assertMatch((await desk.run(["inventory", "-i", "prod.yaml", "--graph"])).stdout, /^@all:\n/);
});

longTestWhere("the manual's environment variables name a single host", { needs: ["linux"] }, async () => {
  await using desk = await makeDesk();
  const env = {
    DEPLOY_HOST: "edge-7",
    DEPLOY_USER: "deploy",
    DEPLOY_PATH: desk.path("device 7"),
    ARTIFACTS_DIR: "artifacts_phase2",
  };
  const local = ["-e", "ansible_connection=local", "-e", '{"service": "", "health_url": ""}'];
  const deploy = await desk.run(["deploy", ...local, "-o", "json"], env);
  assertEquals(deploy.code, 0, deploy.text);
  assertEquals(JSON.parse(deploy.stdout).hosts[0].host, "edge-7");
  assertEquals(await Deno.readTextFile(desk.path("device 7/artifacts_phase2/model.onnx")), "model");
  assertEquals((await desk.run(["verify-remote", ...local], env)).code, 0);
  assertEquals((await desk.run(["inventory", "--hosts"], env)).stdout, "edge-7\n");
});

testWhere("exec runs a command on every host and tells what each said", { needs: ["linux"] }, async () => {
  await using desk = await makeDesk();
  const said = await desk.run([
    "exec",
    "-i",
    "prod.yaml",
    "-o",
    "json",
    "--",
    "printf",
    "%s|",
    "a b",
    "$(id)",
    "-x",
  ]);
  assertEquals(said.code, 0, said.text);
  for (const host of JSON.parse(said.stdout).hosts) {
    assertEquals([host.tasks[0].detail.rc, host.tasks[0].detail.stdout], [0, "a b|$(id)|-x|"]);
  }
  const plain = await desk.run(["exec", "-i", "prod.yaml", "-l", "edge-1", "--", "echo hello; exit 3"]);
  assertEquals(plain.code, 2);
  assertStringIncludes(plain.text, "hello");
  assertStringIncludes(plain.text, "3");
  assertEquals((await desk.run(["exec", "-C", "-i", "prod.yaml", "--", "true"])).code, 64);
});

testWhere(
  "an unreachable host ends with 4, and its name is on the terminal",
  { needs: ["ssh"] },
  async () => {
    await using desk = await makeDesk();
    const { code, text } = await desk.run(["status"], { DEPLOY_HOST: "-oProxyCommand=touch pwned" });
    assertEquals(code === 4 || code === 64, true, text);
    const refused = await desk.run(["status", "-e", "ansible_port=1", "--connect-timeout", "2"], {
      DEPLOY_HOST: "127.0.0.1",
    });
    assertEquals(refused.code, 4, refused.text);
    assertStringIncludes(refused.text, "127.0.0.1");
    assertEquals([...Deno.readDirSync(desk.dir)].some(({ name }) => name === "pwned"), false);
  },
);
