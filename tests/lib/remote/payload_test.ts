import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { payloadOf, payloadOfBytes } from "../../../lib/remote/payload.ts";
import type { Payload } from "../../../lib/remote/remote.ts";

async function withFolder(use: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await use(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

function whole(path: string, bytes: number) {
  return { path, parts: [{ at: 0, bytes }] };
}

async function read(payload: Payload): Promise<Uint8Array> {
  const chunks = await Array.fromAsync(payload.chunks());
  return new Uint8Array(await new Blob(chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}

Deno.test("payloadOf() sends files one after another, each as long as it was", async () => {
  await withFolder(async (dir) => {
    const sizes = [0, 1, 128 * 1024, 128 * 1024 + 1, 700_000, 0];
    const files = await Promise.all(sizes.map(async (bytes, i) => {
      const path = join(dir, `file ${i}`);
      await Deno.writeFile(path, new Uint8Array(bytes).fill(i + 1));
      return { path, parts: bytes === 0 ? [] : [{ at: 0, bytes }] };
    }));
    const payload = payloadOf(files);
    const sum = sizes.reduce((a, b) => a + b, 0);
    assertEquals(payload.bytes, sum);
    const sent = await read(payload);
    assertEquals(sent.length, sum);
    let at = 0;
    for (const [i, bytes] of sizes.entries()) {
      assertEquals(sent.subarray(at, at + bytes).every((byte) => byte === i + 1), true);
      at += bytes;
    }
  });
});

Deno.test("payloadOf() cuts a file that has grown, and fails for one that has become shorter or is gone", async () => {
  await withFolder(async (dir) => {
    const path = join(dir, "model.onnx");
    await Deno.writeTextFile(path, "0123456789");
    assertEquals(new TextDecoder().decode(await read(payloadOf([whole(path, 4)]))), "0123");
    await assertRejects(() => read(payloadOf([whole(path, 11)])), Error, "shorter");
    await assertRejects(() => read(payloadOf([whole(join(dir, "gone"), 1)])), Error);
    await assertRejects(() => read(payloadOf([{ parts: [{ at: 0, bytes: 1 }] }])), Error);
  });
});

Deno.test("payloadOf() sends the named parts of a file, when not all of it is wanted", async () => {
  await withFolder(async (dir) => {
    const path = join(dir, "model.onnx");
    await Deno.writeTextFile(path, "0123456789");
    const parts = [{ at: 1, bytes: 2 }, { at: 3, bytes: 1 }, { at: 8, bytes: 2 }];
    const payload = payloadOf([{ path, parts }, { path, parts: [] }, whole(path, 1)]);
    assertEquals([payload.bytes, new TextDecoder().decode(await read(payload))], [6, "123890"]);
  });
});

Deno.test("payloadOf() sends what was packed instead of a file's parts", async () => {
  await withFolder(async (dir) => {
    const path = join(dir, "model.onnx");
    await Deno.writeTextFile(path, "0123456789");
    const payload = payloadOf([
      { ...whole(path, 10), packed: new TextEncoder().encode("zz") },
      whole(path, 3),
    ]);
    assertEquals([payload.bytes, new TextDecoder().decode(await read(payload))], [5, "zz012"]);
  });
});

Deno.test("payloadOfBytes() sends bytes that are at hand", async () => {
  const bytes = new TextEncoder().encode("größe\0");
  assertEquals([payloadOfBytes(bytes).bytes, await read(payloadOfBytes(bytes))], [bytes.length, bytes]);
});

Deno.test({
  name:
    "payloadOf() sends nothing of a file that has become a link, a pipe or lies behind one, since its digest was taken",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withFolder(async (dir) => {
      const secret = join(dir, "secret");
      await Deno.writeTextFile(secret, "0123456789");
      await Deno.mkdir(join(dir, "elsewhere"));
      await Deno.writeTextFile(join(dir, "elsewhere/file"), "0123456789");
      const tricks: [what: string, trick: (file: string, folder: string) => Promise<unknown>][] = [
        ["a link", async (file) => {
          await Deno.remove(file);
          await Deno.symlink(secret, file);
        }],
        ["a folder that is a link", async (_, folder) => {
          await Deno.rename(folder, `${folder}.away`);
          await Deno.symlink(join(dir, "elsewhere"), folder);
        }],
        ["a pipe", async (file) => {
          await Deno.remove(file);
          await new Deno.Command("mkfifo", { args: [file] }).output();
        }],
      ];
      for (const [what, trick] of tricks) {
        const folder = join(dir, `folder of ${what}`);
        const file = join(folder, "file");
        await Deno.mkdir(folder);
        await Deno.writeTextFile(file, "0123456789");
        assertEquals((await read(payloadOf([whole(file, 10)]))).length, 10);
        await trick(file, folder);
        await assertRejects(
          () => read(payloadOf([whole(file, 10)])),
          Error,
          "no longer the regular file",
          what,
        );
      }
    }),
});
