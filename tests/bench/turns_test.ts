import { assertEquals } from "@std/assert";
import { takeTurns } from "../../bench/measure/turns.ts";

/** Lets contenders of so many seconds a run take turns; those of 0 seconds fail. `once` runs once. */
async function turns(seconds: Readonly<Record<string, number>>, runs: number) {
  const order: string[] = [];
  const runsOf = (name: string): number => name === "once" ? 1 : runs;
  const found = await takeTurns(Object.keys(seconds), { runsOf, seconds: 40 }, (name, round) => {
    order.push(`${name}${round}`);
    if (seconds[name] === 0) return Promise.reject(new Error("lost", { cause: new Error("a host") }));
    return Promise.resolve({ wallMs: seconds[name]! * 1000 });
  });
  return { order: order.join(" "), samples: (name: string) => found.get(name)!.samples.length, found };
}

Deno.test("takeTurns() runs everybody in turns, and does not count the first of three runs", async () => {
  const { order, samples } = await turns({ a: 1, b: 2 }, 3);
  assertEquals([order, samples("a"), samples("b")], ["a1 b1 a2 b2 a3 b3", 2, 2]);
});

Deno.test("takeTurns() stops who has no time left for another run or has run enough, and counts one or two", async () => {
  const { order, samples } = await turns({ a: 1, late: 15, later: 60, once: 1 }, 4);
  assertEquals(order, "a1 late1 later1 once1 a2 late2 a3 a4");
  assertEquals(["a", "late", "later", "once"].map(samples), [3, 2, 1, 1]);
});

Deno.test("takeTurns() gives up who fails, and goes on with the others", async () => {
  const { order, found } = await turns({ a: 1, bad: 0 }, 2);
  assertEquals(order, "a1 bad1 a2");
  assertEquals(found.get("bad"), { samples: [], failed: "lost: a host" });
});
