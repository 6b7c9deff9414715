/**
 * The fault matrix on work of a few steps, in memory.
 * @module
 */
import { assertEquals, assertRejects } from "@std/assert";
import { type FaultMatrix, faultMatrix } from "./fault_matrix.ts";

/** A place with one name, that is switched from the old set to the new one. */
interface Place {
  live: string;
  stopAt: number;
  stopped: boolean;
}

type Step = (place: Place) => void;

const switchAtOnce: readonly Step[] = [() => {}, (place) => place.live = "new", () => {}];
const removeFirst: readonly Step[] = [() => {}, (place) => place.live = "", (place) => place.live = "new"];

/** The work ends before the Nth of its steps. */
function matrixOf(steps: readonly Step[], width = 1): FaultMatrix<Place, { text: string }, string> {
  return {
    fault: {
      name: "power cut",
      arm: (place, point) => void (place.stopAt = point),
      fired: ({ stopped }) => stopped,
      at: (point) => `step ${point}`,
    },
    places: Array.from({ length: width }, () => ({ live: "", stopAt: 0, stopped: false })),
    prep: async (places) => {
      for (const place of places) Object.assign(place, { live: "old", stopped: false });
      await Promise.resolve();
    },
    body: (places) => {
      for (const place of places) {
        for (const [i, step] of steps.entries()) {
          place.stopped ||= i + 1 === place.stopAt;
          if (!place.stopped) step(place);
        }
      }
      return Promise.resolve({ text: "what the work said" });
    },
    check: (place) => {
      if (place.live === "") throw new Error("nothing is live");
      return Promise.resolve(place.live);
    },
  };
}

for (const width of [1, 2, 7]) {
  Deno.test(`faultMatrix() tries every point until the work comes through, when ${width} are tried at once`, async () => {
    const tried = await faultMatrix(matrixOf(switchAtOnce, width));
    assertEquals(tried.map(({ point, seen }) => [point, seen]), [[1, "old"], [2, "old"], [3, "new"]]);
  });

  Deno.test(`faultMatrix() finds the one point that breaks a promise, when ${width} are tried at once`, async () => {
    const error = await assertRejects(() => faultMatrix(matrixOf(removeFirst, width)), Error);
    const [first, ...rest] = error.message.split("\n");
    assertEquals(first, "power cut at step 3: nothing is live");
    assertEquals(rest.at(-1), "what the work said");
  });
}

Deno.test("faultMatrix() finds what the work breaks by itself, when the fault has not fired", async () => {
  const forgets: readonly Step[] = [() => {}, () => {}, (place) => place.live = ""];
  await assertRejects(() => faultMatrix(matrixOf(forgets)), Error, "power cut at step 4: nothing is live");
});

Deno.test("faultMatrix() finds what is broken once a round was checked", async () => {
  const matrix = {
    ...matrixOf(switchAtOnce, 2),
    after: () => Promise.reject(new Error("it does not converge")),
  };
  await assertRejects(
    () => faultMatrix(matrix),
    Error,
    "it does not converge\npower cut at step 1\npower cut at step 2",
  );
});

Deno.test("faultMatrix() fails, when the fault has never fired", async () => {
  await assertRejects(() => faultMatrix(matrixOf([])), Error, "nothing is proven");
  const chance = { ...matrixOf(switchAtOnce), points: [8, 9], mayMiss: true };
  await assertRejects(() => faultMatrix(chance), Error, "nothing is proven");
});

Deno.test("faultMatrix() fails, when a point that was asked for is not met, unless it may be missed", async () => {
  const listed = { ...matrixOf(switchAtOnce, 2), points: [3, 9, 1] };
  await assertRejects(() => faultMatrix(listed), Error, "the work has not come to step 9");
  const tried = await faultMatrix({ ...listed, mayMiss: true });
  assertEquals(tried.map(({ fired, seen }) => [fired, seen]), [[true, "new"], [false, "new"], [true, "old"]]);
});

Deno.test("faultMatrix() fails, when a point is not met and a later one is: the work does not count as it should", async () => {
  const matrix = matrixOf(switchAtOnce, 2);
  const fired = (place: Place) => place.stopped && place.stopAt !== 1;
  await assertRejects(
    () => faultMatrix({ ...matrix, fault: { ...matrix.fault, fired } }),
    Error,
    "has not come to step 1",
  );
});
