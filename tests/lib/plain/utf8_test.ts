import { assertEquals } from "@std/assert";
import { decodeUtf8, firstNonUtf8 } from "../../../lib/plain/utf8.ts";

Deno.test("firstNonUtf8() names the line and the column of the first byte that is not UTF-8", () => {
  const text = new TextEncoder().encode("a: ü\nb: 😀é");
  assertEquals(decodeUtf8(text), "a: ü\nb: 😀é");
  assertEquals(firstNonUtf8(Uint8Array.of(0xff)), { line: 1, col: 1 });
  assertEquals(firstNonUtf8(Uint8Array.of(...text, 0xff)), { line: 2, col: 7 });
  assertEquals(firstNonUtf8(Uint8Array.of(0xff, 0x0a, ...text)), { line: 1, col: 1 });
  // A sequence that ends too early.
  assertEquals(firstNonUtf8(Uint8Array.of(0x0a, 0x0a, 0x61, 0xc3)), { line: 3, col: 2 });
});
