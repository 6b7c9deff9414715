import { assert, assertLess } from "@std/assert";
import v8 from "node:v8";
import { heapKeeper } from "../../lib/memory.ts";

const MIB = 1024 * 1024;

/** Objects that take so many bytes, and live long enough to be kept among the old ones. */
function much(bytes: number): unknown[] {
  return Array.from({ length: bytes / 64 }, (_, at) => ({ at, next: [at] }));
}

const used = (): number => v8.getHeapStatistics().used_heap_size;

Deno.test("heapKeeper() collects when the heap has grown to twice of what was in use, and not before", () => {
  const keepSmall = heapKeeper(MIB);
  // It is more than that already.
  keepSmall();
  const base = used();
  let [most, rounds] = [0, 0];
  for (let made = 0; made < 5 * base; made += 8 * MIB) {
    much(8 * MIB);
    const before = used();
    most = Math.max(most, before);
    keepSmall();
    if (used() < before - base / 2) {
      rounds++;
      assertLess(1.8 * base, before);
    }
  }
  assertLess(most, 2.6 * base);
  assert(rounds >= 2, `it collected ${rounds} times`);
});
