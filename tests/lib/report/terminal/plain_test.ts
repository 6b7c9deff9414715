import { assert, assertEquals, assertMatch, assertNotMatch, assertStringIncludes } from "@std/assert";
import { formatFailure } from "../../../../lib/errors.ts";
import type { Event, HostOutcome, TaskReport } from "../../../../lib/events.ts";
import { plainView } from "../../../../lib/report/terminal/plain.ts";
import type { ViewOptions } from "../../../../lib/report/terminal/view.ts";
import {
  at,
  finished,
  hostEvents,
  names,
  NEW,
  OLD,
  outcome,
  SET,
  started,
  task,
  unreachable,
  wholeRun,
} from "../sample.ts";

function printed(events: readonly Event[], options: ViewOptions = {}): string {
  let text = "";
  const view = plainView((part) => text += part, options);
  events.forEach(view);
  view.close();
  return text;
}

const deployed = [
  task("preflight"),
  task("stage", { status: "changed", steps: ["send model.bin (2.1 MB)", "send metadata.json (412 B)"] }),
  task("commit", { status: "changed", steps: ["switch artifacts_phase2"] }),
];

const restartFailed: Partial<HostOutcome> = {
  status: "rolled_back",
  release: OLD,
  error: {
    kind: "service",
    action: "restart phase4-inference",
    evidence: "not active after 30 s\nthe process left with 1",
    next: "read the journal, then deploy again",
    log: "a line\x1b[31m",
  },
};

Deno.test("plainView() prints a line as each host ends and the recap last, when all goes well", () => {
  const events = wholeRun([
    outcome("edge-1"),
    outcome("edge-10", { status: "ok", bytesSent: 0, durationMs: 90 }),
  ], deployed);
  assertEquals(
    printed(events, { runDir: "reports/20261124T021945Z-3f9a" }),
    `\
deploy of 2.4.1 (3f9a12cd) on 2 hosts  20261124T021945Z-3f9a
changed      edge-1   2.4.1 (3f9a12cd)    2.1 MB    1.2s  stage, commit
ok           edge-10  2.4.1 (3f9a12cd)       0 B    90ms

1 ok · 1 changed
set: 2.4.1 (3f9a12cd): 5 files, 2.1 MB
2.1 MB sent; took 2.0s
reports: reports/20261124T021945Z-3f9a
`,
  );
});

Deno.test("plainView() prints each line at once, not at the end", () => {
  const written: string[] = [];
  const view = plainView((part) => written.push(part));
  view(started(["a", "b"]));
  assertEquals(written.length, 1);
  hostEvents(outcome("b")).forEach(view);
  assertEquals(written.length, 2);
  assertStringIncludes(written[1]!, "changed      b  ");
});

Deno.test("plainView() prints failures whole, just above the recap, the worst last", () => {
  const noSpace = {
    kind: "no-space",
    action: "stage 2.4.1",
    evidence: "no space left: need 41.2 MB",
  } as const;
  const rollbackError = { kind: "dropped", action: "switch back", evidence: "link ended" } as const;
  const text = printed(wholeRun([
    outcome("worst", { status: "failed", release: null, error: restartFailed.error!, rollbackError }),
    outcome("full", { status: "failed", release: OLD, error: noSpace }),
    outcome("back", restartFailed),
    outcome("away", unreachable("away")),
    outcome("fine"),
  ]));
  const [lines, ending] = [text.split("\n").slice(1, 6), text.split("\n").slice(6).join("\n")];
  assertEquals(lines, [
    "failed       worst  -                   2.1 MB    1.2s  ROLLBACK FAILED: dropped: link ended  service: not active after 30 s",
    "failed       full   aa00bb11            2.1 MB    1.2s  no-space: no space left: need 41.2 MB",
    "rolled_back  back   aa00bb11            2.1 MB    1.2s  service: not active after 30 s; back on aa00bb11",
    "unreachable  away   -                      0 B    1.2s  unreachable: no route",
    "changed      fine   2.4.1 (3f9a12cd)    2.1 MB    1.2s",
  ]);
  assertEquals(
    ending,
    `
${formatFailure({ ...unreachable("away").error!, host: "away" })}

${formatFailure({ ...restartFailed.error!, host: "back" })}
  rolled back: back is on aa00bb11 again

${formatFailure({ ...noSpace, host: "full" })}

ROLLBACK FAILED on worst: it needs manual attention; this is what failed there
${formatFailure({ ...rollbackError, host: "worst" })}
The rollback was started because of:
${formatFailure({ ...restartFailed.error!, host: "worst" })}

1 changed · 2 failed: worst, full · 1 rolled_back: back · 1 unreachable: away
set: 2.4.1 (3f9a12cd): 5 files, 2.1 MB
8.4 MB sent; took 2.0s
`,
  );
});

