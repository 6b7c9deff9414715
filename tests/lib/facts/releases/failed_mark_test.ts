import { assertEquals } from "@std/assert";
import { faultOf, markInWords, markLine, parseFailed } from "../../../../lib/facts/releases/failed_mark.ts";

const mark = { at: "2026-11-24T02:19:45.123Z", run: "20261124T0219Z-3f9a", fault: "unhealthy" } as const;

Deno.test("parseFailed() reads what markLine() writes, and an empty mark of an earlier version", () => {
  assertEquals(parseFailed(`0a ${markLine(mark)}`), { release: "0a", mark });
  assertEquals(parseFailed("0a"), { release: "0a", mark: null });
  assertEquals(
    markInWords(mark),
    "its service did not become ready, in run 20261124T0219Z-3f9a at 2026-11-24T02:19:45.123Z",
  );
});

Deno.test("parseFailed() believes no mark of another form, whatever a device says", () => {
  const line = markLine(mark);
  for (
    const other of [
      "x",
      `${line} more`,
      line.replace("unhealthy", "toString"),
      line.replace("unhealthy", "privilege"),
      line.replace("-3f9a", "\u001b[31m"),
      line.replace("2026-11", "yesterday"),
      line.replace("3f9a", "f".repeat(100)),
    ]
  ) {
    assertEquals(parseFailed(`0a ${other}`), { release: "0a", mark: null }, other);
    assertEquals(markInWords(parseFailed(`0a ${other}`).mark), "the time and reason were not recorded");
  }
});

Deno.test("faultOf() finds the release at fault only where its service was started, and failed", () => {
  assertEquals([faultOf("service"), faultOf("unhealthy")], ["service", "unhealthy"]);
  for (const kind of ["not-tried", "privilege", "unsuitable", "timeout", "dropped", "toString"]) {
    assertEquals(faultOf(kind), null, kind);
  }
});
