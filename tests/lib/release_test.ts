import { assert, assertEquals } from "@std/assert";
import {
  backupName,
  difference,
  expiredBackups,
  freeSlot,
  holds,
  isExactly,
  isTimedBackup,
  linkSlot,
  type Listing,
  planTransfer,
  type Release,
  releaseId,
  releaseName,
  slotLink,
  slotRelease,
} from "../../lib/release.ts";

const digest = (char: string): string => char.repeat(64);
const release = (files: Record<string, string>): Release => ({
  id: "0123456789abcdef",
  version: "2.4.1",
  files: Object.entries(files).map(([name, char]) => ({
    name,
    sha256: digest(char),
    bytes: 10,
    path: `/set/${name}`,
  })),
});
const listing = (files: Record<string, string>): Listing =>
  new Map(Object.entries(files).map(([name, char]) => [name, digest(char)]));

Deno.test("releaseName() is the version, or the id where there is none", () => {
  assertEquals(releaseName({ id: "0123456789abcdef", version: "2.4.1" }), "2.4.1");
  assertEquals(releaseName({ id: "0123456789abcdef", version: null }), "0123456789abcdef");
});

Deno.test("releaseId() is the first 16 hex digits of a digest", () => {
  assertEquals(releaseId(`0123456789abcdef${"f".repeat(48)}`), "0123456789abcdef");
});

Deno.test("linkSlot() knows the links that slotLink() makes, and no other", () => {
  for (const slot of ["0123456789abcdef", "0123456789abcdef.b", "before-RUN", "backup-my old set"]) {
    assertEquals(linkSlot(slotLink(slot)), slot);
  }
  for (
    const link of [
      "",
      ".lockstep/releases/",
      ".lockstep/releases/a/b",
      ".lockstep/staging/a",
      "backup/20260101T000000Z",
      "/opt/iot-inference/elsewhere",
      "releases/a",
    ]
  ) assertEquals(linkSlot(link), null, link);
});

Deno.test("freeSlot() is never the live one, and slotRelease() knows whose it is", () => {
  const id = "0123456789abcdef";
  const cases: [live: string | null, free: string][] = [
    [null, id],
    ["fedcba9876543210", id],
    [`${id}.b`, id],
    [id, `${id}.b`],
  ];
  for (const [live, free] of cases) {
    assertEquals(freeSlot(id, live), free);
    assertEquals(slotRelease(free), id);
  }
});

Deno.test("backupName() is UTC to the second, and sorts by time", () => {
  const name = (at: string): string => backupName(new Date(at), false);
  assertEquals(name("2026-11-24T02:19:45.678Z"), "20261124T021945Z");
  assertEquals(name("2026-11-24T02:19:45+02:00"), "20261124T001945Z");
  assert(name("2026-09-30T23:59:59Z") < name("2026-10-01T00:00:00Z"));
  assert(isTimedBackup(name("2026-11-24T02:19:45Z")));
});

Deno.test("isTimedBackup() takes only names that are times for ours to remove", () => {
  const timed = ["20261124T021945Z", "20261124T021945Z-2", "20261124T021945Z-17", "20261124-021945"];
  const users = [
    "",
    "mine",
    "2026",
    "20261124",
    "20261124T021945",
    "20261124T021945Z-",
    "20261124T021945Z-2 copy",
    "20261124T021945Z.bak",
    "x20261124T021945Z",
    "20261124-021945-good",
    "20261124T021945Z\n",
    "-rf",
    "..",
  ];
  for (const name of timed) assert(isTimedBackup(name), name);
  for (const name of users) assert(!isTimedBackup(name), name);
});

Deno.test("expiredBackups() names the oldest past what is kept, and never one of the user's", () => {
  const names = [
    "mine",
    "20260103T000000Z",
    "20260101-000000",
    "20260102T000000Z",
    "20260103T000000Z-2",
    "20250101",
  ];
  const cases: [keep: number, expired: string[]][] = [
    [0, ["20260101-000000", "20260102T000000Z", "20260103T000000Z", "20260103T000000Z-2"]],
    [1, ["20260101-000000", "20260102T000000Z", "20260103T000000Z"]],
    [3, ["20260101-000000"]],
    [4, []],
    [99, []],
  ];
  for (const [keep, expired] of cases) {
    assertEquals(expiredBackups(names, keep), expired);
    assertEquals(expiredBackups([...names].reverse(), keep), expired);
  }
  assertEquals(expiredBackups([], 0), []);
});

Deno.test("expiredBackups() takes the tenth backup of a second for newer than the ninth", () => {
  const names = Array.from({ length: 12 }, (_, i) => `20260101T000000Z${i === 0 ? "" : `-${i + 1}`}`);
  assertEquals(expiredBackups(names, 2), names.slice(0, 10));
});

Deno.test("expiredBackups() sorts the manual's names and ours by time, also within a day", () => {
  assertEquals(expiredBackups(["20260101T080000Z", "20260101-200000"], 1), ["20260101T080000Z"]);
});

Deno.test("holds(), isExactly() and difference() compare a folder with a release", () => {
  const wanted = release({ a: "a", "sub/b": "b" });
  const cases: [
    found: Record<string, string>,
    holds: boolean,
    exactly: boolean,
    difference: RegExp | null,
  ][] = [
    [{ a: "a", "sub/b": "b" }, true, true, null],
    [{ a: "a", "sub/b": "b", more: "c" }, true, false, null],
    [{ a: "a" }, false, false, /sub\/b is missing/],
    [{ a: "a", "sub/b": "c" }, false, false, /sub\/b: expected b+, found c+/],
    [{ a: "b", "sub/b": "a" }, false, false, /a: expected/],
    [{}, false, false, /a is missing/],
  ];
  for (const [found, held, exact, words] of cases) {
    assertEquals(holds(listing(found), wanted), held);
    assertEquals(isExactly(listing(found), wanted), exact);
    const said = difference(listing(found), wanted);
    if (words === null) assertEquals(said, null);
    else assert(words.test(said ?? ""), String(said));
  }
  assert(isExactly(new Map(), release({})));
});

Deno.test("planTransfer() sends only what is nowhere on the device", () => {
  const wanted = release({ a: "a", b: "b", c: "c", "d/e": "a" });
  const cases: [
    name: string,
    staged: Record<string, string>,
    folders: Record<string, Record<string, string>>,
    take: [from: string, name: string][],
    send: string[],
  ][] = [
    ["nothing there", {}, {}, [], ["a", "b", "c", "d/e"]],
    ["all staged", { a: "a", b: "b", c: "c", "d/e": "a" }, { live: { a: "a" } }, [], []],
    ["staged with another digest", { a: "x", b: "b" }, {}, [], ["a", "c", "d/e"]],
    ["in the live set", {}, { live: { a: "a", b: "b" } }, [["live/a", "a"], ["live/b", "b"], [
      "live/a",
      "d/e",
    ]], ["c"]],
    ["under another name", {}, { live: { "x/y z": "c" } }, [["live/x/y z", "c"]], ["a", "b", "d/e"]],
    [
      "in several folders: the first is taken",
      {},
      { slot: { q: "b" }, live: { b: "b", c: "c" } },
      [["slot/q", "b"], ["live/c", "c"]],
      ["a", "d/e"],
    ],
  ];
  for (const [name, staged, folders, take, send] of cases) {
    const plan = planTransfer(
      wanted,
      listing(staged),
      Object.entries(folders).map(([path, files]) => ({ path, listing: listing(files) })),
    );
    assertEquals(plan.take.map(({ from, name }) => [from, name]), take as string[][], name);
    assertEquals(plan.send.map((file) => file.name), send, name);
  }
});
