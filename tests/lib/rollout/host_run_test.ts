import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Failure } from "../../../lib/errors.ts";
import { defineFact } from "../../../lib/facts/fact.ts";
import { program } from "../../../lib/remote/program.ts";
import { HostRun } from "../../../lib/rollout/host_run.ts";
import type { Step } from "../../../lib/task.ts";
import { failureOf, makeLocalDevice, newRun, plainSettings } from "../../local_device.ts";
import { testWhere } from "../../support.ts";
import type { Remote } from "../../../lib/remote/remote.ts";

/** A host whose programs are answered with their own names. */
function echoing(writes = false, dryRun = false) {
  const asked: string[] = [];
  const remote: Remote = {
    run: (program) => {
      asked.push(program.name);
      return Promise.resolve({
        code: 0,
        stdout: program.name === "lock" ? "held" : program.name,
        stderr: "",
      });
    },
    close: () => Promise.resolve(),
  };
  const host = new HostRun({ settings: plainSettings("/x"), run: newRun(dryRun), remote, writes });
  return { host, asked };
}

const fact = (name: string) =>
  defineFact({ program: program(name, `echo ${name}`), args: () => [], parse: (output) => output.trim() });
const step: Step = { title: "write", program: program("write", "true"), args: [] };

Deno.test("HostRun.look() asks once, until it is told to forget", async () => {
  const { host, asked } = echoing();
  const it = fact("it");
  assertEquals([await host.look(it), await host.look(it), await host.known(it)], ["it", "it", "it"]);
  assertEquals(await host.known(fact("never")), undefined);
  host.forget([it]);
  assertEquals(await host.known(it), undefined);
  await host.look(it);
  host.startUndo("x", null);
  await host.look(it);
  assertEquals(asked.filter((name) => name === "it").length, 3);
});

Deno.test("HostRun.act() writes to no host that is only looked at", async () => {
  for (const { host, asked } of [echoing(false), echoing(true, true)]) {
    await assertRejects(() => host.act([step]), Error, "read-only run");
    assertEquals(asked, []);
  }
  const { host, asked } = echoing(true);
  await host.act([step]);
  assertEquals(asked, ["lock", "write"]);
});

Deno.test("HostRun.release is a fault if the command puts nothing live", () => {
  assertThrows(() => echoing().host.release, Error, "has no release");
});

testWhere(
  "HostRun.look() answers several facts of one breath, each for itself",
  { needs: ["linux"] },
  async () => {
    await using device = await makeLocalDevice();
    let requests = 0;
    const remote = await device.connect();
    const host = new HostRun({
      settings: device.settings,
      run: newRun(),
      remote: {
        run: (...words) => {
          requests++;
          return remote.run(...words);
        },
        close: () => remote.close(),
      },
      writes: false,
    });
    try {
      const failing = defineFact({
        program: program("bad", "die not-found gone"),
        args: () => [],
        parse: () => "never",
      });
      const confused = defineFact({
        program: program("odd", "echo odd"),
        args: () => [],
        parse: (): string => {
          throw new TypeError("not understood");
        },
      });
      const [one, bad, odd, two] = await Promise.allSettled([
        host.look(fact("one")),
        host.look(failing),
        host.look(confused),
        host.look(fact("two")),
      ]);
      assertEquals([one, two].map((it) => it?.status === "fulfilled" && it.value), ["one", "two"]);
      assertEquals(bad?.status === "rejected" && (bad.reason as Failure).kind, "not-found");
      assertEquals(odd?.status === "rejected" && (odd.reason as Error).message, "not understood");
      assertEquals(requests, 1);
      assertEquals(await host.known(failing), undefined);
      assertEquals((await failureOf(host.look(failing))).kind, "not-found");
    } finally {
      await host.close();
    }
  },
);

testWhere("HostRun counts only artifact bytes as sent", { needs: ["linux"] }, async () => {
  await using device = await makeLocalDevice();
  await Deno.mkdir(device.at(".lockstep"));
  const remote = await device.connect();
  const host = new HostRun({ settings: device.settings, run: newRun(), remote, writes: true });
  try {
    const read = program("read", `head -c "$1" >/dev/null`);
    const bytes = new Uint8Array(10);
    await host.act([{ title: "own", program: read, args: ["10"], input: bytes }]);
    assertEquals(host.bytesSent, 0);
    const payload = {
      bytes: 10,
      async *chunks() {
        yield await Promise.resolve(bytes);
      },
    };
    await host.act([{ title: "artifact", program: read, args: ["10"], payload }]);
    assertEquals(host.bytesSent, 10);
  } finally {
    await host.close();
  }
});
