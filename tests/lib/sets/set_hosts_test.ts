import { assert, assertEquals, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { UsageError } from "../../../lib/errors.ts";
import type { Json } from "../../../lib/events.ts";
import { type HostSettings, loadInventory, settingsOfAll } from "../../../lib/settings/mod.ts";

/** The settings of one host with these variables, in an inventory of its own. */
async function settingsWith(
  vars: Readonly<Record<string, Json>>,
  artifactsDir?: string,
): Promise<HostSettings> {
  const dir = await Deno.makeTempDir();
  const file = join(dir, "inv.json");
  await Deno.writeTextFile(file, JSON.stringify({ all: { vars, hosts: { h: {} } } }));
  try {
    const options = { extraVars: [], env: {}, cwd: dir };
    const { hosts } = await loadInventory([file], options);
    const settings = settingsOfAll(hosts, {
      ...options,
      ...(artifactsDir === undefined ? {} : { artifactsDir }),
    });
    return settings[0]!;
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("sets have the host's settings with their own over them, and time to be confirmed for all that follow", async () => {
  const { sets = [] } = await settingsWith({
    lockstep_service: "of-the-host",
    keep_backups: 3,
    root: "/srv",
    sets: [
      {
        name: "model",
        deploy_path: "{{ root }}/{{ own }}",
        own: "m",
        artifacts_dir: "/a/m",
        confirm_timeout: 60,
      },
      { name: "config", deploy_path: "/srv/c", live_dir: "etc", service: "", lockstep_health_url: "" },
      { name: "last", deploy_path: "/srv/l", confirm_timeout: 0 },
    ],
  });
  assertEquals(
    sets.map(({ set, name, deployPath, liveDir, service, keepBackups, confirmTimeout }) => [
      set,
      name,
      deployPath,
      liveDir,
      service,
      keepBackups,
      confirmTimeout,
    ]),
    [
      ["model", "h", "/srv/m", "artifacts_phase2", "of-the-host", 3, 180],
      ["config", "h", "/srv/c", "etc", "", 3, 120],
      ["last", "h", "/srv/l", "artifacts_phase2", "of-the-host", 3, 0],
    ],
  );
  assertEquals([sets[0]!.artifactsDir, sets[1]!.healthUrl], ["/a/m", ""]);
});

Deno.test("sets that come from another variable are data, and lockstep_sets wins over sets", async () => {
  const { sets = [] } = await settingsWith({
    mine: [{
      name: "a",
      restart_command: "echo '{% raw %}{{ 7 * 7 }}{% endraw %}'",
      service_manager: "command",
    }],
    lockstep_sets: "{{ mine }}",
    sets: "of somebody else",
  });
  assertEquals(sets.map(({ set, restartCommand }) => [set, restartCommand]), [["a", "echo '{{ 7 * 7 }}'"]]);
  assertEquals((await settingsWith({ service: "x" })).sets, undefined);
});

Deno.test("what is wrong with sets is told with its place and the fix, before anything is contacted", async () => {
  const one = { name: "one", deploy_path: "/srv/one" };
  const cases: [sets: Json, path: string, says: RegExp][] = [
    ["x", "all.vars.sets", /expected a list of sets/],
    [[], "all.vars.sets", /expected a list of sets/],
    [[one, "two"], "all.vars.sets[1]", /expected a mapping/],
    [[{ deploy_path: "/a" }], "all.vars.sets[0]", /found no name, expected/],
    [[{ name: "A b" }], "all.vars.sets[0]", /found the name "A b"/],
    [[one, { ...one, deploy_path: "/b" }], "all.vars.sets[1]", /a second set called "one"/],
    [[{ ...one, ansible_host: "x" }], "all.vars.sets[0]", /ansible_host, which is the whole host's/],
    [[{ ...one, lockstep_rollout: "1" }], "all.vars.sets[0]", /the whole host's/],
    [
      [one, { name: "two", deploy_path: "/srv/./one/" }],
      "all.vars.sets[1]",
      /one and two have the same deploy_path/,
    ],
    [[one, { name: "two", deploy_path: "/srv" }], "all.vars.sets[1]", /a deploy_path inside another's/],
    [[one, { name: "two", deploy_path: "relative" }], "all.vars.sets[1].deploy_path", /an absolute path/],
    [[{ name: "one" }, { name: "two" }], "all.vars.sets[1]", /the same deploy_path: \/opt\/iot-inference/],
  ];
  for (const [sets, path, says] of cases) {
    const error = await settingsWith({ sets }).then(() => null, (error) => error);
    assert(error instanceof UsageError, JSON.stringify(sets));
    assertEquals(error.problems.length, 1, error.message);
    assertEquals(error.problems[0]!.path, path, error.message);
    assert(says.test(error.problems[0]!.message), error.message);
  }
  const two = [one, { name: "two", deploy_path: "/srv/two" }];
  const error = await settingsWith({ sets: two }, "/some/dir").then(() => null, (error) => error);
  assertThrows(
    () => {
      throw error;
    },
    UsageError,
    "found --artifacts, and 2 sets",
  );
});
