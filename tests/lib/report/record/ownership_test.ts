/**
 * Runs of others, and runs that others can write: as root, so that there are others.
 */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { UsageError } from "../../../../lib/errors.ts";
import { readReport } from "../../../../lib/report/record/read_run.ts";
import { openRun } from "../../../../lib/report/record/run_dir.ts";
import { newestResumable, runNames } from "../../../../lib/report/record/runs.ts";
import { distrustOf, distrustOfFolder, openToGroup } from "../../../../lib/report/record/ownership.ts";
import { testWhere } from "../../../support.ts";
import { outcome, wholeRun } from "../sample.ts";

const OURS = "20261124T021945Z-3f9a1c";
const FORGED = "29991231T000000Z-ffffff";
const OTHER = 6001;

Deno.test("distrustOf() believes what is ours or root's, and what nobody else can write", () => {
  const cases: [uid: number, mode: number, own: number | null, says: RegExp | null][] = [
    [1000, 0o100600, 1000, null],
    [1000, 0o100644, 1000, null],
    [0, 0o100644, 1000, null],
    [OTHER, 0o100600, 1000, /^belongs to uid 6001, and you are uid 1000$/],
    [OTHER, 0o100600, 0, /6001/],
    [1000, 0o100646, 1000, /everybody/],
    [1000, 0o100664, 1000, /its group/],
    [0, 0o100666, 1000, /everybody/],
    [OTHER, 0o100666, null, null],
  ];
  for (const [uid, mode, own, says] of cases) {
    const found = distrustOf("run", { uid, mode }, own);
    if (says === null) assertEquals(found, null);
    else assert(says.test(found?.reason ?? ""), JSON.stringify([uid, mode.toString(8), found]));
  }
  assertEquals(
    distrustOf("run", { uid: OTHER, mode: 0 }, 0)?.fix,
    "if you trust its content: chown -R 0 run",
  );
});

Deno.test("distrustOfFolder() believes a folder of everybody, when everybody can take away only what is his own", () => {
  const cases: [uid: number, mode: number, believed: boolean][] = [
    [1000, 0o40755, true],
    [1000, 0o40775, true],
    [0, 0o41777, true],
    [1000, 0o40777, false],
    [0, 0o40777, false],
    [OTHER, 0o40755, false],
    [OTHER, 0o41777, false],
  ];
  for (const [uid, mode, believed] of cases) {
    assertEquals(
      distrustOfFolder("reports", { uid, mode }, 1000) === null,
      believed,
      `${uid} ${mode.toString(8)}`,
    );
  }
  if (Deno.build.os === "windows") return;
  assertEquals([0o40775, 0o41775, 0o40755].map((mode) => openToGroup({ uid: 0, mode })), [
    true,
    false,
    false,
  ]);
});

async function keepRun(reports: string, run: string): Promise<void> {
  const dir = await openRun(reports, run);
  wholeRun([outcome("edge-1")]).forEach(dir.listener);
  await dir.finish();
  // Whatever the umask of the user who runs the tests.
  for (const path of [reports, dir.path, join(dir.path, "events.ndjson")]) await Deno.chmod(path, 0o700);
}

/** What somebody else could do with what lies under --reports; none of these runs is used. */
const tricks: Readonly<Record<string, (reports: string, elsewhere: string) => Promise<void>>> = {
  "another's folder": (reports) => Deno.chown(join(reports, FORGED), OTHER, OTHER),
  "another's events in a folder of ours": (reports) =>
    Deno.chown(join(reports, FORGED, "events.ndjson"), OTHER, OTHER),
  "a folder that everybody can write": (reports) => Deno.chmod(join(reports, FORGED), 0o777),
  "a folder that its group can write": (reports) => Deno.chmod(join(reports, FORGED), 0o770),
  "events that everybody can write": (reports) => Deno.chmod(join(reports, FORGED, "events.ndjson"), 0o666),
  "a link to another's folder": async (reports, elsewhere) => {
    await Deno.rename(join(reports, FORGED), join(elsewhere, "theirs"));
    await Deno.chown(join(elsewhere, "theirs"), OTHER, OTHER);
    await Deno.symlink(join(elsewhere, "theirs"), join(reports, FORGED));
  },
  "a link to another's events": async (reports, elsewhere) => {
    await Deno.rename(join(reports, FORGED, "events.ndjson"), join(elsewhere, "events"));
    await Deno.chown(join(elsewhere, "events"), OTHER, OTHER);
    await Deno.symlink(join(elsewhere, "events"), join(reports, FORGED, "events.ndjson"));
  },
  "a pipe for events": async (reports) => {
    await Deno.remove(join(reports, FORGED, "events.ndjson"));
    const made = await new Deno.Command("mkfifo", { args: [join(reports, FORGED, "events.ndjson")] })
      .output();
    assert(made.success);
  },
};

testWhere(
  "a run that is another's, or that others can write, is passed over with a warning, and by name refused",
  {
    needs: ["linux", "root"],
  },
  async () => {
    for (const [what, trick] of Object.entries(tricks)) {
      const folder = await Deno.makeTempDir({ prefix: "ownership-" });
      try {
        const reports = join(folder, "reports");
        for (const run of [OURS, FORGED]) await keepRun(reports, run);
        assertEquals(await newestResumable(reports), FORGED);
        await trick(reports, folder);
        const warnings: string[] = [];
        assertEquals(await newestResumable(reports, (text) => warnings.push(text)), OURS, what);
        assertEquals((await readReport(reports, "latest")).hosts.length, 1, what);
        assertEquals(warnings.length, 1, what);
        assertStringIncludes(warnings[0]!, FORGED);
        assertEquals(await runNames(reports), [OURS], what);
        const refused = await assertRejects(() => readReport(reports, FORGED), UsageError, "is not used");
        assert(/chown|chmod|put the|another run/.test(refused.message), refused.message);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    }
  },
);

testWhere("no run is read from, or written to, a folder in which somebody else could swap it", {
  needs: ["linux", "root"],
}, async () => {
  const cases: [owner: number, mode: number, used: boolean, warned: boolean][] = [
    [0, 0o755, true, false],
    [0, 0o1777, true, false],
    [0, 0o775, true, true],
    [0, 0o777, false, false],
    [OTHER, 0o755, false, false],
    [OTHER, 0o1777, false, false],
  ];
  for (const [owner, mode, used, warned] of cases) {
    const reports = await Deno.makeTempDir({ prefix: "ownership-" });
    const what = `${owner} ${mode.toString(8)}`;
    try {
      await keepRun(reports, OURS);
      await Deno.chown(reports, owner, owner);
      await Deno.chmod(reports, mode);
      const warnings: string[] = [];
      const opened = openRun(reports, FORGED, (text) => warnings.push(text));
      if (used) {
        const run = await opened;
        wholeRun([outcome("edge-1")]).forEach(run.listener);
        await run.finish();
        await readReport(reports, OURS);
      } else {
        await assertRejects(() => opened, UsageError, "or name your own folder with --reports");
        assertEquals([...Deno.readDirSync(reports)].map(({ name }) => name).sort(), [OURS, "latest"], what);
        await assertRejects(() => readReport(reports, OURS), UsageError, "is not used");
        await assertRejects(() => newestResumable(reports), UsageError, "no deploy");
      }
      assertEquals(warnings.length, warned ? 1 : 0, what);
    } finally {
      await Deno.remove(reports, { recursive: true });
    }
  }
});
