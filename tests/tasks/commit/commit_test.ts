import { assertEquals, assertGreater, assertMatch, assertNotEquals } from "@std/assert";
import { type Release, slotLink } from "../../../lib/release.ts";
import { commit } from "../../../tasks/commit/commit.ts";
import { pipelines } from "../../../tasks/mod.ts";
import { stage } from "../../../tasks/stage/stage.ts";
import { verify } from "../../../tasks/verify.ts";
import { type LocalDevice, makeLocalDevice, type ToolboxOptions, writeSet } from "../../local_device.ts";
import { everyTest, sampled } from "../../sampled.ts";
import { longTestWhere, type Need, testWhere } from "../../support.ts";
import { assertPromise } from "../promise.ts";

/** Puts a release where commit expects it. */
async function seal(device: LocalDevice, version: string, files: Record<string, string>): Promise<Release> {
  const release = await writeSet(`${device.dir}/${version}`, files, version);
  const { last } = await device.perform([stage, verify], { release });
  assertEquals(last.status, "changed", JSON.stringify(last.error));
  return release;
}

async function journal(device: LocalDevice): Promise<Record<string, string>> {
  const lines = (await device.read(".lockstep/journal")).trimEnd().split("\n");
  return Object.fromEntries(lines.map((line) => [line.split("=")[0]!, line.slice(line.indexOf("=") + 1)]));
}

const live = (device: LocalDevice): Promise<string> => Deno.readLink(device.at("artifacts_phase2"));

/** The tools of a device, by what it can do. */
const kinds: readonly { name: string; needs: readonly Need[]; tools: ToolboxOptions }[] = [
  { name: "mv and python3", needs: ["linux", "python3"], tools: { without: ["perl"] } },
  { name: "mv and perl", needs: ["linux", "perl"], tools: { without: ["python3"] } },
  { name: "mv alone", needs: ["linux"], tools: { without: ["python3", "perl"] } },
  {
    name: "busybox alone",
    needs: ["linux", "busybox"],
    tools: { shell: "busybox", busybox: true, without: ["python3", "perl"] },
  },
  // An mv that knows no -T, as in small builds of busybox.
  {
    name: "python3 and an old mv",
    needs: ["linux", "python3"],
    tools: {
      without: ["perl"],
      scripts: {
        mv:
          `case "$*" in --help) echo "usage: mv SOURCE DEST" ;; *-T*) exit 1 ;; *) exec /bin/mv "$@" ;; esac`,
      },
    },
  },
];

for (const { name, needs, tools } of sampled(kinds, 3)) {
  testWhere(`commit makes the live name, with ${name}`, { needs }, async () => {
    await using device = await makeLocalDevice({ tools });
    const release = await seal(device, "1", { a: "a" });
    await assertPromise(device, commit, { release, run: { id: "RUN-1" } });
    assertEquals(await live(device), slotLink(release.id));
    const { since, ...rest } = await journal(device);
    assertEquals(rest, {
      release: slotLink(release.id),
      previous: "",
      run: "RUN-1",
      restarted: "",
      serving: "",
    });
    assertMatch(since!, /^\d{4}-\d\d-\d\dT/);
  });

  testWhere(`commit switches a link of ours, with ${name}`, { needs }, async () => {
    await using device = await makeLocalDevice({ tools });
    const one = await writeSet(`${device.dir}/one`, { a: "1" }, "1");
    assertEquals((await device.perform(pipelines.deploy, { release: one })).last.status, "changed");
    const two = await seal(device, "2", { a: "2" });
    await assertPromise(device, commit, { release: two });
    assertEquals(await live(device), slotLink(two.id));
    assertEquals((await journal(device)).previous, slotLink(one.id));
    assertEquals(await device.read(`${slotLink(one.id)}/a`), "1");
  });

  testWhere(`commit switches a link of the user's, with ${name}`, { needs }, async () => {
    await using device = await makeLocalDevice({ tools });
    await writeSet(`${device.dir}/elsewhere/set`, { a: "theirs" }, "0");
    await Deno.symlink(`${device.dir}/elsewhere/set`, device.at("artifacts_phase2"));
    const release = await seal(device, "1", { a: "1" });
    await assertPromise(device, commit, { release });
    assertEquals(await live(device), slotLink(release.id));
    assertEquals((await journal(device)).previous, `${device.dir}/elsewhere/set`);
    assertEquals(
      [...Deno.readDirSync(`${device.dir}/elsewhere/set`)].map(({ name }) => name).sort(),
      ["a", "metadata.json"],
      "the user's folder was written to",
    );
  });

  testWhere(`commit makes a live folder a release of its own, with ${name}`, { needs }, async () => {
    await using device = await makeLocalDevice({ tools });
    await writeSet(device.at("artifacts_phase2"), { a: "folder" }, "0");
    await device.write("artifacts_phase2/unlisted file", "kept");
    const { ino } = await Deno.stat(device.at("artifacts_phase2"));
    const release = await seal(device, "1", { a: "1" });
    await assertPromise(device, commit, { release, run: { id: "RUN-1" } });
    assertEquals(await live(device), slotLink(release.id));
    const { previous } = await journal(device);
    assertEquals(previous, slotLink("before-RUN-1"));
    assertEquals((await Deno.stat(device.at(previous!))).ino, ino, "the folder is the very same");
    assertEquals(await device.read(`${previous}/unlisted file`), "kept");
    assertEquals([...Deno.readDirSync(device.at(".lockstep"))].map(({ name }) => name).sort(), [
      "journal",
      "releases",
      "staging",
    ]);
  });
}

