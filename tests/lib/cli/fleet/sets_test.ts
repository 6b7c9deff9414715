import { connector } from "../../../../lib/rollout/connector.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import {
  harmless,
  outputForm,
  readSets,
  releaseOf,
  runContext,
  together,
  unlistedWarnings,
} from "../../../../lib/cli/fleet/hosts.ts";
import { UsageError } from "../../../../lib/errors.ts";
import { payloadOfBytes } from "../../../../lib/remote/payload.ts";
import { program } from "../../../../lib/remote/program.ts";
import { makeLocalDevice, writeSet } from "../../../local_device.ts";
import { testWhere } from "../../../support.ts";

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

testWhere("connector() shares --bwlimit between the hosts of a run", { needs: ["linux"] }, async () => {
  await using device = await makeLocalDevice();
  const connect = connector({ connectTimeout: 5, timeout: 60, bwlimit: 300_000 });
  const signal = new AbortController().signal;
  const remotes = await Promise.all([1, 2].map(() => connect(device.settings, signal)));
  try {
    const began = performance.now();
    const payload = payloadOfBytes(new Uint8Array(90_000));
    const bytes = program("bytes", "head -c 90000 | wc -c");
    const counts = await Promise.all(remotes.map((remote) => remote.run(bytes, [], { payload })));
    // The first tenth of a second is free.
    assert(performance.now() - began >= 400);
    assertEquals(counts.map(({ stdout }) => Number(stdout)), [90_000, 90_000]);
  } finally {
    await Promise.all(remotes.map((remote) => remote.close()));
  }
});

Deno.test("harmless() tells a view's fault once and goes on, whatever the view does", () => {
  const told: string[] = [];
  const broken = Object.assign(() => {
    throw new RangeError("Maximum call stack size exceeded");
  }, {
    close: () => {
      throw new Error("closed");
    },
  });
  const view = harmless(broken, (text) => told.push(text));
  view({ at: "", type: "interrupted" });
  view({ at: "", type: "interrupted" });
  view.close();
  assertEquals(told, ["Cannot show the run: Maximum call stack size exceeded"]);
});
