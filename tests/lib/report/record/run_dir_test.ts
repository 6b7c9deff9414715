import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { Failure, UsageError } from "../../../../lib/errors.ts";
import { readOutcomes, readRun } from "../../../../lib/report/record/read_run.ts";
import { openRun } from "../../../../lib/report/record/run_dir.ts";
import { foldReport } from "../../../../lib/report/fold/report.ts";
import { at, hostEvents, outcome, started, task, wholeRun } from "../sample.ts";

const RUN = "20261124T021945Z-3f9a1c";
const LATER = "20261124T021946Z-000000";

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "lockstep reports " });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("openRun() records every event before the listener returns", () =>
  inFolder(async (folder) => {
    const reports = join(folder, "not there yet", "reports");
    const events = wholeRun([outcome("edge-1")], [task("stage", { detail: { text: "a\nb\u2028c" } })]);
    const run = await openRun(reports, RUN);
    assertEquals(run.path, join(reports, RUN));
    for (const [index, event] of events.entries()) {
      run.listener(event);
      const text = Deno.readTextFileSync(join(run.path, "events.ndjson"));
      assertEquals(text.split("\n").length, index + 2);
      assert(text.endsWith("\n"));
    }
    assertEquals(await readRun(reports, RUN), events);
    await run.finish();
  }));

Deno.test("finish() writes the report, a file for each host, and the link, and leaves nothing else", () =>
  inFolder(async (reports) => {
    const events = wholeRun([outcome("edge-1"), outcome("../x")]);
    for (const name of [RUN, LATER]) {
      const run = await openRun(reports, name);
      events.forEach(run.listener);
      await run.finish();
      if (Deno.build.os !== "windows") assertEquals(await Deno.readLink(join(reports, "latest")), name);
    }
    const report = JSON.parse(await Deno.readTextFile(join(reports, "latest", "report.json")));
    assertEquals(report, JSON.parse(JSON.stringify(foldReport(events))));
    const host = JSON.parse(await Deno.readTextFile(join(reports, "latest", "hosts", "edge-1.json")));
    assertEquals(host, report.hosts[0]);
    assertEquals(entries(reports), [RUN, LATER, "latest"]);
    assertEquals(entries(join(reports, RUN)), ["events.ndjson", "hosts", "report.json"]);
    assertEquals(entries(join(reports, RUN, "hosts")), ["%2e.%2fx.json", "edge-1.json"]);
  }));

Deno.test("finish() leaves a file that names the run, when links cannot be made", () =>
  inFolder(async (reports) => {
    // Without leave to read and write everything, Deno refuses symlinks.
    const module = new URL("../../../../lib/report/record/run_dir.ts", import.meta.url).href;
    const program = `import { openRun } from ${JSON.stringify(module)};
      const run = await openRun(${JSON.stringify(reports)}, ${JSON.stringify(RUN)});
      run.listener(${JSON.stringify(started(["a"]))});
      await run.finish();`;
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--config",
        fromFileUrl(new URL("../../../../deno.json", import.meta.url)),
        `--allow-read=${reports}`,
        `--allow-write=${reports}`,
        `data:application/typescript,${encodeURIComponent(program)}`,
      ],
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    assertEquals(await Deno.readTextFile(join(reports, "latest")), `${RUN}\n`);
  }));

Deno.test("openRun() says so before anything is contacted, when the folder cannot be made", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "file"), "");
    await assertRejects(() => openRun(join(folder, "file"), RUN), UsageError, "--reports");
    const run = await openRun(folder, RUN);
    await assertRejects(() => openRun(folder, RUN), UsageError, RUN);
    run.listener(started([]));
    await run.finish();
  }));

Deno.test({
  name: "finish() tells what the listener could not write, when the disk is full",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    inFolder(async (reports) => {
      // A limit on the size of files stands in for the full disk: the second event no longer fits.
      const module = new URL("../../../../lib/report/record/run_dir.ts", import.meta.url).href;
      const program = `import { openRun } from ${JSON.stringify(module)};
        const run = await openRun(${JSON.stringify(reports)}, ${JSON.stringify(RUN)});
        const event = ${JSON.stringify(started(["a".repeat(3000)]))};
        run.listener(event);
        run.listener(event);
        run.listener(event);
        await run.finish().catch((error) => console.log(error.name, error.message));`;
      const { stdout } = await new Deno.Command("sh", {
        args: [
          "-c",
          'trap "" XFSZ; ulimit -f 8; exec "$@"',
          "sh",
          Deno.execPath(),
          "run",
          "-A",
          "--no-lock",
          "--config",
          fromFileUrl(new URL("../../../../deno.json", import.meta.url)),
          `data:application/typescript,${encodeURIComponent(program)}`,
        ],
      }).output();
      assertMatch(
        new TextDecoder().decode(stdout),
        /^Failure Cannot keep the record of the run in .*too large/i,
      );
      assertEquals(entries(reports), [RUN]);
    }),
});

