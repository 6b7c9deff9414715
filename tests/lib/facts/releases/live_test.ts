import process from "node:process";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { parseSet } from "../../../../lib/facts/releases/live.ts";

const hex = (char: string): string => char.repeat(64);
const metadata = (entries: Record<string, unknown>, more: Record<string, unknown> = {}): string =>
  JSON.stringify({ ...more, artifacts_manifest: entries });

Deno.test("parseSet() compares a set with its own metadata.json", () => {
  const text = metadata({ a: hex("a"), b: { sha256: hex("B") } }, { version: "2.4.1" });
  const output = `= files\n${hex("a")}  ./a\n${hex("b")}  ./b\n${
    hex("c")
  }  ./metadata.json\n= kib 12\n= metadata\n${text}`;
  const set = parseSet(output);
  assertEquals(set, {
    listing: new Map([["a", hex("a")], ["b", hex("b")], ["metadata.json", hex("c")]]),
    kib: 12,
    metadata: text,
    id: hex("c").slice(0, 16),
    version: "2.4.1",
    faults: [],
    unlisted: [],
  });
});

Deno.test("parseSet() names what is missing, what differs and what is not listed", () => {
  const text = metadata({ a: hex("a"), b: hex("b") });
  const set = parseSet(
    `= files\n${hex("x".replace("x", "f"))}  ./a\n${hex("1")}  ./z\n${hex("1")}  ./y\n${
      hex("c")
    }  ./metadata.json\n= kib 1\n= metadata\n${text}`,
  );
  assertEquals(set?.faults, [`a: expected ${hex("a")}, found ${hex("f")}`, "b is missing"]);
  assertEquals(set?.unlisted, ["y", "z"]);
});

Deno.test("parseSet() knows the difference between no set, an empty one and one without metadata.json", () => {
  for (const nothing of ["", "noise", "files\n"]) assertEquals(parseSet(nothing), null);
  const empty = parseSet("= files\n= kib 4\n");
  assertEquals([empty?.listing.size, empty?.kib, empty?.id, empty?.faults], [0, 4, null, [
    "metadata.json is missing",
  ]]);
  const without = parseSet(`= files\n${hex("a")}  ./a\n= kib 8\n`);
  assertEquals([without?.listing.get("a"), without?.id, without?.metadata], [hex("a"), null, null]);
});

Deno.test("parseSet() is not led astray by what metadata.json and names hold", () => {
  const hostile = metadata({ a: hex("a") }, { note: "x\n= metadata\n= kib 99999\n= files\n" });
  const set = parseSet(
    `= files\n${hex("a")}  ./a\n\\${hex("e")}  ./= kib 7\\n= metadata\n${
      hex("c")
    }  ./metadata.json\n= kib 3\n= metadata\n${hostile}`,
  );
  assertEquals([set?.kib, set?.metadata, set?.faults], [3, hostile, []]);
  assertEquals(set?.unlisted, ["= kib 7\n= metadata"]);
  for (const broken of ["", "{", "[]", "null", `{"artifacts_manifest": 7}`]) {
    const found = parseSet(`= files\n${hex("c")}  ./metadata.json\n= kib 3\n= metadata\n${broken}`);
    assertEquals((found?.faults.length ?? 0) > 0, true, broken);
  }
});

Deno.test("parseSet() says in few words what is wrong, when a metadata.json was written to do harm", () => {
  const set = (text: string) =>
    parseSet(`= files\n${hex("c")}  ./metadata.json\n= kib 1\n= metadata\n${text}`)!;
  const bad = metadata(Object.fromEntries(Array.from({ length: 65_000 }, (_, i) => [`../${i}`, "x"])));
  const cases: [text: string, says: string][] = [
    [bad, "at most 50000"],
    [
      metadata(Object.fromEntries(Array.from({ length: 40_000 }, (_, i) => [`../${i}`, "x"]))),
      "leaves the folder",
    ],
    [
      metadata(Object.fromEntries(Array.from({ length: 40_000 }, (_, i) => [`f${i}`, hex("a")]))),
      "f0 is missing",
    ],
    [`{"artifacts_manifest":${'{"a":'.repeat(100_000)}`, "deeper than 64"],
    [`{"x":[${"1,".repeat(700_000)}1]}`, "more than 600000"],
    [metadata({ ["a/".repeat(100_000)]: hex("a") }), "longer than 4096"],
    [metadata({ ["a/".repeat(200) + "b"]: hex("a") }), "more than 64 folders"],
    [metadata({ a: "z".repeat(1_000_000) }), "64 hex digits"],
    [" ".repeat(8 * 2 ** 20 + 1), "larger than 8 MiB"],
  ];
  for (const [text, says] of cases) {
    const began = process.cpuUsage();
    const { faults } = set(text);
    const { user } = process.cpuUsage(began);
    assert(user < 3e6, `${says}: took ${user} µs`);
    assertStringIncludes(faults[0]!, says);
    assert(faults.length <= 1001 && faults.join("").length < 500_000, `${faults.length} faults: ${says}`);
  }
});
