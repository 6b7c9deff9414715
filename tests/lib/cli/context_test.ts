import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import {
  outputForm,
  readSets,
  releaseOf,
  runContext,
  together,
  unlistedWarnings,
} from "../../../lib/cli/context.ts";
import { UsageError } from "../../../lib/errors.ts";
import { writeSet } from "../../local_device.ts";

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
    assertEquals(releaseOf(sets.get(good)!), release);
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

Deno.test("outputForm() is pretty only where somebody looks", () => {
  for (const output of ["plain", "json", "ndjson"] as const) assertEquals(outputForm({ output }), output);
  const expected = Deno.stdout.isTerminal() ? "pretty" : "plain";
  assertEquals([outputForm({}), outputForm({ output: "pretty" })], [expected, expected]);
});

Deno.test("runContext() begins a run with an id of its own", () => {
  const [one, two] = [
    runContext("deploy", { dryRun: false, check: false }),
    runContext("deploy", { dryRun: false, check: true }),
  ];
  assertEquals([one.command, Boolean(one.dryRun), Boolean(two.dryRun)], ["deploy", false, true]);
  assertEquals(one.id === two.id, false);
  assertEquals(/^\S+@\S+$/.test(one.who), true, one.who);
});

Deno.test("together() tells every listener, in their order", () => {
  const heard: string[] = [];
  const event = { at: "2026", type: "interrupted" } as const;
  together((it) => void heard.push(`a ${it.type}`), (it) => void heard.push(`b ${it.type}`))(event);
  assertEquals(heard, ["a interrupted", "b interrupted"]);
});
