import { assert, assertEquals } from "@std/assert";
import { Throttle } from "../../../../lib/remote/ssh/throttle.ts";

Deno.test("pieces() cuts bytes into turns of a tenth of a second", () => {
  const sizes = (rate: number, bytes: number) =>
    [...new Throttle(rate).pieces(new Uint8Array(bytes))].map((piece) => piece.length);
  assertEquals(sizes(1000, 250), [100, 100, 50]);
  assertEquals(sizes(1_000_000, 50_000), [50_000]);
  assertEquals(sizes(1, 2), [1, 1]);
  assertEquals(sizes(1000, 0), []);
});

Deno.test("pass() lets so many bytes a second through, and who waits takes turns", async () => {
  const throttle = new Throttle(100_000);
  const order: string[] = [];
  const send = async (name: string): Promise<void> => {
    for (let n = 0; n < 4; n++) {
      await throttle.pass(5_000);
      order.push(name);
    }
  };
  const began = performance.now();
  await Promise.all([send("a"), send("b"), send("c")]);
  const took = performance.now() - began;
  // 60 kB, of which the first tenth of a second and the last piece are free.
  assert(took >= 440, String(took));
  // Those that were free come in any order.
  for (let at = 3; at + 3 <= order.length; at += 3) {
    assertEquals(order.slice(at, at + 3).sort(), ["a", "b", "c"], order.join(""));
  }
});

Deno.test("note() counts what does not wait", async () => {
  const throttle = new Throttle(100_000);
  throttle.note(40_000);
  const began = performance.now();
  await throttle.pass(1);
  assert(performance.now() - began >= 280);
});
