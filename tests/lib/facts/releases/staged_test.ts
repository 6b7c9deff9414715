import { assertEquals } from "@std/assert";
import { staged } from "../../../../lib/facts/releases/staged.ts";
import { plainSettings } from "../../../local_device.ts";

const hex = (char: string): string => char.repeat(64);
const subject = { settings: plainSettings("/opt/x"), release: null };

Deno.test("staged.parse() tells staging, slots and backups apart", () => {
  const slot = "0123456789abcdef";
  const found = staged.parse(
    `= staging\n${hex("a")}  ./a\n${hex("b")}  ./= slot x\n= slot ${slot}\n${
      hex("c")
    }  ./c\n= slot ${slot}.b\n= backups\n${hex("d")}  ./20260101T000000Z/d\n`,
    subject,
  );
  assertEquals(found.staging, new Map([["a", hex("a")], ["= slot x", hex("b")]]));
  assertEquals([...found.slots], [[slot, new Map([["c", hex("c")]])], [`${slot}.b`, new Map()]]);
  assertEquals(found.backups, new Map([["20260101T000000Z/d", hex("d")]]));
});

Deno.test("staged.parse() knows an empty staging folder from none", () => {
  assertEquals(staged.parse("= staging\n", subject).staging, new Map());
  for (const nothing of ["", "noise\n", "= backups\n"]) {
    assertEquals(staged.parse(nothing, subject).staging, null);
  }
});

Deno.test("staged.args() name the release's digests, each once for each file", () => {
  const files = [{ name: "a", sha256: hex("a"), bytes: 1 }, { name: "b", sha256: hex("b"), bytes: 1 }];
  const args = staged.args({ ...subject, release: { id: "id", version: null, files } });
  assertEquals(args, ["/opt/x", "id", "artifacts_phase2", hex("a"), hex("b")]);
});

Deno.test("staged.parse() knows how long the beginnings of files are, and leaves out what has a second name", () => {
  const found = staged.parse(
    `= staging\n${hex("a")}  ./a\n= unfinished\n1 17 ./a b\n2 18 ./linked\n ./gone\n= backups\n`,
    subject,
  );
  assertEquals(found.unfinished, new Map([["a b", 17]]));
  assertEquals(found.staging, new Map([["a", hex("a")]]));
});
