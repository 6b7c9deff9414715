import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { UsageError } from "../../../lib/errors.ts";
import { planWaves } from "../../../lib/rollout/waves.ts";

const groups: Record<string, string[]> = { canary: ["h3"], site_a: ["h1", "h2", "h3"], empty: [] };
const source = {
  where: "--waves",
  matching: (pattern: string) => {
    if (groups[pattern] === undefined) throw UsageError.of("--waves", `found "${pattern}"`);
    return groups[pattern];
  },
};
const fleet = (n: number): string[] => Array.from({ length: n }, (_, i) => `h${i + 1}`);
const sizes = (words: string, n: number): number[] =>
  planWaves(words.split(","), fleet(n), source).map(({ hosts }) => hosts.length);

Deno.test("planWaves() counts as Ansible's serial does", () => {
  const cases: [words: string, fleet: number, sizes: number[]][] = [
    ["1,10%,100%", 50, [1, 5, 44]],
    ["1,10%,100%", 1, [1]],
    ["1,10%,100%", 5, [1, 1, 3]],
    ["3", 8, [3, 3, 2]],
    ["1,3", 8, [1, 3, 3, 1]],
    ["30%", 10, [3, 3, 3, 1]],
    ["33%", 10, [3, 3, 3, 1]],
    ["1%", 3, [1, 1, 1]],
    ["100%", 3, [3]],
    ["99", 3, [3]],
    ["0.5%,rest", 1000, [5, 995]],
    ["29%,rest", 100, [29, 71]],
    ["1,1", 0, []],
  ];
  for (const [words, n, expected] of cases) assertEquals(sizes(words, n), expected, `${words} of ${n}`);
});

Deno.test("planWaves() takes groups in the inventory's order, each host in the first wave that names it", () => {
  const waves = (words: string, n = 5) => planWaves(words.split(","), fleet(n), source);
  assertEquals(waves("canary,site_a,rest"), [
    { name: "canary", hosts: ["h3"] },
    { name: "site_a", hosts: ["h1", "h2"] },
    { name: "rest", hosts: ["h4", "h5"] },
  ]);
  assertEquals(waves("2,canary,rest").map(({ hosts }) => hosts), [["h1", "h2"], ["h3"], ["h4", "h5"]]);
  assertEquals(waves("canary,50%").map(({ hosts }) => hosts.length), [1, 2, 2]);
  // What --limit has left out, and what an earlier wave has taken, makes no empty wave.
  assertEquals(waves("canary,site_a,rest", 2).map(({ name }) => name), ["site_a"]);
  assertEquals(waves("site_a,canary,rest").map(({ name }) => name), ["site_a", "rest"]);
});

Deno.test("planWaves() leaves no host out, and reads no word as another", () => {
  const problemsOf = (words: string[]): string =>
    assertThrows(() => planWaves(words, fleet(9), source), UsageError).message;
  assertStringIncludes(
    problemsOf(["canary", "site_a"]),
    "--waves: 6 of 9 hosts are in no wave: h4, h5, h6, h7, h8, …",
  );
  assertStringIncludes(problemsOf(["1", "canary", "site_a"]), 'add "rest"');
  for (const word of ["0", "-1", "1.5", "0%", "101%", "1e3%", "50 %"]) {
    const said = problemsOf([word]);
    assertStringIncludes(said, `found "${word}"`);
  }
  assertStringIncludes(problemsOf([]), "found no wave");
  // Everything that is wrong, at once.
  assertStringIncludes(problemsOf(["0", "cannary"]), 'found "cannary"');
  assertStringIncludes(problemsOf(["0", "cannary"]), 'found "0"');
});
