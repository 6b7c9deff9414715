/** Text as it might come from outside, and a run that is full of it. @module */
import type { Event } from "../../../../lib/events.ts";
import { foldReport, type Report } from "../../../../lib/report/fold/report.ts";
import { Chance } from "../../../inventory_corpus/random/chance.ts";
import { at, finished, hostEvents, outcome, started, task } from "../sample.ts";

/** Each would end something, or begin something, in one of the formats. */
export const HOSTILE = [
  `</pre></details><script>alert(1)</script>`,
  `"><img src=x onerror='alert(1)'>`,
  "]]></failure></testcase><![CDATA[",
  "&lt;&amp;&#x0;&copy;",
  "a\x00b\x07c\x1b[31mred\x1b[0m\x1b]0;title\x07\x7f\x85\x9b",
  "half \ud800 and half \udc00, \ufffe\uffff, pair \u{1f600}",
  "line 1\n```\n# line 2\r\n~~~~\n| a | b |",
  "| pipe \\| and `tick` and ``two`` and \\",
  "@everyone #1 [x](javascript:alert(1)) ![i](http://x/y) *b* _i_ ~~s~~ <b>",
  "\u202egnp.exe \u2028\u2029\u200b",
  "--> <!-- -- ?> <?php",
  "`",
  "a|b",
  " ",
  "x".repeat(5000),
];

/** Strings of what means something somewhere, the same ones every time. */
export function nasty(howMany: number): string[] {
  const alphabet = [
    ..."<>&\"'`|\\[]()*_~#@!-=/?:;{}$%\t\r\n \x00\x1b\x7fa0é\u2028\u202e",
    "\ud800",
    "]]>",
    "```",
    "<!--",
  ];
  const chance = new Chance(1);
  return Array.from(
    { length: howMany },
    () => Array.from({ length: chance.below(24) }, () => chance.pick(alphabet)).join(""),
  );
}

/** A run of every kind of host in which `text` stands wherever something from outside can. */
export function runWith(text: string): Report {
  const error = {
    kind: "exit",
    action: `do ${text}`,
    evidence: `saw ${text}`,
    next: `then ${text}`,
    log: `log ${text}`,
  } as const;
  const bad = [`a ${text}`, `b ${text}`, `c ${text}`];
  const ends = [
    outcome(bad[0]!, { status: "failed", error, rollbackError: error }),
    outcome(bad[1]!, { status: "rolled_back", error }),
    outcome(bad[2]!, { status: "unreachable", error, release: null }),
    outcome(`d ${text}`),
  ];
  const tasks = [
    task("stage", {
      status: "changed",
      steps: [`step ${text}`],
      detail: { [`key ${text}`]: `value ${text}`, deep: [text] },
    }),
    task("health", { status: "failed", error }),
    task("commit", { status: "failed", error, rollback: true }),
  ];
  const hosts = [...ends.map(({ host }) => host), `e ${text}`];
  const set = { id: `id ${text}`, version: `version ${text}`, files: 1, bytes: 1 };
  const events: Event[] = [
    started(hosts, {
      command: `deploy ${text}`,
      artifacts: [set, set],
      waves: [{ name: `one ${text}`, hosts }, { name: `two ${text}`, hosts: [] }],
      resumes: `run ${text}`,
    }),
    { at: at(1), type: "warning", message: `warning ${text}`, host: hosts[0]! },
    { at: at(1), type: "warning", message: `general ${text}` },
    ...ends.flatMap((end, index) => hostEvents(end, index < 2 ? tasks : [])),
    { at: at(1500), type: "stopped", reason: `reason ${text}` },
    finished(ends, 2),
  ];
  return foldReport(events);
}
