import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { EXIT, Failure, formatFailure, formatProblem, printable, UsageError } from "../../lib/errors.ts";

Deno.test("Failure.from() keeps a Failure, and makes a fault of all else", () => {
  const failure = new Failure({ kind: "timeout", action: "stage", evidence: "late" });
  assertStrictEquals(Failure.from(failure, "other"), failure);
  const cause = new TypeError("x is not a function");
  const fault = Failure.from(cause, "stage 1", "edge-1");
  assertEquals(fault.data, {
    kind: "fault",
    action: "stage 1",
    evidence: "x is not a function",
    host: "edge-1",
  });
  assertStrictEquals(fault.cause, cause);
  assertEquals(fault.kind, "fault");
  for (const [thrown, evidence] of [["text", "text"], [undefined, "undefined"], [7, "7"]] as const) {
    assertEquals(Failure.from(thrown, "go on").data, { kind: "fault", action: "go on", evidence });
  }
  assertEquals(fault.message, "Cannot stage 1 on edge-1: x is not a function");
});

Deno.test("formatFailure() says action, host, evidence, next move and what the host itself said", () => {
  assertEquals(
    formatFailure({
      kind: "no-space",
      action: "stage 2.4.1",
      host: "edge-9",
      evidence: "no space left\nneed 41.2 MB",
      next: "nothing changed",
      log: "one\ntwo",
    }),
    "Cannot stage 2.4.1 on edge-9: no space left\n  need 41.2 MB\n  nothing changed\n  | one\n  | two",
  );
  assertEquals(formatFailure({ kind: "fault", action: "go on", evidence: "" }), "Cannot go on: ");
});

Deno.test("formatFailure() and formatProblem() let nothing from outside write to the terminal", () => {
  const hostile = "\u001b[2J\u0007\r\u009b31m\u202e";
  for (
    const text of [
      formatFailure({
        kind: "exit",
        action: hostile,
        host: hostile,
        evidence: hostile,
        next: hostile,
        log: hostile,
      }),
      formatProblem({ where: hostile, path: hostile, message: hostile, hint: hostile }),
      printable(hostile),
    ]
  ) assert(!/[^\P{Cc}\n]|\u202e/u.test(text), JSON.stringify(text));
  assertEquals(printable("größe 🚀\n\ta"), "größe 🚀\n    a");
});

Deno.test("formatProblem() names file, line, column and path, as far as they are known", () => {
  const cases: [problem: Parameters<typeof formatProblem>[0], text: string][] = [
    [{ where: "--limit", message: "no host" }, "--limit: no host"],
    [{ where: "a.yaml", line: 3, message: "bad" }, "a.yaml:3: bad"],
    [
      { where: "a.yaml", line: 3, col: 7, path: "all.hosts", message: "bad", hint: 'did you mean "b"?' },
      'a.yaml:3:7: all.hosts: bad\n    did you mean "b"?',
    ],
  ];
  for (const [problem, text] of cases) assertEquals(formatProblem(problem), text);
});

Deno.test("UsageError has every problem, in its message too", () => {
  const error = new UsageError([{ where: "a", message: "one" }, { where: "b", message: "two" }]);
  assertEquals(error.problems.length, 2);
  assertEquals(error.message, "a: one\nb: two");
  assertEquals(UsageError.of("--only", "bad", "fix").problems, [{
    where: "--only",
    message: "bad",
    hint: "fix",
  }]);
  assertEquals(UsageError.of("--only", "bad").problems, [{ where: "--only", message: "bad" }]);
});

Deno.test("EXIT has the codes of the contract", () => {
  assertEquals(EXIT, { ok: 0, fault: 1, failed: 2, unreachable: 4, usage: 64, locked: 75, interrupted: 130 });
});
