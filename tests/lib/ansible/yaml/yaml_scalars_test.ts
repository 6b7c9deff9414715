import { assertEquals, assertStringIncludes } from "@std/assert";
import { inventoryOf, problemsOf } from "../files.ts";

const valueOf = async (text: string) =>
  (await inventoryOf(`web: {hosts: {h: }, vars: {a: ${text}}}\n`)).hosts[0]!.vars.a;

Deno.test("pyYamlScalars have dates as Python prints them, and refuse what is in no calendar", async () => {
  const table: readonly (readonly [text: string, value: string])[] = [
    ["2024-02-29", "2024-02-29"],
    ["2000-02-29", "2000-02-29"],
    ["2023-2-28 1:02:03", "2023-02-28T01:02:03"],
    ["2023-01-01T01:02:03-23:59", "2023-01-01T01:02:03-23:59"],
    ["'2023-02-29'", "2023-02-29"],
  ];
  for (const [text, value] of table) assertEquals(await valueOf(text), value);
  const refused = [
    ...["2023-02-29", "1900-02-29", "2023-13-01", "2023-00-10", "2023-04-31", "0000-01-01", "2023-01-00"],
    ...["2023-01-01 25:00:00", "2023-01-01 00:60:00", "2023-01-01 01:02:60", "2023-01-01T01:02:03+24"],
    "2023-01-01T01:02:03-23:99",
  ];
  for (const text of refused) {
    const problems = await problemsOf(() => valueOf(text));
    assertStringIncludes(problems.join("\n"), "0.yaml:1:31", text);
  }
});
