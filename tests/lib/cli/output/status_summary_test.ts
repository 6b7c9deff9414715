import { assertEquals } from "@std/assert";
import {
  type Status,
  statusSummaryText,
  summarizeStatus,
} from "../../../../lib/cli/output/status_summary.ts";
import type { Reply } from "../../../../lib/rollout/ask.ts";

const whole: Status = {
  release: "3f9a12cd00112233",
  version: "2.4.1",
  since: "2026-11-24T02:19:45Z",
  drifted: false,
  faults: [],
  unfinished: null,
  restoresIn: null,
  failed: [],
  lock: null,
  untrusted: null,
};
const old = { ...whole, release: "aa00bb11cc22dd33", version: null, since: null };

function runs(host: string, status: Status): Reply<Status> {
  return { host, answer: status };
}

function silent(host: string, status: "failed" | "unreachable"): Reply<Status> {
  return { host, status, error: { kind: "unreachable", action: "connect", host, evidence: "no route" } };
}

const replies = [
  runs("a", { ...old, drifted: true, faults: ["x differs"] }),
  runs("b", whole),
  silent("c", "unreachable"),
  runs("d", { ...whole, since: "2026-11-23T02:19:45Z", failed: ["bb"] }),
  runs("e", { ...whole, since: null, unfinished: "run" }),
  silent("f", "failed"),
  runs("g", { ...whole, release: null, version: null, since: null, lock: "run of x since y" }),
];

Deno.test("summarizeStatus() counts hosts by release, most first, and names those to look at", () => {
  const since = { first: "2026-11-23T02:19:45Z", last: "2026-11-24T02:19:45Z" };
  assertEquals(summarizeStatus(replies), {
    releases: [
      { release: whole.release, version: "2.4.1", hosts: 3, since, names: ["b", "d", "e"] },
      { release: old.release, version: null, hosts: 1, since: null, names: ["a"] },
      { release: null, version: null, hosts: 1, since: null, names: ["g"] },
    ],
    drifted: ["a"],
    unfinished: ["e"],
    locked: ["g"],
    failedHere: ["d"],
    unreachable: ["c"],
    failed: ["f"],
  });
});

Deno.test("statusSummaryText() is a table by release, and the hosts to look at", () => {
  assertEquals(
    statusSummaryText(summarizeStatus(replies)),
    `\
RELEASE           VERSION  HOSTS  SINCE
3f9a12cd00112233  2.4.1    3      2026-11-23T02:19:45Z to 2026-11-24T02:19:45Z
aa00bb11cc22dd33  -        1      -
(nothing live)    -        1      -
(unreachable)     -        1      -
(failed)          -        1      -

drifted (1 host): a
unfinished (1 host): e
locked (1 host): g
a release failed here (1 host): d
unreachable (1 host): c
failed (1 host): f
`,
  );
});

Deno.test("statusSummaryText() stays short, when hosts are 10,000", () => {
  const many = Array.from({ length: 10_000 }, (_, index) => {
    const host = `edge-${String(index).padStart(5, "0")}`;
    return index % 10 === 0 ? silent(host, "unreachable") : runs(host, whole);
  });
  assertEquals(
    statusSummaryText(summarizeStatus(many)),
    `\
RELEASE           VERSION  HOSTS  SINCE
3f9a12cd00112233  2.4.1    9,000  2026-11-24T02:19:45Z
(unreachable)     -        1,000  -

unreachable (1,000 hosts): edge-00000, edge-00010, edge-00020, edge-00030, edge-00040, edge-00050, edge-00060, edge-00070 and 992 more
`,
  );
});
