import { assertEquals } from "@std/assert";
import { exitCodeOfReplies } from "../../../../lib/cli/commands/status.ts";
import type { Reply } from "../../../../lib/rollout/ask.ts";

const reply = (status?: "failed" | "unreachable"): Reply<null> =>
  status === undefined
    ? { host: "a", answer: null }
    : { host: "a", status, error: { kind: "exit", action: "status", evidence: "" } };

Deno.test("exitCodeOfReplies() has the codes of the contract", () => {
  const cases: [replies: ("failed" | "unreachable" | undefined)[], interrupted: boolean, code: number][] = [
    [[], false, 0],
    [[undefined, undefined], false, 0],
    [[undefined, "unreachable"], false, 4],
    [["unreachable", "failed"], false, 2],
    [["failed"], true, 130],
    [[undefined], true, 130],
  ];
  for (const [replies, interrupted, code] of cases) {
    assertEquals(exitCodeOfReplies(replies.map(reply), interrupted), code);
  }
});
