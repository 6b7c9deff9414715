import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { UsageError } from "../../../lib/errors.ts";
import { type PackageOptions, packages } from "../../../tasks/common/package.ts";
import { type LocalDevice, makeLocalDevice, type ToolboxOptions } from "../../local_device.ts";
import { longTestWhere, testWhere } from "../../support.ts";
import { assertPromise } from "../promise.ts";
import { shellKinds } from "./shells.ts";
import { rehearse } from "./simulated.ts";

/** Package managers that note their words, and have a file for what is installed. They play apk, opkg and apt as far as our words go. */
const start = `state=\${0%/*}/state; mkdir -p "$state"
note() { echo "$*" >>"$state/calls"; if [ -e "$state/fails" ]; then echo "no such thing" >&2; exit 9; fi; }
put() { for name in "$@"; do : >"$state/$name"; done; }
drop() { for name in "$@"; do rm -f "$state/$name"; done; }`;
const apk = `${start}
case $1 in
  info) [ -e "$state/$3" ] ;;
  update) note apk "$@" ;;
  add) note apk "$@"; shift; put "$@" ;;
  del) note apk "$@"; shift; drop "$@" ;;
esac`;
const opkg = `${start}
case $1 in
  status) if [ -e "$state/$2" ]; then echo "Package: $2"; echo "Status: install user installed"; fi ;;
  update) note opkg "$@" ;;
  install) note opkg "$@"; shift; put "$@" ;;
  remove) note opkg "$@"; shift; drop "$@" ;;
esac`;
const aptGet = `${start}
note apt-get "$@" "($DEBIAN_FRONTEND)"
for word in "$@"; do
  case $verb in install) put "$word" ;; remove) drop "$word" ;; esac
  case $word in update | install | remove) verb=$word ;; esac
done`;
const dpkgQuery = `if [ -e "\${0%/*}/state/$4" ]; then echo installed; else exit 1; fi`;
const aptCache =
  `case $2 in gone) echo "$2:"; echo "  Candidate: (none)" ;; *) echo "$2:"; echo "  Candidate: 1.0" ;; esac`;

const managers = {
  apt: { "apt-get": aptGet, "dpkg-query": dpkgQuery, "apt-cache": aptCache },
  apk: { apk },
  opkg: { opkg },
} as const;
type Manager = keyof typeof managers;

const CONF = "-o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold";
const words: Record<Manager, { update: string; install: string; remove: string }> = {
  apt: {
    update: "apt-get -q update (noninteractive)",
    install: `apt-get -q -y --no-remove ${CONF} install jq tini (noninteractive)`,
    remove: "apt-get -q -y remove jq (noninteractive)",
  },
  apk: { update: "apk update", install: "apk add jq tini", remove: "apk del jq" },
  opkg: { update: "opkg update", install: "opkg install jq tini", remove: "opkg remove jq" },
};

const withManager = (manager: Manager, tools: ToolboxOptions = {}): Promise<LocalDevice> =>
  makeLocalDevice({ tools: { ...tools, scripts: { ...managers[manager], ...tools.scripts } } });

/** What was asked since the last time, but for looks. */
async function calls(device: LocalDevice): Promise<string[]> {
  const path = `${device.path}/state/calls`;
  const text = await Deno.readTextFile(path).catch(() => "");
  await Deno.remove(path).catch(() => {});
  return text.trimEnd().split("\n").filter((line) => line !== "");
}

for (const { name, needs, tools } of shellKinds) {
  for (const manager of Object.keys(managers) as Manager[]) {
    testWhere(
      `packages() speaks to ${manager} in its own words, with ${name}`,
      { needs: [...needs, "root"] },
      async () => {
        await using device = await withManager(manager, tools);
        const present = packages({ name: "tools", packages: ["jq", "tini", "jq"] });
        const { last } = await assertPromise(device, present);
        assertEquals(last.steps, [`update the package lists of ${manager}`, `install jq, tini (${manager})`]);
        assertEquals(await calls(device), [words[manager].update, words[manager].install]);
        await assertPromise(device, packages({ name: "no-jq", packages: ["jq", "other"], state: "absent" }));
        assertEquals(await calls(device), [words[manager].remove]);
      },
    );
  }
}