Deno.test("plainView() prints equal failures once, when only host and address differ", () => {
  const hosts = names(12);
  const text = printed(wholeRun([
    ...hosts.map((host, index) =>
      outcome(
        host,
        unreachable(host, { evidence: `${host} (10.0.0.${index}): no route`, next: `ping ${host}` }),
      )
    ),
    outcome("edge-0011", unreachable("edge-0011", { evidence: "connection timed out" })),
  ]));
  assertEquals(text.match(/^Cannot/gm)?.length, 2);
  assertStringIncludes(
    text,
    `Cannot reach it on edge-001: edge-001 (10.0.0.0): no route
  ping edge-001
  the same on 11 other hosts: ${hosts.slice(1).join(", ")}
`,
  );
});

Deno.test("plainView() keeps apart failures that differ, when their kind is the same", () => {
  const text = printed(wholeRun([
    outcome("a", restartFailed),
    outcome("b", { ...restartFailed, previousRelease: NEW }),
    outcome("c", { ...restartFailed, status: "failed" }),
    outcome("d", { ...restartFailed, error: { ...restartFailed.error!, next: "call us" } }),
  ]));
  assertEquals(text.match(/^Cannot/gm)?.length, 4);
});

Deno.test("plainView() stays readable, when 500 hosts fail in 500 ways", () => {
  const hosts = names(500);
  const text = printed(
    wholeRun(hosts.map((host, i) => outcome(host, unreachable(host, { evidence: `reason ${i}` })))),
  );
  assertEquals(text.match(/^Cannot/gm)?.length, 50);
  assertStringIncludes(text, "450 other failures, in full in the reports: edge-001, ");
  assertEquals(
    text.trimEnd().split("\n").at(-3),
    `500 unreachable: ${hosts.slice(0, 8).join(", ")} and 492 more`,
  );
});

Deno.test("plainView() prints equal warnings once, before the failures", () => {
  const ends = [outcome("a"), outcome("b"), outcome("c", unreachable("c"))];
  const text = printed([
    started(["c", "a", "b"]),
    ...["b", "a"].map((host): Event => ({
      at: at(1),
      type: "warning",
      host,
      message: `the unit on ${host} is unknown\x1b[2J`,
    })),
    { at: at(1), type: "warning", message: "extra.txt is not listed" },
    { at: at(1), type: "warning", message: "extra.txt is not listed" },
    ...ends.flatMap((end) => hostEvents(end)),
    finished(ends),
  ]);
  assertStringIncludes(
    text,
    `
warning: the unit on b is unknown\\u{1b}[2J (2 hosts: a, b)
warning: extra.txt is not listed (2 times)

Cannot reach`,
  );
});

Deno.test("plainView() lists equal plans once, when it is a dry run", () => {
  const ends = [...names(3), "edge-004", "edge-005"].map((host) =>
    outcome(host, { bytesSent: 0, release: OLD })
  );
  const other = [task("commit", { status: "changed", steps: ["switch artifacts_phase2\nby one rename"] })];
  const text = printed([
    started(ends.map(({ host }) => host), { dryRun: true, command: "plan" }),
    ...[2, 0, 1].flatMap((index) => hostEvents(ends[index]!, deployed)),
    ...hostEvents(ends[3]!, other),
    ...hostEvents({ ...ends[4]!, status: "ok" }, [task("preflight")]),
    finished(ends),
  ]);
  assertEquals(
    text,
    `\
plan of 2.4.1 (3f9a12cd) on 5 hosts (dry run: nothing is written)  20261124T021945Z-3f9a
would change  edge-003  aa00bb11            1.2s  stage, commit
would change  edge-001  aa00bb11            1.2s  stage, commit
would change  edge-002  aa00bb11            1.2s  stage, commit
would change  edge-004  aa00bb11            1.2s  commit
ok            edge-005  aa00bb11            1.2s

3 hosts: edge-001, edge-002, edge-003
  stage
    send model.bin (2.1 MB)
    send metadata.json (412 B)
  commit
    switch artifacts_phase2

1 host: edge-004
  commit
    switch artifacts_phase2
      by one rename

5 would change
set: 2.4.1 (3f9a12cd): 5 files, 2.1 MB
dry run: nothing was written; took 2.0s
`,
  );
});

