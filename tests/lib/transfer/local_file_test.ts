import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { createHash } from "node:crypto";
import { digestOfPrefix, digestsBeside, samplesOf } from "../../../lib/transfer/local_file.ts";

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

async function withFile(
  text: string,
  use: (file: { path: string; sha256: string; bytes: number }) => Promise<void>,
) {
  const dir = await Deno.makeTempDir();
  try {
    const path = join(dir, "model.onnx");
    await Deno.writeTextFile(path, text);
    await use({ path, sha256: sha256(text), bytes: text.length });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("digestOfPrefix() is that of the first bytes, read once for all who ask", async () => {
  await withFile("0123456789", async (file) => {
    assertEquals(await digestOfPrefix(file, 4), sha256("0123"));
    assertEquals(await digestOfPrefix(file, 0), sha256(""));
    await Deno.remove(file.path);
    assertEquals(await digestOfPrefix(file, 4), sha256("0123"));
    await assertRejects(() => digestOfPrefix(file, 5));
  });
});

Deno.test("digestsBeside() are those of the bytes that lie beside each block, if there are any", async () => {
  await withFile("abcdefgh", async (file) => {
    const cut = { block: 3, bytes: 7 };
    assertEquals(await digestsBeside(file, cut, 0), ["abc", "def", "g"].map(sha256));
    assertEquals(await digestsBeside(file, cut, 1), ["bcd", "efg", "h"].map(sha256));
    assertEquals(await digestsBeside(file, cut, -1), [null, sha256("cde"), sha256("f")]);
    assertEquals(await digestsBeside(file, cut, 2), [sha256("cde"), sha256("fgh"), null]);
  });
});

Deno.test("samplesOf() are some blocks of a file and its end", async () => {
  await withFile("abcdefghijklmnopqrstuvwxyz".repeat(8), async (file) => {
    const samples = await samplesOf(file, 10);
    assertEquals([...samples.keys()], [1, "end", 3, 6, 9, 11, 14, 17, 19]);
    assertEquals([samples.get(1), samples.get("end")], ["klmnopqrst", "qrstuvwxyz"].map(sha256));
  });
});