testWhere("packages() reads the lists once in a run, and only if something is missing", {
  needs: ["linux", "root"],
}, async () => {
  await using device = await withManager("apk");
  const tasks = ["a", "b", "c"].map((name) => packages({ name, packages: [`p-${name}`] }));
  const dry = await device.perform(tasks, { dryRun: true });
  assertEquals([dry.statuses, await calls(device)], [{ a: "changed", b: "changed", c: "changed" }, []]);
  const { reports } = await device.perform(tasks);
  assertEquals(reports.map(({ steps }) => steps), dry.reports.map(({ steps }) => steps));
  assertEquals(await calls(device), ["apk update", "apk add p-a", "apk add p-b", "apk add p-c"]);
  assertEquals((await device.perform(tasks)).statuses, { a: "ok", b: "ok", c: "ok" });
  assertEquals(await calls(device), []);
  await device.perform([...tasks, packages({ name: "d", packages: ["p-d"] })]);
  assertEquals(await calls(device), ["apk update", "apk add p-d"]);
});

longTestWhere(
  "packages() waits for another package manager that is at work",
  { needs: ["linux", "root"] },
  async () => {
    await using device = await withManager("opkg", { scripts: { dpkg: "sleep 2" } });
    const other = new Deno.Command(`${device.path}/dpkg`).spawn();
    const began = performance.now();
    const { last } = await device.perform([packages({ name: "a", packages: ["p-a"], lockWait: 30 })]);
    assertEquals(last.status, "changed", JSON.stringify(last.error));
    assert(performance.now() - began > 1500, "it did not wait");
    await other.status;
  },
);

testWhere("packages() fails with the manager's code and words", { needs: ["linux", "root"] }, async () => {
  await using device = await withManager("opkg");
  await Deno.mkdir(`${device.path}/state`);
  await Deno.writeTextFile(`${device.path}/state/fails`, "");
  const { last } = await device.perform([packages({ name: "a", packages: ["p-a"], lockWait: 0 })]);
  assertEquals([last.error?.kind, last.error?.evidence], ["exit", "opkg exited with code 9"]);
  assertStringIncludes(last.error?.log ?? "", "no such thing");
});

testWhere("packages() gives apt no name that it does not know", { needs: ["linux", "root"] }, async () => {
  await using device = await withManager("apt");
  const { last } = await device.perform([packages({ name: "a", packages: ["gone"] })]);
  assertEquals([last.error?.kind, last.error?.evidence], [
    "not-found",
    "apt has no package gone in its lists",
  ]);
  assertEquals(await calls(device), [words.apt.update]);
});

testWhere("packages() refuses where there is no manager, or no right", { needs: ["linux"] }, async () => {
  await using none = await makeLocalDevice({ tools: {} });
  const task = packages({ name: "a", packages: ["p-a"] });
  assertEquals((await none.perform([task])).last.error?.kind, "missing-tool");
  const id = "case $1 in -un) echo deploy ;; *) echo 1000 ;; esac";
  await using user = await withManager("apk", { scripts: { id } });
  for (const dryRun of [true, false]) {
    assertEquals((await user.perform([task], { dryRun })).last.error?.kind, "privilege");
  }
  assertEquals(await calls(user), []);
});

const odd = ["", "-y", "jq-", "jq=1.0", "a*", "$(x)", "a b", "a;b", "a\nb", "../x", "/tmp/x.deb", "ü"];

testWhere("packages() refuses a host's name of a package that is none", { needs: ["linux"] }, async () => {
  await using device = await withManager("apk");
  for (const name of odd) {
    assertThrows(
      () => packages({ name: "a", packages: ["jq", name] }),
      UsageError,
      "expected a package name",
    );
    const { last } = await device.perform([packages({ name: "a", packages: () => [name] })]);
    assertEquals(last.error?.kind, "unsuitable", name);
  }
  assertEquals(await calls(device), []);
});

Deno.test("packages() refuses at once what is wrong on every host", () => {
  const wrong: PackageOptions[] = [
    { name: "x", packages: [] },
    { name: "x", packages: "jq" as unknown as string[] },
    { name: "x", packages: ["jq"], state: "latest" as "present" },
    { name: "x", packages: ["jq"], manager: "yum" as "apt" },
    { name: "x", packages: ["jq"], lockWait: -1 },
  ];
  for (const options of wrong) {
    assertThrows(() => packages(options), UsageError, undefined, JSON.stringify(options));
  }
});

Deno.test("packages() is changed, then ok, on a simulated device", async () => {
  assertEquals(await rehearse([packages({ name: "a", packages: ["jq", "libstdc++6", "g++:amd64"] })], 2), [[
    "changed",
  ], ["ok"]]);
});
