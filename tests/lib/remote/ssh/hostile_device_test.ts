/**
 * Every way in which a device misbehaves, one by one, over a session that needs no network.
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { Failure } from "../../../../lib/errors.ts";
import { runBatch } from "../../../../lib/remote/batch.ts";
import { EXEC_OUTPUT } from "../../../../lib/remote/limits.ts";
import { program } from "../../../../lib/remote/program.ts";
import { openSession } from "../../../../lib/remote/ssh/session.ts";
import { makeLocalDevice, plainSettings, withPath } from "../../../local_device.ts";
import { testWhere } from "../../../support.ts";
import { corrupt } from "../../../fleet/support/hostile.ts";
import { ways } from "../../../fleet/support/hostile_ways.ts";

/** What a session ends with: the kind of its failure and words that it has; null where it is answered, however wrongly. */
const expected: Readonly<Record<string, [kind: string, words: string] | null>> = {
  "noise before": null,
  "noise on both": null,
  "flood before": ["excess", "more than 1 MiB before the session started"],
  "flood errors before": ["excess", "more than 1 MiB before the session started"],
  "lines before": ["excess", "more than 1 MiB before the session started"],
  "silent before": ["timeout", "no shell within 2 s"],
  "slow before": ["timeout", "no shell within 2 s"],
  "ends before": ["unreachable", "no shell"],
  "half a greeting": ["unreachable", "no shell"],
  "greetings without end": ["excess", "more than"],
  "flood": ["excess", "more than 2 MiB"],
  "flood errors": ["excess", "more than 4 MiB"],
  "flood both": ["excess", "more than"],
  "flood lines": ["excess", "more than 2 MiB"],
  "flood NUL": ["excess", "more than 2 MiB"],
  "flood answers": ["excess", "not requested"],
  "flood answers to errors": ["excess", "not requested"],
  "flood near markers": ["excess", "more than 2 MiB"],
  "flood begun markers": ["excess", "more than 2 MiB"],
  "marker without end": ["excess", "a line of more than 64 bytes"],
  "beats": ["excess", "more than 10000 heartbeats"],
  "beats on errors": ["excess", "more than 10000 heartbeats"],
  "beats after much": ["timeout", "no answer within 1 s"],
  "drops": ["timeout", "no answer within 1 s"],
  "silent": ["timeout", "no answer within 1 s"],
  "silent after a request": ["timeout", "no answer within 1 s"],
  "beats and never answers": ["timeout", "no answer within 1 s"],
  "ends": ["dropped", "the connection was lost"],
  "ends in an answer": ["dropped", "the connection was lost"],
  "no id": ["excess", "not requested"],
  "no code": ["excess", "not requested"],
  "odd code": ["excess", "not requested"],
  "code -1": ["excess", "not requested"],
  "killed": null,
  "answers twice": ["excess", "not requested"],
  "answers ahead": ["excess", "not requested"],
  "answers one stream": ["timeout", "no answer within 1 s"],
  "garbage": null,
  "escapes": null,
  "much on errors": null,
  "too much on errors": ["excess", "more than 4 MiB"],
  "lines on errors": null,
  "much output": ["excess", "more than 2 MiB"],
  "every fact is long": null,
  "every fact is deep": null,
  "every fact has many lines": null,
  "every fact lists names": null,
  "every fact is a sick set": null,
  "every fact is deep JSON": null,
  "every fact is a list of parts": null,
  "every fact is well": null,
};

const nothing = program("nothing", "true");
const other = program("other", "false");

/** What talking to a device that does so comes to. */
async function talk(
  way: string,
  cache: string,
): Promise<{ failure: Failure | null; kept: number; seconds: number }> {
  await using device = await makeLocalDevice({ tools: {} });
  await Deno.remove(join(device.path!, "sh"));
  await corrupt({ binDir: device.path! }, cache, { seed: 1, honest: 0, ways: [way] });
  const began = performance.now();
  let kept = 0;
  try {
    const remote = await withPath(
      device.path,
      () =>
        openSession(plainSettings(device.root), {
          connectTimeout: 1,
          // What is to end by its size gets time for that, also on a machine with much to do.
          commandTimeout: expected[way]?.[0] === "excess" ? 5 : 1,
          longest: expected[way]?.[0] === "excess" ? 5 : 1,
          grace: 0.5,
        }),
    );
    try {
      for (let n = 0; n < 3; n++) {
        const answers = await runBatch(remote, [{ program: nothing, args: [] }, {
          program: other,
          args: [],
        }]);
        for (const { stdout, stderr } of answers) kept = Math.max(kept, stdout.length + stderr.length);
      }
      await remote.run(nothing, [], { output: EXEC_OUTPUT });
    } finally {
      await remote.close();
    }
    return { failure: null, kept, seconds: (performance.now() - began) / 1000 };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { failure: error, kept, seconds: (performance.now() - began) / 1000 };
  }
}

testWhere("openSession() and run() name the bound, and end soon, whatever a device does", {
  needs: ["linux"],
}, async () => {
  assertEquals(Object.keys(expected).sort(), Object.keys(ways).sort());
  const cache = await Deno.makeTempDir({ prefix: "deno-" });
  try {
    const queue = Object.entries(expected);
    const worker = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const [way, end] = next;
        const { failure, kept, seconds } = await talk(way, cache);
        const told = `${way}: ${failure?.kind} ${failure?.message}`;
        assertEquals(failure?.kind ?? null, end?.[0] ?? null, told);
        assertStringIncludes(failure?.data.evidence ?? "", end?.[1] ?? "", told);
        assert((failure?.data.evidence.length ?? 0) < 10_000, told);
        assert(kept <= 2.2 * 2 ** 20, `${way}: ${kept} characters`);
        assert(seconds < 8, `${way}: ${seconds} s`);
      }
    };
    await Promise.all(Array.from({ length: 4 }, worker));
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
});
