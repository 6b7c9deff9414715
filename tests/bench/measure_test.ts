import { assert, assertEquals } from "@std/assert";
import { measure } from "../../bench/measure/measure.ts";
import { testWhere } from "../support.ts";

/** Shell text that keeps a CPU busy for a good while longer than the kernel's tick. */
const work = "i=0; while [ $i -lt 200000 ]; do i=$((i + 1)); done";

async function measured(text: string) {
  const dir = await Deno.makeTempDir();
  try {
    return await measure(["/bin/sh", "-c", text], [], dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

testWhere("measure() tells a program's own CPU from its children's, when either works", {
  needs: ["linux", "python3"],
}, async () => {
  const alone = (await measured(work)).cost;
  assert(alone.controllerCpuMs > 3 * alone.clientsCpuMs, JSON.stringify(alone));
  const child = (await measured(`sh -c '${work}'; true`)).cost;
  assert(child.clientsCpuMs > 3 * child.controllerCpuMs, JSON.stringify(child));
  assert(child.peakRssKib > 100 && child.wallMs > 20, JSON.stringify(child));
});

testWhere("measure() keeps the exit code and what was printed, when a program fails", {
  needs: ["linux", "python3"],
}, async () => {
  const { exitCode, text } = await measured("echo out; echo err >&2; exit 3");
  assertEquals({ exitCode, text }, { exitCode: 3, text: "out\nerr\n" });
});

testWhere("measure() ends what a program leaves behind, and counts its work, when the clock has stopped", {
  needs: ["linux", "python3"],
}, async () => {
  const begun = Date.now();
  const { cost } = await measured(`(${work}; exec sleep 60) >/dev/null 2>&1 & sleep 1; ${work}`);
  assert(Date.now() - begun < 55_000);
  assert(cost.clientsCpuMs > 20, JSON.stringify(cost));
});

testWhere("measure() adds up what several processes hold, when they run at once", {
  needs: ["linux", "python3"],
}, async () => {
  const held = `python3 -c "import time; held = b'x' * 50_000_000; time.sleep(1)"`;
  const { cost, text } = await measured(`${held} & ${held} & wait`);
  assert(cost.treePeakKib > 1.5 * cost.peakRssKib, text + JSON.stringify(cost));
});