Deno.test("plainView() prints the plan of 500 equal hosts once", () => {
  const text = printed(wholeRun(names(500).map((host) => outcome(host)), deployed, { dryRun: true }));
  assertEquals(text.match(/send model\.bin/g)?.length, 1);
  assertStringIncludes(text, "\n500 hosts: edge-001, ");
});

Deno.test("plainView() lists tasks under their host, as far as -v asks", () => {
  const detailed: TaskReport[] = [
    ...deployed,
    task("health", { detail: { http: 200, body: "a\n\x1bb\n", note: "fine" } }),
    task("commit", { status: "failed", rollback: true }),
  ];
  const events = wholeRun([outcome("edge-1")], detailed);
  const under = (verbosity: number, start = {}, details = false) =>
    printed(wholeRun([outcome("edge-1")], detailed, start), { verbosity, details })
      .split("\n\n")[0]!.split("\n").slice(2);
  assertEquals(printed(events).split("\n")[2], "");
  assertEquals(under(1), [
    "    preflight            ok            100ms",
    "    stage                changed       100ms",
    "    commit               changed       100ms",
    "    health               ok            100ms",
    "    commit (rollback)    failed        100ms",
  ]);
  const steps = ["      send model.bin (2.1 MB)", "      send metadata.json (412 B)"];
  const details = ["      http: 200", "      body:", "        | a", "        | \\u{1b}b", "      note: fine"];
  assertEquals(under(2).slice(2, 4), steps);
  assertEquals(under(2).slice(7, 12), details);
  assertEquals(under(0, {}, true), details);
  assertEquals(under(1, { dryRun: true }).slice(1, 4), [
    "    stage                would change  100ms",
    ...steps,
  ]);
});

Deno.test("plainView() shows in what files differ under their task, however little was asked for", () => {
  const diff = "--- /f (there)\n+++ /f\n@@ -1 +1 @@\n-old \x1b[31m\n+new\n";
  const tasks = [task("motd", { status: "changed", steps: ["write /f"], detail: { diff, other: 1 } })];
  const events = wholeRun([outcome("a")], tasks);
  for (
    const [options, words] of [[{}, "    motd\n      | --- /f"], [{ details: true }, "other: 1"]] as const
  ) {
    const text = printed(events, options);
    assertStringIncludes(text, words);
    assertStringIncludes(text, "\n      | @@ -1 +1 @@\n      | -old\n      | +new\n");
    assertEquals(text.split("-old").length, 2);
  }
});

Deno.test("plainView() has a recap of at most six lines, when hosts are 10,000", () => {
  const hosts = Array.from({ length: 10_000 }, (_, i) => `edge-${i}`);
  const statuses = ["ok", "changed", "failed", "rolled_back", "unreachable", "skipped"] as const;
  const ends = hosts.map((host, i) => outcome(host, { status: statuses[i % 6]! }));
  const sets = names(9).map((id) => ({ ...SET, id }));
  const events = wholeRun(ends, [], { artifacts: sets });
  events.splice(
    -1,
    0,
    { at: at(3), type: "interrupted" },
    { at: at(3), type: "stopped", reason: "1,667 of 0 hosts failed" },
  );
  const text = printed(events, { runDir: "reports/x" });
  // More of the same says nothing.
  assertEquals(text.match(/^(failed|rolled_back|unreachable) /gm)!.length, 100);
  const recap = text.trimEnd().split("\n\n").at(-1)!.split("\n");
  assert(recap.length <= 6, recap.join("\n"));
  assertEquals(recap.slice(0, 2), [
    "interrupted: run the same command again to continue",
    "stopped: 1,667 of 0 hosts failed",
  ]);
  assertStringIncludes(recap[2]!, "1,667 ok · 1,667 changed · 1,667 failed: edge-2, edge-8, ");
});

