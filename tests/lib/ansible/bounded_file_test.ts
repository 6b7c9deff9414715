import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { readBounded, readBoundedSync } from "../../../lib/ansible/bounded_file.ts";

Deno.test("readBounded() reads all of a file, and refuses one that is larger", async () => {
  const file = await Deno.makeTempFile();
  try {
    const bytes = new Uint8Array(700_000).map((_, at) => at);
    await Deno.writeFile(file, bytes);
    assertEquals(new Uint8Array(await readBounded(file, 700_000)), bytes);
    assertEquals(new Uint8Array(readBoundedSync(file, 700_000)), bytes);
    await assertRejects(() => readBounded(file, 699_999), Error, "larger than");
    assertThrows(() => readBoundedSync(file, 699_999), Error, "larger than");
    await assertRejects(() => readBounded(`${file}.none`), Error);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test({
  name: "readBounded() ends, when a file has no end",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await assertRejects(() => readBounded("/dev/zero"), Error, "larger than 32 MiB");
    assertThrows(() => readBoundedSync("/dev/zero"), Error, "larger than 32 MiB");
  },
});
