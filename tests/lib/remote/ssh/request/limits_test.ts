import { assert, assertEquals } from "@std/assert";
import { OUTPUT } from "../../../../../lib/remote/limits.ts";
import { limitsOf } from "../../../../../lib/remote/ssh/request/limits.ts";

Deno.test("limitsOf() takes the shortest of the program's own time, the longest that the user allows, and the deadline", () => {
  const seconds = (options: Parameters<typeof limitsOf>[0], longest?: number) =>
    limitsOf(options, { commandTimeout: 300, ...(longest === undefined ? {} : { longest }) }).seconds;
  assertEquals(seconds({}), 300);
  assertEquals(seconds({ timeout: 1800 }), 1800);
  assertEquals(seconds({ timeout: 1800 }, 60), 60);
  // What a service is waited for on purpose is not the program's.
  assertEquals(seconds({ timeout: 1800, waits: 30 }, 60), 90);
  const soon = seconds({ deadline: performance.now() + 4500 });
  assert(soon === 4 || soon === 5, String(soon));
  assertEquals(seconds({ deadline: performance.now() - 1000 }), 1);
});

Deno.test("limitsOf() lets a program print the usual, what is expected besides, or what the user allows", () => {
  const bytes = (options: Parameters<typeof limitsOf>[0], maxOutput?: number) =>
    limitsOf(options, { commandTimeout: 1, ...(maxOutput === undefined ? {} : { maxOutput }) }).out.bytes;
  assertEquals(bytes({}), OUTPUT.bytes);
  assertEquals(bytes({ expected: 5 }), OUTPUT.bytes + 5);
  assertEquals(bytes({ expected: 5 }, 1000), 1005);
  assertEquals(bytes({ output: { past: "cut", bytes: 7 } }, 1000), 7);
});
