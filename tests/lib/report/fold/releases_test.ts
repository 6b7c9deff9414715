import { assertEquals } from "@std/assert";
import { countReleases } from "../../../../lib/report/fold/releases.ts";

Deno.test("countReleases() has the release on most hosts first, what is not known last", () => {
  const on = (release: string | null, n: number) => Array.from({ length: n }, () => ({ release }));
  assertEquals(
    countReleases([...on(null, 9), ...on("old", 2), ...on("new", 3)], new Map([["new", "2.4.1"]])),
    [
      { release: "new", version: "2.4.1", hosts: 3 },
      { release: "old", version: null, hosts: 2 },
      { release: null, version: null, hosts: 9 },
    ],
  );
  assertEquals(countReleases([], new Map()), []);
});
