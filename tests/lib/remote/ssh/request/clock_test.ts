import { assert, assertEquals } from "@std/assert";
import { type Late, RequestClock } from "../../../../../lib/remote/ssh/request/clock.ts";

/** A clock, and what it has said. */
function clockOf(heard: () => number): { clock: RequestClock; said: Late[] } {
  const said: Late[] = [];
  return { clock: new RequestClock(heard, (why) => said.push(why)), said };
}

const pass = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

Deno.test("RequestClock is late once, after its limit, and not while it is paused or stopped", async () => {
  const { clock, said } = clockOf(() => performance.now());
  clock.start(0.02);
  clock.pause();
  clock.start(0.02);
  await pass(60);
  assertEquals(said, []);
  clock.resume();
  clock.start(0.02);
  await pass(60);
  assertEquals(said, ["limit"]);
  clock.restart(0.02);
  assert(clock.took < 0.02);
  clock.stop();
  await pass(60);
  assertEquals(said, ["limit"]);
});

Deno.test("RequestClock is late before its limit, if the device is silent for too long since it began", async () => {
  let heard = -Infinity;
  const said: Late[] = [];
  const clock = new RequestClock(() => heard, (why) => said.push(why), 0.05);
  clock.start(60);
  await pass(30);
  heard = performance.now();
  await pass(35);
  assertEquals(said, []);
  await pass(60);
  assertEquals(said, ["silence"]);
});
