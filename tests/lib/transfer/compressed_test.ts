import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { compressed } from "../../../lib/transfer/compressed.ts";

Deno.test("compressed() is all bytes after the given ones if they shrink, and null if not", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const random = crypto.getRandomValues(new Uint8Array(60_000));
    const text = new TextEncoder().encode("sensor ".repeat(100_000));
    // It begins well and goes on badly.
    const mixed = new Uint8Array(1_000_000);
    for (let at = 300_000; at < mixed.length; at += 50_000) mixed.set(random.subarray(0, 50_000), at);
    const file = async (content: Uint8Array) => {
      const sha256 = createHash("sha256").update(content).digest("hex");
      const path = join(dir, sha256);
      await Deno.writeFile(path, content);
      return { path, sha256, bytes: content.length };
    };
    const shrinking = await file(text);
    for (const kept of [0, 1000]) {
      const packed = await compressed(shrinking, kept);
      assert(packed !== null && packed.length < 0.1 * text.length);
      assertEquals(new Uint8Array(gunzipSync(packed)), text.slice(kept));
    }
    assertEquals(await compressed(shrinking, text.length - 100), null);
    assertEquals(await compressed(await file(random), 0), null);
    assertEquals(await compressed(await file(mixed), 0), null);
    // Once for all hosts.
    await Deno.remove(shrinking.path);
    assert(await compressed(shrinking, 0) !== null);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