Deno.test("finish() throws a Failure, when what was recorded is no run", () =>
  inFolder(async (reports) => {
    const run = await openRun(reports, RUN);
    await assertRejects(() => run.finish(), Failure, "run-started");
  }));

Deno.test("readRun() passes over a torn last line, wherever a kill tore it", () =>
  inFolder(async (reports) => {
    const events = [started(["a"]), ...hostEvents(outcome("a"))];
    await Deno.mkdir(join(reports, RUN));
    const file = join(reports, RUN, "events.ndjson");
    const whole = events.map((event) => JSON.stringify(event) + "\n").join("");
    const begin = JSON.stringify(events[0]).length + 1;
    for (let end = begin; end <= whole.length; end += 7) {
      await Deno.writeTextFile(file, whole.slice(0, end));
      const complete = whole.slice(0, end).split("\n").length - 1;
      const read = await readRun(reports, RUN);
      assertEquals(read.slice(0, complete), events.slice(0, complete));
    }
  }));

Deno.test("readOutcomes() is the report without the hosts' tasks, also of a run that was killed", () =>
  inFolder(async (reports) => {
    const events = [
      started(["a", "b"]),
      ...hostEvents(outcome("a"), [task("stage", { detail: { text: "é\u2028".repeat(50_000) } })]),
      ...hostEvents(outcome("b"), [task("stage")]).slice(0, -1),
    ];
    const run = await openRun(reports, RUN);
    events.forEach(run.listener);
    await Deno.writeTextFile(join(run.path, "events.ndjson"), '{"at":"torn', { append: true });
    const { start, report } = await readOutcomes(reports, RUN);
    assertEquals(start, events[0]!);
    const whole = foldReport(events);
    assertEquals(report, { ...whole, hosts: whole.hosts.map((host) => ({ ...host, tasks: [] })) });
    await run.finish();
  }));

Deno.test("readRun() names file and line, when a line inside is broken", () =>
  inFolder(async (reports) => {
    await Deno.mkdir(join(reports, RUN));
    const file = join(reports, RUN, "events.ndjson");
    await Deno.writeTextFile(file, `${JSON.stringify(started([]))}\n{"ty\n{}\n`);
    await assertRejects(() => readRun(reports, RUN), UsageError, `${file}:2`);
    await Deno.writeTextFile(file, `${JSON.stringify({ ...started([]), schema: 99 })}\n`);
    await assertRejects(() => readRun(reports, RUN), UsageError, "schema 99");
  }));

Deno.test("readRun() takes for latest the run that began last, also when it was killed", () =>
  inFolder(async (reports) => {
    await assertRejects(() => readRun(reports, "latest"), UsageError, "no run");
    await assertRejects(() => readRun(join(reports, "none"), "latest"), UsageError, "no run");
    const run = await openRun(reports, RUN);
    run.listener(started(["a"]));
    await run.finish();
    await Deno.mkdir(join(reports, LATER));
    await Deno.mkdir(join(reports, "zzz"));
    const killed = [started(["b"]), { at: at(1), type: "host-started", host: "b", wave: 1 }];
    await Deno.writeTextFile(
      join(reports, LATER, "events.ndjson"),
      killed.map((event) => JSON.stringify(event)).join("\n"),
    );
    assertEquals(await readRun(reports, "latest"), killed);
  }));

Deno.test("readRun() refuses, when the name is no run's", () =>
  inFolder(async (reports) => {
    for (const name of ["../x", "", "a/b", "..", "-x"]) {
      await assertRejects(() => readRun(reports, name), UsageError, "is not the name of a run");
    }
    await assertRejects(() => readRun(reports, "20200101T000000Z-000000"), UsageError, "there is no run");
  }));

function entries(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}
