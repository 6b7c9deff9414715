import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { forgetSecrets, noteSecret } from "../../../../lib/secrets.ts";
import { contentDiff } from "../../../../tasks/common/files/content_diff.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const diff = (before: string | null, after: string | null): string =>
  contentDiff("/etc/f", before === null ? null : bytes(before), after === null ? null : bytes(after));

Deno.test("contentDiff() shows lines of text, and what comes and goes as a whole", () => {
  assertEquals(diff("a\nb\n", "a\nc\n"), "--- /etc/f (there)\n+++ /etc/f\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n");
  assertEquals(diff(null, "a\n"), "--- /dev/null\n+++ /etc/f\n@@ -0,0 +1 @@\n+a\n");
  assertEquals(diff("a\n", null), "--- /etc/f (there)\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n");
  assertEquals(diff("a\n", "a\n"), "");
});

Deno.test("contentDiff() says what is no text, and what is too large, and shows none of it", () => {
  assertEquals(
    contentDiff("/f", new Uint8Array([0xff, 0xfe]), bytes("a")),
    "--- /f (there)\n+++ /f\nbinary: 2 bytes now, 1 bytes after\n",
  );
  assertStringIncludes(contentDiff("/f", bytes("a\0b"), null), "binary: 3 bytes now, nothing after");
  assertStringIncludes(
    contentDiff("/f", { bytes: 9_000_000 }, bytes("")),
    "too large to be shown: 9000000 bytes now",
  );
  const long = Array.from({ length: 20_000 }, (_, at) => `line ${at}\n`).join("");
  const told = diff("", long);
  assert(told.length < 20_000, `${told.length}`);
  assertStringIncludes(told, "characters left out");
});

Deno.test("contentDiff() masks secrets, those of several lines too, and what they replace", () => {
  try {
    noteSecret("correct-horse-battery");
    noteSecret("-----BEGIN KEY-----\nMIIEabcdefgh\nqrstuvwxyz12\n-----END KEY-----");
    const older = "user = bob\npassword: an-older-one-nobody-named\nport = 1\nend\n";
    const told = diff(older, "user = bob\npassword: correct-horse-battery\nport = 1\nend\n");
    assert(!told.includes("correct") && !told.includes("older"), told);
    assertStringIncludes(told, "-********\n+password: ********\n");
    const key = diff(
      "a\n",
      "a\n-----BEGIN KEY-----\nMIIEabcdefgh\nqrstuvwxyz12\n-----END KEY-----\n",
    );
    assert(!key.includes("MIIE") && !key.includes("qrst"), key);
    noteSecret("another-known-secret");
    assertStringIncludes(
      diff("x another-known-secret\n", "x correct-horse-battery\n"),
      "only in secret parts",
    );
  } finally {
    forgetSecrets();
  }
});
