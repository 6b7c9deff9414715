import { assertEquals } from "@std/assert";
import { parseBlocks } from "../../../lib/facts/blocks.ts";

const hex = (char: string): string => char.repeat(64);
const cuttings = [{ name: "a", block: 10 }, { name: "b", block: 10 }, { name: "c", block: 10 }];

Deno.test("parseBlocks() tells the blocks of each file, and leaves out what is not whole", () => {
  const found = parseBlocks(
    `= 15\n${hex("1")}  -\n${hex("2")}  -\n= 15\n${hex("3")}  -\n= 10\n${hex("4")}  -\n`,
    cuttings,
  );
  assertEquals([...found], [
    ["a", { bytes: 15, digests: [hex("1"), hex("2")] }],
    ["c", { bytes: 10, digests: [hex("4")] }],
  ]);
});

Deno.test("parseBlocks() makes something of whatever a device prints", () => {
  for (const broken of ["", "noise\n", "= 0\n= 99999\n", `= x\n${hex("1")}  -\n`]) {
    assertEquals(parseBlocks(broken, cuttings).size, 0, broken);
  }
});
