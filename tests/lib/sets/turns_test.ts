import { assertEquals } from "@std/assert";
import { turnsOf, type TurnTask } from "../../../lib/sets/turns.ts";

interface Named extends TurnTask {
  readonly name: string;
}

const task = (name: string, rest: Partial<TurnTask> = {}): Named => ({
  name,
  switches: false,
  perSet: true,
  ...rest,
});
const look = task("look");
const stage = task("stage");
const commit = task("commit", { switches: true });
const restart = task("restart");
const health = task("health", { confirms: true });
const hook = task("hook");
const once = task("once", { perSet: false });

/** `stage a, commit b, health a (holds)`. */
const inWords = (pipeline: readonly Named[], sets: readonly string[]): string =>
  turnsOf(pipeline, sets).map(({ task, set, holds, again }) =>
    `${task.name} ${set}${holds ? " (holds)" : ""}${again ? " (again)" : ""}`
  ).join(", ");

Deno.test("turnsOf() switches no set before all are staged, and confirms none before all are well", () => {
  assertEquals(
    inWords([look, stage, commit, restart, health, hook], ["a", "b", "c"]),
    "look a, look b, look c, stage a, stage b, stage c, " +
      "commit a, restart a, health a (holds), commit b, restart b, health b (holds), " +
      "commit c, restart c, health c (holds), health c (again), health b (again), health a (again), " +
      "hook a, hook b, hook c",
  );
});

Deno.test("turnsOf() is the pipeline itself, when there is one set; and what is the host's runs once, when there are more", () => {
  assertEquals(
    inWords([look, once, commit, health, once], ["a"]),
    "look a, once a, commit a, health a, once a",
  );
  assertEquals(inWords([once], ["a", "b"]), "once b");
  assertEquals(inWords([look, once, look], ["a", "b"]), "look a, look b, once b, look a, look b");
  assertEquals(
    inWords([once, commit, once, health, once], ["a", "b"]),
    "once b, commit a, health a (holds), commit b, once b, health b (holds), " +
      "health b (again), health a (again), once b",
  );
  assertEquals(
    inWords([stage, commit, restart], ["a", "b"]),
    "stage a, stage b, commit a, restart a, commit b, restart b",
  );
  assertEquals(inWords([look], []), "");
});
