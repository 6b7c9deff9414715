import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Failure } from "../../../lib/errors.ts";
import { program } from "../../../lib/remote/program.ts";
import { HostRun } from "../../../lib/rollout/host_run.ts";
import { reopened } from "../../../lib/rollout/reopened.ts";
import type { Step } from "../../../lib/task.ts";
import { failureOf, type LocalDevice, makeLocalDevice, newRun } from "../../local_device.ts";
import { testWhere } from "../../support.ts";

/** Whether it has been asked twice. */
const isBack = program("is-back", 'echo x >>"$1"; [ "$(wc -l <"$1")" -ge 2 ]');
const note = program("note", 'echo "$1 $LOCKSTEP_SESSION" >>"$2"');

/** Notes the session, ends as `text` says, and is back when it is asked again. */
const ending = (device: LocalDevice, text: string, within = 10): Step => ({
  title: "end",
  program: program("end", `echo "ended $LOCKSTEP_SESSION" >>"$1"; ${text}`),
  args: [device.at("log")],
  reconnect: { within, isBack: { program: isBack, args: [device.at("asked")] } },
});

async function hostOf(device: LocalDevice) {
  let opened = 0;
  const reopen = () => {
    opened++;
    return device.connect();
  };
  const host = new HostRun({
    settings: device.settings,
    run: newRun(),
    remote: await device.connect(),
    writes: true,
    reopen,
  });
  return { host, opened: () => opened };
}

testWhere("HostRun.act() goes on in the first session in which the device says that it is back", {
  needs: ["linux"],
}, async () => {
  await using device = await makeLocalDevice();
  const { host, opened } = await hostOf(device);
  try {
    const before: Step = { title: "before", program: note, args: ["before", device.at("log")] };
    const after: Step = { title: "after", program: note, args: ["after", device.at("log")] };
    const { outputs, failure } = await host.act([
      before,
      ending(device, 'kill -9 "$LOCKSTEP_SESSION"'),
      after,
    ]);
    assertEquals([failure, outputs], [undefined, ["", "", ""]]);
    assertEquals(opened(), 2);
    const log = (await device.read("log")).trimEnd().split("\n").map((line) => line.split(" "));
    assertEquals(log.map(([word]) => word), ["before", "ended", "after"]);
    assertEquals(log[0]?.[1], log[1]?.[1]);
    assert(log[1]?.[1] !== log[2]?.[1], "it went on in the session that had ended");
    // The lock is that of the new session.
    assertEquals((await Deno.readLink(device.at(".lockstep/lock"))).split(" ")[0], log[2]?.[1]);
    assertEquals(await host.lockFailure(), null);
  } finally {
    await host.close();
  }
});

testWhere("HostRun.act() fails with what kept it, when the device does not come back in time", {
  needs: ["linux"],
}, async () => {
  await using device = await makeLocalDevice();
  const { host } = await hostOf(device);
  try {
    const { failure } = await host.act([ending(device, "true", 1)]);
    assertEquals(failure?.kind, "timeout");
    assertStringIncludes(
      failure?.data.evidence ?? "",
      "not back within 1 s: it answers, but is not back yet",
    );
  } finally {
    await host.close();
  }
});

testWhere(
  "HostRun.act() waits for no other session, when the step itself fails",
  { needs: ["linux"] },
  async () => {
    await using device = await makeLocalDevice();
    const { host, opened } = await hostOf(device);
    try {
      const { failure } = await host.act([ending(device, "die privilege 'may not'", 60)]);
      assertEquals([failure?.kind, failure?.data.evidence, opened()], ["privilege", "may not", 0]);
    } finally {
      await host.close();
    }
  },
);

Deno.test("reopened() tries again if nobody answers, and ends at once when it is interrupted", async () => {
  const fail = (kind: "refused" | "interrupted") =>
    new Failure({ kind, action: "connect", evidence: `is ${kind}` });
  const reconnect = { within: 1, isBack: { program: isBack, args: [] } };
  const late = await failureOf(reopened("edge-1", () => Promise.reject(fail("refused")), reconnect));
  assertEquals([late.kind, late.data.evidence], ["timeout", "it was not back within 1 s: is refused"]);
  let attempts = 0;
  await assertRejects(
    () =>
      reopened("edge-1", () => {
        attempts++;
        return Promise.reject(fail("interrupted"));
      }, { ...reconnect, within: 60 }),
    Failure,
    "is interrupted",
  );
  assertEquals(attempts, 1);
});