testWhere("commit switches nothing if the release is not sealed", { needs: ["linux"] }, async () => {
  await using device = await makeLocalDevice();
  await writeSet(device.at("artifacts_phase2"), { a: "live" }, "0");
  const release = await writeSet(`${device.dir}/1`, { a: "1" }, "1");
  for (const tasks of [[commit], [stage, commit]]) {
    const { last } = await device.perform(tasks, { release });
    assertEquals([last.task, last.error?.kind], ["commit", "not-found"]);
  }
  assertEquals(await device.read("artifacts_phase2/a"), "live");
});

longTestWhere("commit keeps the good set in the journal where an earlier switch was not confirmed", {
  needs: ["linux"],
}, async () => {
  await using device = await makeLocalDevice();
  const one = await writeSet(`${device.dir}/one`, { a: "1" }, "1");
  await device.perform(pipelines.deploy, { release: one });
  const two = await seal(device, "2", { a: "2" });
  await device.perform([commit], { release: two, run: { id: "RUN-2" } });
  const three = await seal(device, "3", { a: "3" });
  await device.perform([commit], { release: three, run: { id: "RUN-3" } });
  const { run, release, previous } = await journal(device);
  assertEquals([run, release, previous], ["RUN-3", slotLink(three.id), slotLink(one.id)]);
});

longTestWhere(
  "commit puts a drifted release into the other slot, and back again",
  { needs: ["linux"] },
  async () => {
    await using device = await makeLocalDevice();
    const release = await writeSet(`${device.dir}/one`, { a: "1" }, "1");
    await device.perform(pipelines.deploy, { release });
    for (const slot of [`${release.id}.b`, release.id]) {
      await device.write("artifacts_phase2/a", "edited by hand");
      const { statuses, last } = await device.perform(pipelines.deploy, {
        release,
        run: { startedAt: new Date(Date.now() + 60_000) },
      });
      assertEquals([statuses.commit, last.status], ["changed", "changed"], JSON.stringify(last.error));
      assertEquals(await live(device), slotLink(slot));
      assertEquals(await device.read("artifacts_phase2/a"), "1");
    }
  },
);

longTestWhere("commit brings back what was live before, whatever it was", { needs: ["linux"] }, async () => {
  const cases: [name: string, make: (device: LocalDevice) => Promise<unknown>][] = [
    ["a folder", (device) => writeSet(device.at("artifacts_phase2"), { a: "before" }, "0")],
    ["a foreign link", async (device) => {
      await writeSet(`${device.dir}/theirs`, { a: "before" }, "0");
      await Deno.symlink(`${device.dir}/theirs`, device.at("artifacts_phase2"));
    }],
    ["a release", async (device) => {
      const release = await writeSet(`${device.dir}/0`, { a: "before" }, "0");
      await device.perform(pipelines.deploy, { release });
    }],
  ];
  for (const [name, make] of cases) {
    await using device = await makeLocalDevice();
    await make(device);
    const release = await seal(device, "1", { a: "1" });
    await device.perform([commit], { release });
    const undo = (await journal(device)).previous!;
    const { last } = await device.perform([commit], { release, undo });
    assertEquals(last.status, "changed", `${name}: ${JSON.stringify(last.error)}`);
    assertEquals(last.rollback, true);
    assertEquals(await device.read("artifacts_phase2/a"), "before", name);
    assertEquals(await live(device), undo);
    assertEquals((await device.perform([commit], { release, undo })).statuses, { commit: "ok" }, name);
  }
});

