import { assertEquals } from "@std/assert";
import { Slots } from "../../../lib/rollout/slots.ts";

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

Deno.test("Slots.each() works on as many items at once as there are slots, in their order", async () => {
  let [now, most] = [0, 0];
  const begun: number[] = [];
  await new Slots(3).each([1, 2, 3, 4, 5, 6, 7], async (item) => {
    begun.push(item);
    most = Math.max(most, ++now);
    await wait(3);
    now--;
  });
  assertEquals([most, begun], [3, [1, 2, 3, 4, 5, 6, 7]]);
});

Deno.test("Slots.each() begins nothing more once it is halted, and waits for what has begun", async () => {
  const ended: number[] = [];
  let halted = false;
  await new Slots(2).each([1, 2, 3, 4], async (item) => {
    if (item === 1) halted = true;
    await wait(3);
    ended.push(item);
  }, () => halted);
  assertEquals(ended, [1]);
});

Deno.test("Slot.during() lends the slot while one is let wait, and takes it back before others get it", async () => {
  const told: string[] = [];
  const opened = Promise.withResolvers<void>();
  await new Slots(1).each(["dead", "b", "c"], async (item, slot) => {
    if (item === "dead") {
      await slot.during(async (slow) => {
        slow();
        slow();
        await opened.promise;
      });
    } else {
      await wait(2);
      if (item === "b") opened.resolve();
      await wait(2);
    }
    told.push(item);
  });
  assertEquals(told, ["b", "dead", "c"]);
});

Deno.test("Slot.during() keeps the slot where nobody is slow, and gives it back if what it waits for fails", async () => {
  const told: string[] = [];
  await new Slots(1).each(["a", "b"], async (item, slot) => {
    try {
      await slot.during(async (slow) => {
        if (item === "a") slow();
        await wait(2);
        if (item === "a") throw new Error("not let in");
      });
    } catch {
      told.push(`${item} failed`);
    }
    told.push(item);
  });
  assertEquals(told, ["b", "a failed", "a"]);
});

Deno.test("Slot.asked() lends the slot once, while a host lets us wait for answers", async () => {
  const told: string[] = [];
  let [now, most] = [0, 0];
  await new Slots(2).each(["silent", "b", "c", "d", "e"], async (item, slot) => {
    if (item === "silent") {
      // Two questions at once, and one slot.
      await Promise.all([1, 2].map(() => slot.asked(() => wait(60), 5)));
    } else {
      most = Math.max(most, ++now);
      await wait(15);
      now--;
    }
    told.push(item);
  });
  assertEquals([told.at(-1), most], ["silent", 2]);
});

Deno.test("Slot.asked() keeps the slot where hosts go one after another, and where the answer comes soon", async () => {
  for (const [slots, patience] of [[1, 1], [2, 1000]] as const) {
    const begun: string[] = [];
    await new Slots(slots).each(["slow", "b", "c"], async (item, slot) => {
      begun.push(item);
      if (item === "slow") await slot.asked(() => wait(20), patience);
      else await wait(30);
      if (item === "slow") assertEquals(begun.length, slots);
    });
    assertEquals(begun, ["slow", "b", "c"]);
  }
});