Deno.test("plainView() says what is known, when the run breaks off", () => {
  const written: string[] = [];
  const view = plainView((part) => written.push(part));
  view.close();
  assertEquals(written, []);
  view(started(["a", "b", "c"]));
  hostEvents(outcome("a")).forEach(view);
  view({ at: at(1500), type: "interrupted" });
  view.close();
  view.close();
  assertEquals(
    written.join("").split("\n").slice(2).join("\n"),
    `\
Stopping: no new hosts will be started; hosts in progress will finish or roll back

interrupted: run the same command again to continue
1 changed · 2 were in progress: the next run settles them
set: 2.4.1 (3f9a12cd): 5 files, 2.1 MB
2.1 MB sent; took 1.5s
`,
  );
});

Deno.test("plainView() lets nothing from a device reach the terminal raw", () => {
  const bad = "\x1b[2J\x07\r\u202e";
  const text = printed([
    started([`edge${bad}`], { command: "exec", artifacts: [{ ...SET, version: bad }] }),
    { at: at(1), type: "warning", host: `edge${bad}`, message: bad },
    ...hostEvents(
      outcome(`edge${bad}`, {
        status: "failed",
        release: `${bad}${bad}`,
        error: { kind: "exit", action: bad, evidence: `${bad}\n${bad}`, next: bad, log: bad },
      }),
      [task(`t`, { steps: [bad], detail: { [bad]: bad, list: [bad] } })],
    ),
    finished([]),
  ], { verbosity: 2 });
  // deno-lint-ignore no-control-regex -- control characters are what must not be there
  assertNotMatch(text, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
});

Deno.test("plainView() speaks of no artifacts, when the command sends none", () => {
  const ends = [outcome("edge-1", { status: "ok", bytesSent: 0 })];
  assertEquals(
    printed(wholeRun(ends, [], { command: "health-check", artifacts: [] })),
    `\
health-check on 1 host  20261124T021945Z-3f9a
ok           edge-1  3f9a12cd    1.2s

1 ok
took 2.0s
`,
  );
});

/** A run in waves, whose hosts end one a second. */
function waves(hosts: readonly string[], end: (host: string) => HostOutcome, start = {}): Event[] {
  const [first, ...others] = hosts;
  const inWaves = [{ name: "canary", hosts: [first!] }, { name: "100%", hosts: others }];
  let second = 0;
  return [
    started(hosts, { waves: inWaves, forks: 5, ...start }),
    ...inWaves.flatMap(({ hosts }, wave): Event[] => [
      { at: at(second * 1000), type: "wave-started", wave: wave + 1 },
      ...hosts.flatMap((host): Event[] => [
        { at: at(second * 1000), type: "host-started", host, wave: wave + 1 },
        { at: at(++second * 1000), type: "host-finished", ...end(host), wave: wave + 1 },
      ]),
    ]),
  ];
}

Deno.test("plainView() heads the waves, when there are several", () => {
  const text = printed(waves(["edge-1", "edge-2", "edge-3"], (host) => outcome(host)));
  assertEquals(text.split("\n").slice(1, 6).map((line) => line.slice(0, 20)), [
    "wave 1 of 2: canary ",
    "changed      edge-1 ",
    "wave 2 of 2: 100% (2",
    "changed      edge-2 ",
    "changed      edge-3 ",
  ]);
  assertEquals(printed(wholeRun([outcome("edge-1")])).includes("wave"), false);
});

Deno.test("plainView() says how far it is every ten seconds and names who failed, when hosts are many", () => {
  const hosts = names(501);
  const away = (host: string) =>
    outcome(host, ["edge-013", "edge-499"].includes(host) ? unreachable(host) : {});
  const text = printed(waves(hosts, away));
  const [head] = text.split("\n\n");
  const lines = head!.split("\n");
  assertEquals(lines.slice(1, 6), [
    "wave 1 of 2: canary (1 host)",
    "1/501 1s · wave 1 of 2 (canary) · 2.1 MB sent  1 changed",
    "wave 2 of 2: 100% (500 hosts)",
    "11/501 11s · wave 2 of 2 (100%) · 1.0 hosts/s · 23.1 MB sent · 8m10s left  11 changed",
    "unreachable  edge-013  -                      0 B    1.2s  unreachable: no route",
  ]);
  assertEquals(lines.filter((line) => line.includes("/501 ")).length, 51);
  assertStringIncludes(text, "\n499 changed · 2 unreachable: edge-013, edge-499\n");
  assertEquals(printed(waves(hosts, away), { verbosity: 1 }).match(/^changed /gm)?.length, 499);
  assertEquals(printed(waves(hosts.slice(1), away)).match(/^changed /gm)?.length, 498);
});

Deno.test("plainView() says at once why no host is begun any more, and again in the recap", () => {
  const reason = "the failure budget is spent: 1 failed, 0 allowed";
  const written: string[] = [];
  const view = plainView((part) => written.push(part));
  view(started(["a", "b"]));
  view({ at: at(10), type: "stopped", reason });
  assertEquals(written.at(-1), `stopped: ${reason}\n`);
  view.close();
  assertStringIncludes(written.at(-1)!, `\nstopped: ${reason}\n`);
});

/** Why a host that was well is taken back. */
const stopped = {
  kind: "stopped",
  action: "keep the new set",
  evidence: "it had succeeded, and was rolled back: 1 of 3 hosts failed (c); the limit is 0 (--max-failures)",
  next: "it runs what it ran before; fix what failed, then: resume",
} as const;

Deno.test("plainView() tells hosts that were taken back from those that failed", () => {
  const ends = [outcome("a"), outcome("b"), outcome("c", restartFailed)];
  const back = (host: string): Event => ({
    at: at(1500),
    type: "host-finished",
    ...outcome(host, { status: "rolled_back", release: OLD, was: "changed", error: { ...stopped, host } }),
  });
  const text = printed([
    started(["a", "b", "c"]),
    ...ends.flatMap((end) => hostEvents(end)),
    back("b"),
    back("a"),
    finished([...ends.slice(0, 2).map((end) => ({ ...end, status: "rolled_back" as const })), ends[2]!]),
  ]);
  assertStringIncludes(
    text,
    `
rolled_back  b  aa00bb11            2.1 MB    1.2s  rolled back because others failed; back on aa00bb11
rolled_back  a  aa00bb11            2.1 MB    1.2s  rolled back because others failed; back on aa00bb11

Rolled back because others failed: 2 hosts
  on aa00bb11 again: a, b
  it runs what it ran before; fix what failed, then: resume

Cannot restart phase4-inference on c: not active after 30 s
`,
  );
  assertStringIncludes(text, "\n3 rolled_back: a, b, c\n");
  assertStringIncludes(text, "\n6.3 MB sent; ");
});

Deno.test("plainView() counts a host once, when it was taken back and the run then breaks off", () => {
  const text = printed([
    started(["a"]),
    ...hostEvents(outcome("a")),
    {
      at: at(1500),
      type: "host-finished",
      ...outcome("a", {
        status: "failed",
        release: null,
        was: "changed",
        error: stopped,
        rollbackError: { kind: "dropped", action: "switch back", evidence: "link ended" },
      }),
    },
  ]);
  assertStringIncludes(
    text,
    "ROLLBACK FAILED: dropped: link ended  should have been rolled back because others failed\n",
  );
  assertStringIncludes(
    text,
    "The rollback was started because of:\nCannot keep the new set on a: it had succeeded, ",
  );
  assertStringIncludes(text, "\n1 failed: a\n");
});

Deno.test("plainView() says which hosts an earlier run has done, and counts none of its bytes", () => {
  const ends = [outcome("a", { run: "20261123T021945Z-000000" }), outcome("b")];
  const text = printed([
    started(["a", "b"], { resumes: "20261123T021945Z-000000" }),
    { at: at(1), type: "host-finished", ...ends[0]! },
    ...hostEvents(ends[1]!, deployed),
    finished(ends),
  ]);
  assertStringIncludes(
    text,
    "changed      a  2.4.1 (3f9a12cd)    2.1 MB    1.2s  in run 20261123T021945Z-000000\n",
  );
  assertStringIncludes(text, "\n2 changed\n");
  assertStringIncludes(text, "\n2.1 MB sent; ");
});

Deno.test("plainView() lists a dry run wave by wave, every host with what would happen to it", () => {
  const hosts = names(30);
  const plan = (host: string): TaskReport[] =>
    host === "edge-030" ? [task("commit", { status: "changed", steps: ["switch"] })] : deployed;
  const ends = hosts.map((host) =>
    outcome(host, host === "edge-003" ? { status: "ok" } : host === "edge-004" ? unreachable(host) : {})
  );
  const dry = (hosts: readonly string[]): string =>
    printed([
      started(hosts, {
        dryRun: true,
        waves: [{ name: "1", hosts: hosts.slice(0, 1) }, { name: "rest", hosts: hosts.slice(1) }],
      }),
      ...ends.filter(({ host }) => hosts.includes(host)).flatMap((end) => hostEvents(end, plan(end.host))),
    ]);
  assertStringIncludes(
    dry(hosts),
    `
plan 2, 1 host: edge-030
  commit
    switch

wave 1 of 2: 1 (1 host)
  would change (plan 1): edge-001

wave 2 of 2: rest (29 hosts)
  would change (plan 1): edge-002, edge-005, edge-006, edge-007, edge-008, edge-009, edge-010,
    edge-011, edge-012, edge-013, edge-014, edge-015, edge-016, edge-017, edge-018, edge-019,
    edge-020, edge-021, edge-022, edge-023, edge-024, edge-025, edge-026, edge-027, edge-028,
    edge-029
  ok: edge-003
  unreachable: edge-004
  would change (plan 2): edge-030

`,
  );
  assertEquals(dry(hosts).match(/send model\.bin/g)?.length, 1);
  assertStringIncludes(dry(hosts.slice(0, 2)), "\n  would change: edge-002\n");
});

Deno.test("plainView() says which release is live on how many hosts, when that is the question", () => {
  const ends = [
    ...names(3).map((host) => outcome(host, { status: "ok" })),
    outcome("odd", { status: "failed", release: OLD }),
    outcome("away", unreachable("away")),
  ];
  const found = [task("verify-remote", { detail: { release: OLD, version: "2.3.0" } })];
  const text = printed(wholeRun(ends, found, { command: "verify-remote" }), { releases: true });
  assertStringIncludes(
    text,
    `
RELEASE             VERSION  HOSTS
3f9a12cd00112233    2.4.1    3
aa00bb11cc22dd33    2.3.0    1
none, or not known  -        1
`,
  );
});

Deno.test("plainView() counts warnings past fifty different ones", () => {
  const text = printed([
    started(["a"]),
    ...names(1052).map((name): Event => ({ at: at(1), type: "warning", message: `odd ${name}` })),
  ]);
  assertEquals(text.match(/^warning: /gm)?.length, 50);
  assertStringIncludes(text, "\n1,002 other warnings, in full in the reports\n");
});

Deno.test("plainView() says once why hosts were not begun, however many they are", () => {
  const reason = "1 of 3 hosts failed (a); the limit is 0 (--max-failures)";
  const left = (host: string, action: string): HostOutcome =>
    outcome(host, {
      status: "skipped",
      bytesSent: 0,
      durationMs: 0,
      release: null,
      error: { kind: "stopped", action, host, evidence: reason },
    });
  const ends = [outcome("a", restartFailed), left("b", "begin"), left("c", "switch")];
  const text = printed([
    started(["a", "b", "c"]),
    ...hostEvents(ends[0]!),
    { at: at(1300), type: "stopped", reason },
    ...ends.slice(1).map((end): Event => ({ at: at(1300), type: "host-finished", ...end })),
    finished(ends),
  ]);
  assertMatch(text, /^skipped +b .* not started$/m);
  assertMatch(text, /^skipped +c .* prepared, not switched$/m);
  // As it happens, and in the recap.
  assertEquals(text.split(reason).length - 1, 2);
});
