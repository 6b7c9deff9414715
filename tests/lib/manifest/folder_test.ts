import { assertEquals, assertLess, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { hashFile } from "../../../lib/manifest.ts";
import { listFolder, mapFew } from "../../../lib/manifest/folder.ts";

async function inFolder(work: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await work(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("hashFile() gives digest and size, if the file is empty, small or longer than a piece", () =>
  inFolder(async (dir) => {
    const path = join(dir, "f");
    for (const bytes of [0, 1, 1024 * 1024, 1024 * 1024 * 2 + 7]) {
      const content = new Uint8Array(bytes).map((_, index) => index % 251);
      await Deno.writeFile(path, content);
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", content)).toHex();
      assertEquals(await hashFile(path), { sha256: digest, bytes });
    }
  }));

Deno.test("hashFile() rejects, if there is no file", () =>
  inFolder(async (dir) => {
    await assertRejects(() => hashFile(join(dir, "none")), Deno.errors.NotFound);
  }));

Deno.test("hashFile() needs no more memory, if a file has 300 MB", () =>
  inFolder(async (dir) => {
    const path = join(dir, "sparse");
    const size = 300 * 1024 * 1024;
    await Deno.writeFile(path, new Uint8Array());
    await Deno.truncate(path, size);
    const before = Deno.memoryUsage().rss;
    assertEquals((await hashFile(path)).bytes, size);
    assertLess(Deno.memoryUsage().rss - before, 60 * 1024 * 1024);
  }));

Deno.test("mapFew() keeps the order and at most four at work, if items take different times", async () => {
  let [running, most] = [0, 0];
  const results = await mapFew([5, 1, 4, 2, 3, 0, 6], async (item) => {
    most = Math.max(most, ++running);
    await new Promise((done) => setTimeout(done, item));
    running--;
    return item * 2;
  });
  assertEquals(results, [10, 2, 8, 4, 6, 0, 12]);
  assertEquals(most, 4);
});

Deno.test({
  name: "listFolder() follows links once and names what is no file, when a folder holds links and pipes",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder(async (dir) => {
      await Deno.mkdir(join(dir, "a/deep"), { recursive: true });
      await Deno.mkdir(join(dir, "b"));
      await Deno.writeTextFile(join(dir, "a/deep/x"), "");
      await Deno.writeTextFile(join(dir, "b/y"), "");
      await Deno.symlink("a/deep/x", join(dir, "link"));
      await Deno.symlink("a/deep", join(dir, "folder"));
      await Deno.symlink("nowhere", join(dir, "dangling"));
      await Deno.symlink("self", join(dir, "self"));
      await Deno.symlink("../b", join(dir, "a/to-b"));
      await Deno.symlink("../a", join(dir, "b/to-a"));
      await Deno.symlink("../..", join(dir, "b/up"));
      await new Deno.Command("mkfifo", { args: [join(dir, "pipe")] }).output();
      assertEquals(await listFolder(dir), [
        { name: "a/deep/x", kind: "file" },
        { name: "a/to-b/to-a", kind: "loop" },
        { name: "a/to-b/up", kind: "loop" },
        { name: "a/to-b/y", kind: "file" },
        { name: "b/to-a/deep/x", kind: "file" },
        { name: "b/to-a/to-b", kind: "loop" },
        { name: "b/up", kind: "loop" },
        { name: "b/y", kind: "file" },
        { name: "dangling", kind: "broken" },
        { name: "folder/x", kind: "file" },
        { name: "link", kind: "file" },
        { name: "pipe", kind: "special" },
        { name: "self", kind: "broken" },
      ]);
    }),
});
