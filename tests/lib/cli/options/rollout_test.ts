import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { UsageError } from "../../../../lib/errors.ts";
import type { HostSettings, RolloutVariable } from "../../../../lib/settings/mod.ts";
import { rolloutCommand, rolloutOf } from "../../../../lib/cli/options/rollout.ts";
import { plainSettings } from "../../../local_device.ts";
import { inventoryOf } from "../../ansible/files.ts";

const names = ["a", "b", "c", "d"];
const inventory = await inventoryOf("all: {hosts: {a: , b: , c: , d: }, children: {canary: {hosts: {c: }}}}");

function hosts(...said: (RolloutVariable | null)[]): HostSettings[] {
  return names.map((name, at) => ({ ...plainSettings("/opt"), name, rollout: said[at] ?? null }));
}

function rollout(args: string, said: HostSettings[] = hosts()) {
  const options = rolloutCommand("deploy", "").exitOverride().parse(args.split(" ").filter(Boolean), {
    from: "user",
  }).opts();
  return rolloutOf(options, said, inventory);
}

const wavesOf = (args: string, said?: HostSettings[]): string =>
  rollout(args, said).waves.map(({ name, hosts }) => `${name}=${hosts.join("")}`).join(" ");

Deno.test("rolloutOf() is one wave of all hosts, of which none may fail, where nobody says more", () => {
  const plain = rollout("");
  assertEquals(plain.waves, [{ name: "all", hosts: names }]);
  assertEquals([plain.budget, plain.onFailure, plain.allOrNothing, plain.pause], [
    { failures: 0, unreachable: null },
    "stop",
    false,
    0,
  ]);
  assertEquals(plain.deadlines, { task: 3600, host: 7200 });
});

Deno.test("rolloutOf() takes each answer from the options, else from the inventory", () => {
  const said: RolloutVariable = {
    waves: ["canary", "rest"],
    max_failures: "50%",
    pause: 9,
    on_failure: "rollback-all",
  };
  // One group may say it for all.
  for (const inventoryHosts of [hosts(said), hosts(null, null, said), hosts(said, said, said, said)]) {
    const { budget, onFailure, pause } = rollout("", inventoryHosts);
    assertEquals([budget, onFailure, pause], [{ failures: 2, unreachable: null }, "rollback-all", 9]);
    assertEquals(wavesOf("", inventoryHosts), "canary=c rest=abd");
  }
  const over = rollout("--max-failures 1 --max-unreachable 25% --on-failure stop --pause 0", hosts(said));
  assertEquals([over.budget, over.onFailure, over.pause], [{ failures: 1, unreachable: 1 }, "stop", 0]);
  assertEquals(wavesOf("--waves 3", hosts(said)), "3=abc 3=d");
  assertEquals(wavesOf("--serial 50%", hosts(said)), "50%=ab 50%=cd");
  assertEquals(wavesOf("--waves canary,c:b,rest"), "canary=c c:b=b rest=ad");
});

Deno.test("rolloutOf() keeps waves that were planned, also if a group that they came from is gone", () => {
  const options = rolloutCommand("deploy", "").parse(["--waves", "gone,rest"], { from: "user" }).opts();
  const planned = [{ name: "gone", hosts: ["d"] }, { name: "rest", hosts: ["a", "b", "c"] }];
  assertEquals(rolloutOf(options, hosts(), inventory, planned).waves, planned);
  assertThrows(() => rolloutOf(options, hosts(), inventory), UsageError, "gone");
});

Deno.test("rolloutOf() refuses what cannot be, and says where", () => {
  const cases: [args: string, said: HostSettings[], says: string][] = [
    ["--waves canry,rest", hosts(), '--waves: found "canry"'],
    ["--waves canary", hosts(), "--waves: 3 of 4 hosts are in no wave: a, b, d"],
    ["--serial 0", hosts(), '--serial: found "0"'],
    ["--waves 1 --serial 1", hosts(), "--serial: is the same as --waves"],
    ["", hosts({ waves: ["canary"] }), "rollout: 3 of 4 hosts are in no wave"],
    ["", hosts({ waves: ["1"] }, { waves: ["2"] }), "rollout: a and b have different ones"],
    ["--max-failures many", hosts(), '--max-failures: found "many"'],
    ["--all-or-nothing --max-failures 1", hosts(), "--max-failures: with --all-or-nothing"],
    ["--all-or-nothing --max-unreachable 10%", hosts(), "--max-unreachable: with --all-or-nothing"],
    ["--all-or-nothing --on-failure stop", hosts(), "--on-failure: with --all-or-nothing"],
    ["--all-or-nothing", hosts({ max_failures: "2" }), "--max-failures: with --all-or-nothing"],
  ];
  for (const [args, said, says] of cases) {
    assertStringIncludes(assertThrows(() => rollout(args, said), UsageError).message, says);
  }
  assertEquals(rollout("--all-or-nothing --max-failures 0 --on-failure rollback-all").allOrNothing, true);
});
