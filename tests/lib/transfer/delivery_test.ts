import { assertEquals } from "@std/assert";
import {
  blockSize,
  changedBlocks,
  type Match,
  recipe,
  restOf,
  sentBytes,
} from "../../../lib/transfer/delivery.ts";

function match(at: number, block: number, bytes = 10): Match {
  return { at, bytes, copy: { block, count: 1 } };
}

Deno.test("blockSize() cuts a file into some 256 blocks of whole pages, none too small", () => {
  assertEquals([1, 1024 * 1024, 40_000_000, 1_000_000_000].map(blockSize), [16384, 16384, 159744, 3907584]);
});

Deno.test("restOf() is the file, or what is missing behind its beginning", () => {
  assertEquals([restOf(100), restOf(100, 40), restOf(0)].map(recipe), ["100", "60", ""]);
  assertEquals([restOf(100), restOf(100, 40), restOf(0)].map(sentBytes), [100, 60, 0]);
});

Deno.test("changedBlocks() copies rows of blocks and sends what is between them", () => {
  const cases: [name: string, bytes: number, kept: number, matches: Match[], recipe: string, sent: number][] =
    [
      ["a row", 50, 0, [match(0, 0), match(10, 1), match(30, 3), match(40, 4)], "0:0+2 10 30:3+2", 10],
      ["a changed beginning", 50, 0, [match(20, 2), match(30, 3), match(40, 4)], "20 20:2+3", 20],
      [
        "moved blocks",
        55,
        0,
        [match(0, 0), match(15, 1), match(25, 2), match(35, 3), match(45, 4)],
        "0:0+1 5 15:1+4",
        5,
      ],
      ["blocks that overlap", 50, 0, [match(0, 0), match(5, 7), match(10, 1), match(20, 2)], "0:0+3 20", 20],
      ["a last block that is shorter", 25, 0, [match(0, 0), match(10, 1), match(20, 2, 5)], "0:0+3", 0],
      [
        "a beginning that is there",
        50,
        15,
        [match(0, 0), match(10, 1), match(20, 2), match(30, 3)],
        "5 20:2+2 10",
        15,
      ],
      ["too little to pay", 50, 0, [match(0, 0)], "50", 50],
      ["nothing", 50, 20, [], "30", 30],
    ];
  for (const [name, bytes, kept, matches, expected, sent] of cases) {
    const delivery = changedBlocks(bytes, kept, 10, matches);
    assertEquals([recipe(delivery), sentBytes(delivery), delivery.kept], [expected, sent, kept], name);
    assertEquals(kept + delivery.parts.reduce((sum, part) => sum + part.bytes, 0), bytes, name);
  }
});

Deno.test("changedBlocks() takes matches in any order", () => {
  const matches = [match(40, 4), match(0, 0), match(30, 3), match(10, 1)];
  assertEquals(recipe(changedBlocks(50, 0, 10, matches)), "0:0+2 10 30:3+2");
});
