/**
 * No secret in anything that is said or written: canaries stand wherever an inventory, the command line or the environment may hold a secret,
 * a service says all that it is asked, and every output and every file of each command is searched for them, in every form.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { longTestWhere, testWhere } from "../../support.ts";
import { makeArtifacts } from "../support/artifacts.ts";
import { makeFleet } from "../support/fleet.ts";
import { filesBelow } from "../support/live.ts";
import { lockstep, runOn } from "../support/program.ts";

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
  vaultPassword: "canary-of-the-vault",
  neverUsed: "canary-never-used-by-us",
  namedExtra: "canary-extra-by-its-name",
  namedKey: "canary-hmac-signing-key",
  feed: "canary-feed-of-somebody",
} as const;

/** The forms of a canary in which it might slip through. */
function formsOf(canary: string): string[] {
  return [
    canary,
    btoa(canary).slice(0, -4),
    btoa(`me:${canary}`).slice(4, -4),
    // Behind a login of another length.
    btoa(`user:${canary}`).slice(8, -4),
    btoa(`edge:${canary}`).slice(8, -4),
    canary.replaceAll("-", "%2D"),
    canary.replaceAll("-", "%2d"),
    `${canary.slice(0, 10)}\n${canary.slice(10)}`,
  ];
}

function assertNone(text: string, what: string): void {
  for (const [place, canary] of Object.entries(canaries)) {
    for (const form of formsOf(canary)) {
      assert(!text.includes(form), `${what} has the canary of ${place}: ${form}\n${text}`);
    }
  }
}

