/**
 * No secret in anything that is said or written: canaries stand wherever an inventory, the command line or the environment may hold a secret,
 * a service says all that it is asked, and every output and every file of each command is searched for them, in every form.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { testWhere } from "../support.ts";
import { makeArtifacts } from "./artifacts.ts";
import { makeFleet } from "./fleet.ts";
import { filesBelow } from "./live.ts";
import { lockstep, runOn } from "./program.ts";

/** Where a secret may stand; a later place is one more line here, and one where it is put. */
const canaries = {
  vault: "canary-vault-inline",
  vaultFile: "canary-vault-file",
  extraFile: "canary-extra-file",
  marked: "canary-marked-secret",
  userInfo: "canary-user-info",
  query: "canary-query-token",
  restart: "canary-restart-command",
  password: "canary-ansible-password",
  become: "canary-become-password",
  environment: "canary-environment",
} as const;

/** The forms of a canary in which it might slip through. */
function formsOf(canary: string): string[] {
  return [
    canary,
    btoa(canary).slice(0, -4),
    btoa(`me:${canary}`).slice(4, -4),
    canary.replaceAll("-", "%2D"),
  ];
}

function assertNone(text: string, what: string): void {
  for (const [place, canary] of Object.entries(canaries)) {
    for (const form of formsOf(canary)) {
      assert(!text.includes(form), `${what} has the canary of ${place}: ${form}\n${text}`);
    }
  }
}

testWhere("no output, report or file of any command has a secret, when a service says all that it is asked", {
  needs: ["sshd", "curl", "ansible-inventory"],
}, async () => {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const url = new URL(request.url);
    const said = `${request.url} ${request.headers.get("authorization")} ${decodeURIComponent(url.search)}`;
    if (url.pathname === "/ready") return new Response(said, { status: 503, statusText: "no" });
    return new Response(JSON.stringify({ status: said, [said]: [said] }));
  });
  await using fleet = await makeFleet({ count: 1 });
  const [device] = fleet.devices;
  const passwordFile = join(fleet.dir, "vault-password");
  await Deno.writeTextFile(passwordFile, "vault-pass\n");
  const seal = async (text: string): Promise<string> => {
    const { stdout } = await new Deno.Command("ansible-vault", {
      args: ["encrypt_string", "--vault-password-file", passwordFile, text],
      stderr: "null",
    }).output();
    return new TextDecoder().decode(stdout).split("\n").slice(1).map((line) => line.trim()).join("\n").trim();
  };
  const address = `127.0.0.1:${server.addr.port}`;
  const inventory = await fleet.inventory({
    vars: {
      service: "phase4-inference",
      service_manager: "command",
      restart_command: "echo restarted with {{ restart_token }}; echo {{ marked }} {{ from_file }}",
      restart_settle: 0,
      health_url: "{{ base }}",
      health_ready: `/ready?token=${canaries.query}&also={{ inline }}`,
      health_attempts: 1,
      confirm_timeout: 30,
      base: `http://me:${canaries.userInfo}@${address}`,
      ansible_password: canaries.password,
      ansible_become_password: canaries.become,
    },
  });
  // What is encrypted is written beside it, as a person would.
  const folder = join(fleet.dir, "group_vars");
  await Deno.mkdir(folder, { recursive: true });
  const vaulted = join(folder, "all.yml");
  await Deno.writeTextFile(
    vaulted,
    `vault_file_value: ${canaries.vaultFile}\nrestart_token: "${canaries.restart} {{ vault_file_value }}"\n`,
  );
  const encrypt = await new Deno.Command("ansible-vault", {
    args: ["encrypt", "--vault-password-file", passwordFile, vaulted],
    stderr: "null",
  }).output();
  assertEquals(encrypt.code, 0);
  const extra = join(fleet.dir, "extra.yml");
  const sealed = (await seal(canaries.vault)).split("\n").map((line) => `  ${line}`).join("\n");
  await Deno.writeTextFile(
    extra,
    `inline: !vault |\n${sealed}\nfrom_file: "{{ inline }}/more"\n`,
  );
  const secretExtra = join(fleet.dir, "secret-extra.yml");
  await Deno.writeTextFile(secretExtra, `health_metrics: /metrics/${canaries.extraFile}\n`);
  await new Deno.Command("ansible-vault", {
    args: ["encrypt", "--vault-password-file", passwordFile, secretExtra],
    stderr: "null",
  }).output();
  const options = [
    ...["--vault-password-file", passwordFile, "-e", `@${extra}`, "-e", `@${secretExtra}`],
    ...["-e", `marked=${canaries.marked}`, "--secret", "marked"],
  ];
  const set = await makeArtifacts(join(fleet.dir, "set"));
  const reports: string[] = [];
  const env = { DEPLOY_TOKEN: canaries.environment };
  const run = async (code: number, command: string, ...args: string[]) => {
    const outcome = await runOn(fleet, inventory, [command, ...args, ...options], { env });
    assertEquals(outcome.code, code, outcome.text);
    assertNone(outcome.stdout + outcome.stderr, `what ${command} ${args[0] ?? ""} printed`);
    reports.push(outcome.reports);
    return outcome;
  };

  await run(0, "plan", "--artifacts", set.dir, "-vv");
  const failed = await run(2, "deploy", "--artifacts", set.dir, "-vv");
  assert(failed.text.includes("********"), failed.text);
  for (const form of ["json", "ndjson"]) {
    await run(2, "deploy", "--force", "--artifacts", set.dir, "-o", form);
  }
  await run(0, "status");
  await run(0, "status", "-o", "json");
  await run(2, "health-check", "-vv");
  // A value that its variable cannot take.
  await run(64, "plan", "--artifacts", set.dir, "-e", "health_url={{ inline }}");
  await run(64, "plan", "--artifacts", set.dir, "-e", `health_url=gopher://me:${canaries.userInfo}@x`);
  for (const format of ["json", "junit", "html", "markdown"]) {
    const report = await lockstep(["report", "--reports", failed.reports, "--format", format]);
    assertEquals(report.code, 0, report.text);
    assertNone(report.text, `report --format ${format}`);
  }
  const { stdout: listed } = await runPlain(["inventory", "-i", inventory, "--list", ...options.slice(0, 2)]);
  for (const canary of [canaries.vault, canaries.vaultFile, canaries.restart]) {
    assert(!listed.includes(canary));
  }

  // A run goes on once it is given again what it has not kept.
  const name = await Deno.readLink(join(failed.reports, "latest"));
  const resume = (...args: string[]) =>
    lockstep(["resume", name, "--reports", failed.reports, "--force", ...args], { env });
  const refused = await resume();
  assertEquals(refused.code, 64, refused.text);
  assert(refused.stderr.includes("resume -e marked=VALUE"), refused.stderr);
  const again = await resume("-e", `marked=${canaries.marked}`);
  assertEquals(again.code, 2, again.text);
  assertNone(refused.text + again.text, "resume");

  for (const folder of reports) {
    for (const file of await filesBelow(folder)) {
      if (file === "latest") continue;
      assertNone(await Deno.readTextFile(join(folder, file)), file);
    }
  }
  // On the device, too, nothing of it is left once all is over.
  const own = join(device!.deployDir, ".lockstep");
  for (const file of await filesBelow(own)) {
    if (file !== "restart.log") assertNone(await Deno.readTextFile(join(own, file)), `the device's ${file}`);
  }
  assertEquals((await Deno.stat(join(own, "restart.log"))).mode! & 0o777, 0o600);
});

async function runPlain(args: string[]) {
  const outcome = await lockstep(args);
  assertEquals(outcome.code, 0, outcome.text);
  return outcome;
}
