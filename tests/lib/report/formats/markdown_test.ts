import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { code, fenced, markdown, text } from "../../../../lib/report/formats/markdown.ts";
import { foldReport } from "../../../../lib/report/fold/report.ts";
import { finished, hostEvents, names, outcome, started, task, unreachable, wholeRun } from "../sample.ts";
import { HOSTILE, nasty, runWith } from "./hostile.ts";

const page = (report: Parameters<typeof markdown.render>[0]) => [...markdown.render(report)].join("");

Deno.test("markdown.render() begins with how the run ended, then what went wrong", () => {
  const ends = [outcome("edge-1"), outcome("edge-2", unreachable("edge-2"))];
  const said = page(
    foldReport([started(["edge-1", "edge-2"]), ...ends.flatMap((end) => hostEvents(end)), finished(ends, 4)]),
  );
  assertEquals(
    said,
    `### ❌ \`deploy of 2.4.1 (3f9a12cd) on 2 hosts\`: 1 of 2 hosts went wrong

**1 unreachable** · **1 changed**

run \`20261124T021945Z-3f9a\` · started \`2026-11-24T02:19:45.000Z\` · took \`2.0s\` · sent \`2.1 MB\` · exit code \`4\`

#### unreachable (1 host)

\`edge-2\`

\`\`\`text
Cannot reach it on edge-2: no route
\`\`\`

#### Hosts

| host | status | release | took | |
| --- | --- | --- | --- | --- |
| \`edge-2\` | unreachable |  | 1.2s | \`unreachable: no route\` |
| \`edge-1\` | changed | \`3f9a12cd\` | 1.2s |  |
`,
  );
});

Deno.test("markdown.render() fits in a comment and says what it leaves out, however large the fleet and its evidence", () => {
  const hosts = names(2000).map((name, index) =>
    index % 3 > 0
      ? outcome(name)
      : outcome(name, unreachable(name, { evidence: `${"long ".repeat(999)}${index}\n`.repeat(99) }))
  );
  const said = page(foldReport(wholeRun(hosts)));
  assert(said.length < 65_536, `${said.length} characters`);
  assertStringIncludes(said, "Left out here: 657 other failures.");
  assertStringIncludes(said, "Left out here: 1,950 more hosts (617 unreachable, 1,333 changed).");
});

Deno.test("markdown.render() says so, when the run has no end", () => {
  assertStringIncludes(page(foldReport([started(["a"])])), "\n> The record of this run has no end");
});

Deno.test("markdown.render() says what would change, each plan once, when the run was dry", () => {
  const steps = [task("stage", { status: "changed", steps: ["send a", "```"] }), task("health")];
  const said = page(foldReport(wholeRun([outcome("a"), outcome("b")], steps, { dryRun: true })));
  assertStringIncludes(
    said,
    "#### Would change (2 hosts)\n\n`a`, `b`\n\n````text\nstage\n  send a\n  ```\n````\n",
  );
  assertEquals(said.split("#### Would change").length, 2);
  assert(!said.includes("sent"), "nothing travels in a dry run");
});

Deno.test("code() and text() have nothing in them that Markdown, a table or HTML would read", () => {
  for (const outside of [...HOSTILE, ...nasty(5000)]) {
    for (const said of [code(outside), text(outside)]) {
      const plain = /^(?:[\p{L}\p{N} .,-]|&#\d+;)*$/u.test(said);
      const span = /^`[^`|\\\n]*[^`|\\\n\s][^`|\\\n]*`$/.test(said);
      assert(plain || span, JSON.stringify([outside, said]));
      assert(said.isWellFormed());
    }
  }
});

Deno.test("fenced() is closed by its last line and by none before, whatever is in it", () => {
  for (const outside of [...HOSTILE, ...nasty(5000)]) {
    const lines = fenced(outside).split("\n");
    const fence = lines[0]!.replace("text", "");
    const closing = lines.flatMap((line, at) =>
      new RegExp(`^ {0,3}\`{${fence.length},}\\s*$`).test(line) ? [at] : []
    );
    assertEquals(closing, [lines.length - 2], JSON.stringify(outside));
  }
});

/** The lines that are not in a block of code. */
function outsideFences(said: string): string[] {
  let fence: string | null = null;
  return said.split("\n").filter((line) => {
    const ticks = /^`{3,}/.exec(line)?.[0];
    if (fence === null) fence = ticks ?? null;
    else if (line === fence) fence = null;
    return fence === null && ticks === undefined;
  });
}

Deno.test("markdown.render() has the same headings, and five cells for every host, whatever the texts in it", () => {
  const count = (said: string) => outsideFences(said).filter((line) => line.startsWith("#")).length;
  const harmless = count(page(runWith("x")));
  for (const outside of [...HOSTILE, ...nasty(300)]) {
    const said = page(runWith(outside));
    assertEquals(count(said), harmless, JSON.stringify(outside));
    const rows = outsideFences(said).filter((line) => line.startsWith("|"));
    assertEquals(rows.map((row) => row.split("|").length), Array(7).fill(7));
  }
});
