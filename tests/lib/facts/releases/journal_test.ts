import { assertEquals } from "@std/assert";
import { parseHistory, parseJournal, parseLock } from "../../../../lib/facts/releases/journal.ts";

Deno.test("parseJournal() reads what commit.sh writes, and passes over what it does not know", () => {
  const whole = [
    "release=.lockstep/releases/b",
    "previous=.lockstep/releases/a",
    "run=RUN",
    "since=2026",
    "restarted=yes",
    "serving=0a",
  ];
  const parsed = {
    release: ".lockstep/releases/b",
    previous: ".lockstep/releases/a",
    run: "RUN",
    since: "2026",
    restarted: true,
    serving: "0a",
  };
  assertEquals(parseJournal(whole), parsed);
  assertEquals(parseJournal([...whole.toReversed(), "future=1", "garbage", ""]), parsed);
  assertEquals(parseJournal(["release=r", "restarted="]), {
    release: "r",
    previous: "",
    run: "",
    since: "",
    restarted: false,
    serving: "",
  });
  assertEquals(parseJournal(["release=a=b"])?.release, "a=b");
  for (const none of [[], [""], ["previous=a"], ["release="], ["\0\0\0"]]) {
    assertEquals(parseJournal(none), null);
  }
});

Deno.test("parseLock() reads who holds a lock", () => {
  assertEquals(parseLock("7 123 boot RUN 2026-11-24T02:19:45Z mary@laptop"), {
    run: "RUN",
    since: "2026-11-24T02:19:45Z",
    who: "mary@laptop",
  });
  assertEquals(parseLock("7 123 boot RUN 2026 mary jane@my laptop")?.who, "mary jane@my laptop");
  for (const none of ["", "7", "7 123 boot", "nonsense"]) assertEquals(parseLock(none), null, none);
});

Deno.test("parseHistory() reads a line, as far as it understands it", () => {
  const line = { at: "2026", run: "RUN", event: "deploy", release: "r", version: "1", previous: "p" };
  assertEquals(parseHistory(JSON.stringify(line)), line);
  assertEquals(parseHistory(JSON.stringify({ ...line, version: null, previous: null, more: 1 })), {
    ...line,
    version: null,
    previous: null,
  });
  assertEquals(parseHistory(`{"at": 7, "run": ["x"]}`), {
    at: "",
    run: "",
    event: "",
    release: "",
    version: null,
    previous: null,
  });
  for (const none of ["", "{", "null", "7", `"text"`, `{"at": "2026`]) {
    assertEquals(parseHistory(none), null, none);
  }
});
