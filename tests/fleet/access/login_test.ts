/**
 * Logins that run no shell of ours: each says which way it is, soon, and what the known way round is; that way works.
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { longTestWhere } from "../../support.ts";
import { type DeviceOptions, makeFleet, type Vars } from "../support/fleet.ts";
import { errorOf, runOn, statuses } from "../support/program.ts";

interface Login {
  readonly device: DeviceOptions;
  /** Its sudo, where it has one to be used. */
  readonly sudo?: string;
  /** In the evidence and in the next move; none if the login does. */
  readonly says?: readonly [evidence: string, next: string];
}

const guard = (text: string): string => `if [ -t 0 ]; then ${text}; fi`;

const logins: Readonly<Record<string, Login>> = {
  "it ends in fish": {
    device: { startFile: "exec fish" },
    says: ["ends in fish", "[ -t 0 ] && exec fish"],
  },
  "it ends in zsh": {
    device: { startFile: "exec zsh -f" },
    says: ["ends in zsh", "[ -t 0 ] && exec zsh"],
  },
  "it ends in fish on a terminal": { device: { startFile: guard("exec fish") } },
  "it reads all of standard input": {
    device: { startFile: "cat >/dev/null" },
    says: ["reads standard input", "if [ -t 0 ]"],
  },
  "it asks a question": {
    device: { startFile: `read -r -p "which? " answer` },
    says: ["reads standard input", "if [ -t 0 ]"],
  },
  "it asks on a terminal": { device: { startFile: guard("read -r answer") } },
  "its shell is restricted": {
    device: { forceCommand: `exec bash -r -c "$SSH_ORIGINAL_COMMAND"` },
    says: ["login shell is restricted", "chsh -s /bin/sh"],
  },
  "sshd has another command": {
    device: { forceCommand: `echo "backups only"; exit 1` },
    says: ["another program instead of the given command", '"$SSH_ORIGINAL_COMMAND"'],
  },
  "sshd has another command that waits": {
    device: { forceCommand: `exec cat >/dev/null` },
    says: ["another program instead of the given command", '"$SSH_ORIGINAL_COMMAND"'],
  },
  "sshd has a command that runs ours": {
    device: { forceCommand: `exec /bin/sh -c "$SSH_ORIGINAL_COMMAND"` },
  },
  "a start file exits": {
    device: { startFile: "exit 0" },
    says: ["another program instead of the given command", "neither exit nor exec"],
  },
  "its sudo is slow, and no more": { device: {}, sudo: "sleep 4" },
  "it is slow, and no more": { device: { slowSeconds: 4 } },
};

longTestWhere("openSession() says which kind of login runs no shell, and the way round works", {
  needs: ["sshd", "fish", "zsh", "bash"],
}, async () => {
  const entries = Object.entries(logins);
  await using fleet = await makeFleet({
    devices: entries.map(([, { device }], i) => ({ name: `login-${i}`, ...device })),
  });
  const hosts: Record<string, Vars> = {};
  for (const [i, [, { sudo }]] of entries.entries()) {
    if (sudo === undefined) continue;
    const text = `#!/bin/sh\n${sudo}\nwhile [ "$1" != -- ]; do shift; done; shift; exec "$@"\n`;
    await Deno.writeTextFile(join(fleet.devices[i]!.binDir, "sudo"), text, { mode: 0o755 });
    hosts[`login-${i}`] = { ansible_become: true };
  }
  const inventory = await fleet.inventory({ hosts });
  const began = performance.now();
  const run = await runOn(fleet, inventory, ["health-check", "--connect-timeout", "2"]);
  const took = performance.now() - began;
  const report = await run.report();
  for (const [i, [name, { says }]] of entries.entries()) {
    const host = `login-${i}`;
    if (says === undefined) {
      assertEquals(statuses(report)[host], "ok", `${name}: ${run.text}`);
      continue;
    }
    assertEquals(statuses(report)[host], "unreachable", `${name}: ${run.text}`);
    const { kind, evidence, next = "" } = errorOf(report, host);
    assertEquals(kind, "unreachable", name);
    assertStringIncludes(evidence.split("\n")[0]!, says[0], name);
    assertStringIncludes(next, says[1], name);
  }
  assertStringIncludes(run.text, "backups only");
  assert(took < 20_000, `it took ${took} ms`);
});
