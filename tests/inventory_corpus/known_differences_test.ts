import { assertEquals } from "@std/assert";
import { reasonFor } from "./known_differences.ts";

const known = (ours: string, theirs: string) => reasonFor({ about: "h.x", ours, theirs }) !== undefined;

Deno.test("reasonFor() knows dates within texts, keys that are numbers and loops, and nothing that is like them", () => {
  assertEquals(known(`{"value":"['2026-01-02']!"}`, `{"value":"[datetime.date(2026, 1, 2)]!"}`), true);
  assertEquals(known(`{"value":"['2026-01-02']!"}`, `{"value":"['2026-01-03']!"}`), false);
  assertEquals(known(`{"value":"{'1': 2, 'k': 3}"}`, `{"value":"{'k': 3, '1': 2}"}`), true);
  assertEquals(known(`{"value":"{'1': 2, 'k': 3}"}`, `{"value":"{'k': 2, '1': 4}"}`), false);
  assertEquals(
    known(`{"value":1}`, `{"error":"AnsibleError: recursive loop detected in template string"}`),
    true,
  );
  assertEquals(
    known(`.g_01_02T03_04 = 1\n.g_01_02_03_04 = 2`, `.g_01_02T03_04 = 2\n.g_01_02_03_04 = 1`),
    true,
  );
  assertEquals(known(`{"value":"{'1': 2}"}`, `{"value":"{1: 2}"}`), true);
  assertEquals(known(`{"value":"{'1': 2}"}`, `{"value":"{1: 3}"}`), false);
  assertEquals(known(`{"error":"x"}`, `{"value":1}`), false);
  assertEquals(known(`{"value":"{'a': 2, 'k': 3}"}`, `{"value":"{'k': 3, 'a': 2}"}`), false);
});