longTestWhere(
  "no output, report or file of any command has a secret, when a service says all that it is asked",
  {
    needs: ["sshd", "curl", "ansible-inventory"],
  },
  async () => {
    await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
      const url = new URL(request.url);
      const said = `${request.url} ${request.headers.get("authorization")} ${decodeURIComponent(url.search)}`;
      if (url.pathname === "/ready") return new Response(said, { status: 503, statusText: "no" });
      return new Response(JSON.stringify({ status: said, [said]: [said] }));
    });
    await using fleet = await makeFleet({ count: 1 });
    const [device] = fleet.devices;
    const passwordFile = join(fleet.dir, "vault-password");
    await Deno.writeTextFile(passwordFile, `${canaries.vaultPassword}\n`);
    const seal = async (text: string): Promise<string> => {
      const { stdout } = await new Deno.Command("ansible-vault", {
        args: ["encrypt_string", "--vault-password-file", passwordFile, text],
        stderr: "null",
      }).output();
      return new TextDecoder().decode(stdout).split("\n").slice(1).map((line) => line.trim()).join("\n")
        .trim();
    };
    const address = `127.0.0.1:${server.addr.port}`;
    const inventory = await fleet.inventory({
      vars: {
        service: "phase4-inference",
        service_manager: "command",
        restart_command: "echo restarted with {{ restart_token }}; echo {{ marked }} {{ from_file }}",
        hmac_key: canaries.namedKey,
        feed: `amqp://somebody:${canaries.feed}@feed/`,
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
    const neverUsed = (await seal(canaries.neverUsed)).replaceAll("\n", "\\n");
    await Deno.writeTextFile(
      extra,
      `inline: !vault |\n${sealed}\nnever_used: [{deep: !vault "${neverUsed}"}]\nfrom_file: "{{ inline }}/more"\n`,
    );
    const secretExtra = join(fleet.dir, "secret-extra.yml");
    await Deno.writeTextFile(secretExtra, `health_metrics: /metrics/${canaries.extraFile}\n`);
    await new Deno.Command("ansible-vault", {
      args: ["encrypt", "--vault-password-file", passwordFile, secretExtra],
      stderr: "null",
    }).output();
    const options = [
      ...["--vault-password-file", passwordFile, "-e", `@${extra}`, "-e", `@${secretExtra}`],
      ...["-e", `marked=${canaries.marked} plain=1`, "--secret", "marked"],
      ...["-e", `{"api_token": "${canaries.namedExtra}", "more": 2}`],
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
    const rendered = ["json", "junit", "html", "markdown"].map(async (format) => {
      const report = await lockstep(["report", "--reports", failed.reports, "--format", format]);
      assertEquals(report.code, 0, report.text);
      assertNone(report.text, `report --format ${format}`);
    });
    const one = ["--host", device!.name];
    const { userInfo, query, password, become, namedKey, feed } = canaries;
    const inThePlain = [userInfo, query, password, become, namedKey, feed];
    const shown = [["--list"], ["--graph", "--vars"], one, [...one, "-o", "json"]].map(async (how) => {
      const listed = await lockstep(["inventory", "-i", inventory, ...how, ...options]);
      assertEquals(listed.code, 0, listed.text);
      // What is no secret to Ansible is shown where it is asked what Ansible shows.
      const open = how === one ? [] : inThePlain;
      assertNone(
        open.reduce((text, canary) => text.replaceAll(canary, ""), listed.text),
        `inventory ${how.join(" ")}`,
      );
      assert(listed.text.includes("restart_command"), listed.text);
    });
    // A device that says all, in every way that it knows, but for what it is told as a part of something else.
    const { environment: _, extraFile: __, ...named } = canaries;
    const says = `for word in ${Object.values(named).join(" ")}; do
    for login in me user edge; do printf '%s:%s' $login $word | base64 -w 20; done
    echo $word | cut -c1-9; echo "  $word" | sed 's/-/\\x1b[31m-\\x1b[0m/g'; echo $word | sed 's/-/%2d/g'
    echo $word >&2
  done`;
    const said = ["plain", "json"].map(async (form) => {
      const answer = await runOn(fleet, inventory, ["exec", "-o", form, ...options, "--", says], { env });
      assertEquals(answer.code, 0, answer.text);
      assertNone(answer.text, `exec -o ${form}`);
      reports.push(answer.reports);
    });
    // Mistakes, which show what they found.
    const mistakes = [
      ["-e", `db_password='${canaries.marked}`],
      ["-e", `marked=${canaries.marked}`, "--secret", "marked", "--limit", canaries.marked],
      [`--extra-vers=api_token=${canaries.namedExtra}`],
      ["-e", `{"marked": [${canaries.marked}}`, "--secret", "marked"],
    ].map(async (wrong) => {
      const outcome = await lockstep(["plan", "-i", inventory, ...options.slice(0, 4), ...wrong]);
      assertEquals(outcome.code, 64, outcome.text);
      assertNone(outcome.text, `the mistake in ${wrong.at(-1)}`);
    });
    await Promise.all([...rendered, ...shown, ...said, ...mistakes]);

    // A run goes on once it is given again what it has not kept.
    const name = await Deno.readLink(join(failed.reports, "latest"));
    const resume = (...args: string[]) =>
      lockstep(["resume", name, "--reports", failed.reports, "--force", ...args], { env });
    const refused = await resume();
    assertEquals(refused.code, 64, refused.text);
    assert(refused.stderr.includes("-e marked=VALUE -e api_token=VALUE"), refused.stderr);
    const other = await resume("-e", "more=3");
    assertEquals(other.code, 64, other.text);
    const given = join(fleet.dir, "again.yml");
    await Deno.writeTextFile(given, `api_token: ${canaries.namedExtra}\n`);
    const again = await resume("-e", `marked=${canaries.marked}`, "-e", `@${given}`);
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
      if (file !== "restart.log") {
        assertNone(await Deno.readTextFile(join(own, file)), `the device's ${file}`);
      }
    }
    assertEquals((await Deno.stat(join(own, "restart.log"))).mode! & 0o777, 0o600);
  },
);

testWhere(
  "what nobody has caught is told without secrets, when the program itself fails",
  { needs: [] },
  async () => {
    const main = new URL("../../../lib/cli/main.ts", import.meta.url).href;
    const secrets = new URL("../../../lib/secrets.ts", import.meta.url).href;
    for (const fault of ["Promise.reject(new Error(text))", "setTimeout(() => { throw new Error(text); })"]) {
      const script = `
      const { main } = await import(${JSON.stringify(main)});
      const { noteSecret } = await import(${JSON.stringify(secrets)});
      const text = "canary-" + "crash"; noteSecret(text);
      await main(["completion", "bash"], "0", () => Promise.reject(new Error(text)));
      ${fault};
      await new Promise((resolve) => setTimeout(resolve, 2000));`;
      const { code, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["eval", script],
        stdout: "null",
      }).output();
      const text = new TextDecoder().decode(stderr);
      assertEquals(code, 1, text);
      assert(text.includes("********") && !text.includes("canary-crash"), text);
    }
  },
);
