import { assertEquals } from "@std/assert";
import { failureTexts } from "../../../../lib/cli/output/reply_failures.ts";
import type { Reply } from "../../../../lib/rollout/ask.ts";

Deno.test("failureTexts() says once what kept many hosts from answering", () => {
  const away = (host: string, evidence: string): Reply<null> => ({
    host,
    status: "unreachable",
    error: { kind: "unreachable", action: "connect", host, evidence },
  });
  assertEquals(
    failureTexts([
      away("a", "a (10.0.0.1): no route"),
      { host: "b", answer: null },
      away("c", "c (10.0.0.2): no route"),
      away("d", "timed out"),
    ]),
    [
      "Cannot connect to a: a (10.0.0.1): no route\n  the same on 1 other host: c",
      "Cannot connect to d: timed out",
    ],
  );
});
