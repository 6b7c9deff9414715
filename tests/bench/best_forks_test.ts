import { assertEquals } from "@std/assert";
import { BestForks } from "../../bench/best_forks.ts";
import { ansible } from "../../bench/contenders/ansible.ts";
import { floor } from "../../bench/contenders/floor.ts";

/** Milliseconds by forks: fastest with 20. */
const times: Readonly<Record<number, number>> = { 5: 300, 10: 250, 20: 100, 50: 200 };

/** Asks for the forks of a contender on one fleet after another; what was chosen, and how often it was tried. */
async function choose(contender: typeof floor, fleets: readonly (readonly [hosts: number, setMb: number])[]) {
  const best = new BestForks([5, 20, 50], 7);
  const chosen: number[] = [];
  for (const [hosts, setMb] of fleets) {
    chosen.push(await best.of(contender, { hosts, setMb }, (forks) => Promise.resolve(times[forks]!)));
  }
  return { chosen, tried: best.tried.map(({ hosts, forks }) => `${forks} of ${hosts}`) };
}

Deno.test("BestForks takes the fastest, never more than there are hosts, and in a large fleet what was best before", async () => {
  assertEquals(await choose(ansible, [[10, 2], [50, 2], [200, 2]]), {
    chosen: [10, 20, 20],
    tried: ["5 of 10", "10 of 10", "5 of 50", "20 of 50", "50 of 50"],
  });
});

Deno.test("BestForks tries once, when the same fleet is asked for again", async () => {
  const best = new BestForks([5, 20], 7);
  const fleet = { hosts: 50, setMb: 2 };
  let runs = 0;
  const run = (forks: number) => (runs++, Promise.resolve(times[forks]!));
  assertEquals([await best.of(ansible, fleet, run), await best.of(ansible, fleet, run), runs], [20, 20, 2]);
});

Deno.test("BestForks leaves alone who has a number of its own, and goes on where a run fails", async () => {
  assertEquals(await choose(floor, [[50, 2]]), { chosen: [7], tried: [] });
  const best = new BestForks([5, 20], 7);
  const run = (forks: number) => forks === 20 ? Promise.reject(new Error("lost")) : Promise.resolve(300);
  assertEquals(await best.of(ansible, { hosts: 50, setMb: 2 }, run), 5);
});
