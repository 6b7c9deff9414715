import { assertEquals } from "@std/assert";
import { harmless, outputForm, together } from "../../../../lib/cli/output/views.ts";

Deno.test("outputForm() is pretty only if somebody looks", () => {
  for (const output of ["plain", "json", "ndjson"] as const) assertEquals(outputForm({ output }), output);
  const expected = Deno.stdout.isTerminal() ? "pretty" : "plain";
  assertEquals([outputForm({}), outputForm({ output: "pretty" })], [expected, expected]);
});

Deno.test("together() tells every listener, in their order", () => {
  const heard: string[] = [];
  const event = { at: "2026", type: "interrupted" } as const;
  together((it) => void heard.push(`a ${it.type}`), (it) => void heard.push(`b ${it.type}`))(event);
  assertEquals(heard, ["a interrupted", "b interrupted"]);
});

Deno.test("harmless() tells a view's fault once and goes on, whatever the view does", () => {
  const told: string[] = [];
  const broken = Object.assign(() => {
    throw new RangeError("Maximum call stack size exceeded");
  }, {
    close: () => {
      throw new Error("closed");
    },
  });
  const view = harmless(broken, (text) => told.push(text));
  view({ at: "", type: "interrupted" });
  view({ at: "", type: "interrupted" });
  view.close();
  assertEquals(told, ["Cannot show the run: Maximum call stack size exceeded"]);
});
