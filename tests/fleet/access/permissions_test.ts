/**
 * The permissions that the README says a deploy gets along with: exactly those, on a real sshd.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { longTestWhere, testWhere } from "../../support.ts";
import { writeSet } from "../../local_device.ts";
import { type Fleet, makeFleet } from "../support/fleet.ts";

const root = fromFileUrl(new URL("../../..", import.meta.url));

/** The command of the README, as words. */
async function commandOfReadme(): Promise<string[]> {
  const readme = await Deno.readTextFile(join(root, "README.md"));
  const [line, ...more] = readme.split("\n").filter((line) => line.startsWith("deno run --no-prompt "));
  assert(line !== undefined && more.length === 0, "the README has the command once");
  return line.split(" ").slice(1);
}

async function started(fleet: Fleet, args: readonly string[]) {
  const words = args.map((word) => word === "mod.ts" ? join(root, "mod.ts") : word);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args: words, cwd: fleet.dir })
    .output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  return { code, text };
}

longTestWhere("deploy, resume and report get along with the permissions that the README says", {
  needs: ["sshd"],
}, async () => {
  await using fleet = await makeFleet({ count: 2, devices: [{}, { kind: "refusing" }] });
  await writeSet(join(fleet.dir, "artifacts_phase2"), { model: "m".repeat(100_000) });
  await Deno.rename(await fleet.inventory(), join(fleet.dir, "prod.yaml"));
  await Deno.mkdir(join(fleet.dir, "group_vars"));
  await Deno.writeTextFile(join(fleet.dir, "group_vars/all.yml"), "keep_backups: 2\n");
  const readme = await commandOfReadme();
  const config = ["--ssh-config", fleet.sshConfig];

  const deploy = await started(fleet, [...readme, ...config, "--max-failures", "1", "-vv"]);
  assertEquals(deploy.code, 4, deploy.text);
  assertStringIncludes(deploy.text, "changed      edge-01");
  // What it may not find out it says, and does not guess.
  assertStringIncludes(deploy.text, "grant --allow-net=127.0.0.1:");
  assert(!deploy.text.includes("warning"), deploy.text);
  assert(!/NotCapable|Requires \w+ access/.test(deploy.text), deploy.text);

  const permissions = readme.slice(0, readme.indexOf("mod.ts"));
  const report = await started(fleet, [...permissions, "mod.ts", "report", "--format", "json"]);
  assertEquals(report.code, 0, report.text);
  assertEquals(JSON.parse(report.text).hosts.length, 2);
  const resume = await started(fleet, [...permissions, "--allow-net", "mod.ts", "resume"]);
  assertEquals(resume.code, 4, resume.text);
  assertStringIncludes(resume.text, "nothing listens at 127.0.0.1 port");
  assertEquals(
    [...Deno.readDirSync(join(fleet.dir, "reports"))].filter(({ name }) => name.startsWith(".")),
    [],
  );

  const blind = permissions.map((word) =>
    word === "--allow-read=." ? "--allow-read=prod.yaml,artifacts_phase2,reports" : word
  );
  const deployed = await started(fleet, [
    ...blind,
    "mod.ts",
    "deploy",
    "-i",
    "prod.yaml",
    "--limit",
    "edge-01",
    ...config,
  ]);
  assertEquals(deployed.code, 0, deployed.text);
  assertStringIncludes(deployed.text, "warning: group_vars: cannot be read");
});

testWhere("a lock file that is not as deno.json says ends every command", { needs: [] }, async () => {
  const folder = await Deno.makeTempDir({ prefix: "lock-" });
  try {
    const copy = new Deno.Command("cp", {
      args: [
        "-r",
        ...["mod.ts", "lib", "tasks", "deno.json", "deno.lock"].map((name) => join(root, name)),
        folder,
      ],
    });
    assert((await copy.output()).success);
    const lock = JSON.parse(await Deno.readTextFile(join(folder, "deno.lock")));
    delete lock.specifiers["npm:zod@4.6.7"];
    delete lock.npm["zod@4.6.7"];
    lock.workspace.dependencies = lock.workspace.dependencies.filter((name: string) =>
      !name.startsWith("npm:zod")
    );
    const changed = JSON.stringify(lock, null, 2);
    await Deno.writeTextFile(join(folder, "deno.lock"), changed);
    for (const frozen of [[], ["--frozen"]]) {
      const { code, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--cached-only", ...frozen, join(folder, "mod.ts"), "inventory", "--help"],
      }).output();
      assertEquals(code, 1, new TextDecoder().decode(stderr));
    }
    assertEquals(await Deno.readTextFile(join(folder, "deno.lock")), changed);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  // And says so if somebody reads: every task that runs something.
  const { tasks } = JSON.parse(await Deno.readTextFile(join(root, "deno.json")));
  for (const [name, { command }] of Object.entries<{ command: string }>(tasks)) {
    for (const part of command.split("&&")) {
      if (/deno (run|test|check)/.test(part)) assertStringIncludes(part, "--frozen", name);
    }
  }
});
