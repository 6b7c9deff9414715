import { assert, assertEquals, assertMatch } from "@std/assert";
import { formatNamed, formats } from "../../../../lib/report/formats/mod.ts";
import { foldReport } from "../../../../lib/report/fold/report.ts";
import { outcome, wholeRun } from "../sample.ts";

Deno.test("formats have names and files of their own, and a text for every run, when they are gone through", () => {
  const report = foldReport(wholeRun([outcome("edge-1")]));
  assert(formats.length >= 4);
  assertEquals(new Set(formats.map(({ name }) => name)).size, formats.length);
  assertEquals(new Set(formats.map(({ file }) => file)).size, formats.length);
  for (const { name, file, render } of formats) {
    assertMatch(name, /^[a-z]+$/);
    assertMatch(file, /^[a-z]+\.[a-z]+$/);
    assert([...render(report)].join("").includes("edge-1"), name);
  }
});

Deno.test("formatNamed() finds each format by its name, and none by what every object has", () => {
  for (const format of formats) assertEquals(formatNamed(format.name), format);
  assertEquals(formatNamed("toString"), undefined);
  assertEquals(formatNamed("pdf"), undefined);
});

Deno.test("docs/reports.md has a row for every format, and names its file", async () => {
  const text = await Deno.readTextFile(new URL("../../../../docs/reports.md", import.meta.url));
  for (const { name, file } of formats) {
    assert(text.includes(`\n| \`${name}\``), `${name} has no row in docs/reports.md`);
    assert(text.includes(file), `${file} is not named in docs/reports.md`);
  }
});
