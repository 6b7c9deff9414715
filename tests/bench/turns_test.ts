import { assertEquals } from "@std/assert";
import { takeTurns } from "../../bench/turns.ts";

/** Lets contenders of so many seconds a run take turns; those of 0 seconds fail. */
async function turns(seconds: Readonly<Record<string, number>>, pairs: number) {
  const order: string[] = [];
  const runs = await takeTurns(Object.keys(seconds), { pairs, seconds: 40 }, (name, round) => {
    order.push(`${name}${round}`);
    if (seconds[name] === 0) return Promise.reject(new Error("lost", { cause: new Error("a host") }));
    return Promise.resolve({ wallMs: seconds[name]! * 1000 });
  });
  return { order: order.join(" "), runs };
}

Deno.test("takeTurns() runs everybody in turns, and does not count the first run", async () => {
  const { order, runs } = await turns({ a: 1, b: 2 }, 2);
  assertEquals(order, "a0 b0 a1 b1 a2 b2");
  assertEquals(runs.get("b"), { samples: [{ wallMs: 2000 }, { wallMs: 2000 }] });
});

Deno.test("takeTurns() stops who has no time left for another run, and counts an only run", async () => {
  const { order, runs } = await turns({ a: 1, slow: 15, slower: 60 }, 3);
  assertEquals(order, "a0 slow0 slower0 a1 slow1 a2 a3");
  assertEquals(runs.get("slow")!.samples.length, 1);
  assertEquals(runs.get("slower"), { samples: [{ wallMs: 60_000 }] });
});

Deno.test("takeTurns() gives up who fails, and goes on with the others", async () => {
  const { order, runs } = await turns({ a: 1, bad: 0 }, 1);
  assertEquals(order, "a0 bad0 a1");
  assertEquals(runs.get("bad"), { samples: [], failed: "lost: a host" });
});