testWhere(
  "commit fails and leaves the old set live if no rename works",
  { needs: ["linux"] },
  async () => {
    for (const kind of ["folder", "link"]) {
      const scripts = {
        mv:
          `case "$*" in *artifacts_phase2*) [ "$1" = -T ] && { echo "mv: no" >&2; exit 1; } ;; esac; exec /bin/mv "$@"`,
      };
      await using device = await makeLocalDevice({ tools: { without: ["python3", "perl"], scripts } });
      const old = await writeSet(`${device.dir}/old`, { a: "old" }, "0");
      if (kind === "folder") await writeSet(device.at("artifacts_phase2"), { a: "old" }, "0");
      else {
        await device.write(`${slotLink(old.id)}/a`, "old");
        await Deno.symlink(slotLink(old.id), device.at("artifacts_phase2"));
      }
      const release = await seal(device, "1", { a: "1" });
      const { last } = await device.perform([commit], { release });
      assertEquals(last.status, "failed", kind);
      assertEquals(await device.read("artifacts_phase2/a"), "old", kind);
    }
  },
);

/** Looks at the live set, again and again, each time through one open folder; tells how often it saw which set. */
function watch(device: LocalDevice): { end(): Promise<Record<string, number>> } {
  const stop = `${device.dir}/stop`;
  const text = `
    while [ ! -e "$2" ]; do
      (cd "$1" 2>/dev/null && { read -r a <a; read -r b <b; echo "$a $b"; }) || echo missing
    done`;
  const child = new Deno.Command("sh", {
    args: ["-c", text, "watch", device.at("artifacts_phase2"), stop],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const output = child.output();
  return {
    end: async () => {
      await Deno.writeTextFile(stop, "");
      const seen: Record<string, number> = {};
      const { stdout } = await output;
      for (const line of new TextDecoder().decode(stdout).trimEnd().split("\n")) {
        seen[line] = (seen[line] ?? 0) + 1;
      }
      return seen;
    },
  };
}

/** How often what is live is switched under a reader. */
const SWITCHES = everyTest ? 50 : 12;

testWhere("commit never shows a reader anything but one complete set, over many switches", {
  needs: ["linux"],
}, async () => {
  await using device = await makeLocalDevice();
  const one = await seal(device, "1", { a: "one\n", b: "one\n" });
  await device.perform([commit], { release: one });
  const two = await seal(device, "2", { a: "two\n", b: "two\n" });
  const watcher = watch(device);
  for (let i = 0; i < SWITCHES; i++) {
    const undo = slotLink(i % 2 === 0 ? two.id : one.id);
    const { last } = await device.perform([commit], { release: two, undo });
    assertEquals(last.status, "changed", JSON.stringify(last.error));
  }
  const seen = await watcher.end();
  assertEquals(Object.keys(seen).sort(), ["one one", "two two"], JSON.stringify(seen));
  assertGreater(Math.min(...Object.values(seen)), 10);
});

for (const tool of ["python3", "perl"] as const) {
  longTestWhere(
    `commit exchanges a folder for the link in one step, by ${tool}`,
    { needs: ["linux", tool] },
    async () => {
      const without = ["python3", "perl"].filter((name) => name !== tool);
      for (let round = 0; round < 5; round++) {
        await using device = await makeLocalDevice({ tools: { without } });
        await writeSet(device.at("artifacts_phase2"), { a: "old\n", b: "old\n" }, "0");
        const release = await seal(device, "1", { a: "new\n", b: "new\n" });
        const watcher = watch(device);
        assertEquals((await device.perform([commit], { release })).last.status, "changed");
        const seen = await watcher.end();
        assertEquals(Object.keys(seen).filter((what) => !["old old", "new new"].includes(what)), []);
        assertNotEquals(seen["new new"], undefined);
      }
    },
  );
}
