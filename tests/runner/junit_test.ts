import { assertEquals } from "@std/assert";
import { readJunit } from "./junit.ts";

Deno.test("readJunit() counts tests and not their steps, when a report has both", () => {
  const xml = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="deno test" tests="6" failures="3" errors="0" time="0.006">
    <testsuite name="./a_test.ts" tests="6" disabled="1" errors="0" failures="3">
        <testcase name="x passes" classname="./a_test.ts" time="0.000" line="1" col="6">
        </testcase>
        <testcase name="y &lt;fails&gt; &amp; so" classname="./a_test.ts" time="0.001" line="2" col="6">
            <failure message="Uncaught Error: no">Error: &lt;skipped/&gt;</failure>
        </testcase>
        <testcase name="z (cannot run here: needs root)" classname="./a_test.ts" time="0.000" line="3" col="6">
            <skipped/>
        </testcase>
        <testcase name="steps" classname="./a_test.ts" time="0.001" line="4" col="6">
            <failure message="1 test step failed">1 test step failed.</failure>
        </testcase>
        <testcase name="steps &gt; one" classname="./a_test.ts" time="0.000" line="4" col="41">
        </testcase>
        <testcase name="steps &gt; two" classname="./helper.ts" time="0.000" line="4" col="70">
            <failure message="Uncaught 1">1</failure>
        </testcase>
        <testcase name="short" classname="./a_test.ts" time="0.000"/>
    </testsuite>
</testsuites>`;
  assertEquals(readJunit(xml), {
    passed: ["x passes", "short"],
    failed: ["y <fails> & so", "steps"],
    why: new Map([["y <fails> & so", "Uncaught Error: no"], ["steps", "Uncaught 1"]]),
    skipped: ["z (cannot run here: needs root)"],
  });
});
