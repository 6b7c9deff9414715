import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { readSets, unlistedWarnings } from "../../../../lib/cli/fleet/sets.ts";
import { UsageError } from "../../../../lib/errors.ts";
import { writeSet } from "../../../local_device.ts";

async function withFolder(use: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await use(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("readSets() reads each folder once, and names what is wrong with any of them", async () => {
  await withFolder(async (dir) => {
    const good = join(dir, "good");
    const release = await writeSet(good, { a: "a" });
    await Deno.writeTextFile(join(good, "unlisted file"), "x");
    const sets = await readSets([good, good]);
    assertEquals([...sets.keys()], [good]);
    assertEquals(sets.get(good)?.id, release.id);
    const [warning, ...more] = unlistedWarnings(sets.values());
    assertEquals(more, []);
    assertStringIncludes(warning ?? "", "unlisted file");

    await writeSet(join(dir, "bad"), { a: "a" });
    await Deno.writeTextFile(join(dir, "bad", "a"), "changed");
    const error = await assertRejects(
      () => readSets([join(dir, "bad"), good, join(dir, "gone")]),
      UsageError,
    );
    assertEquals(error.problems.length, 2);
  });
});
