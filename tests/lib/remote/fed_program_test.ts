import { assertEquals } from "@std/assert";
import { fedProgram } from "../../../lib/remote/fed_program.ts";
import { program } from "../../../lib/remote/program.ts";
import { defineTask, type Step } from "../../../lib/task.ts";
import { makeLocalDevice } from "../../local_device.ts";
import { testWhere } from "../../support.ts";

/** A task of these steps, whose outputs are its detail. */
function acting(...steps: readonly Pick<Step, "program" | "args" | "input">[]) {
  let acted = false;
  return defineTask({
    name: "acting",
    observe: () => Promise.resolve(acted),
    plan: (done) => {
      acted = true;
      if (done) return { status: "ok" };
      return {
        status: "change",
        why: "it has not run",
        steps: steps.map((step, at) => ({
          ...step,
          title: `step ${at}`,
          detail: (output: string) => ({ [`step ${at}`]: output }),
        })),
      };
    },
  });
}

const whole = program("read-all", 'cat >"$1/all" && wc -c <"$1/all"');
const some = program("read-one-line", 'IFS= read -r line; printf "%s|%s" "$line" "$1"');
const none = program("read-nothing", "echo nothing");
const fails = program("fail-early", "exit 7");

testWhere(
  "fedProgram() gives a program an input that ends, whatever it reads of it",
  { needs: ["linux"] },
  async () => {
    await using device = await makeLocalDevice();
    const large = new Uint8Array(300_001).fill(65);
    large[10] = 10;
    const { last } = await device.perform([
      acting(
        { program: whole, args: [device.root], input: large },
        { program: some, args: ["a 'b' $(c)"], input: large },
        { program: none, args: [], input: large },
        { program: whole, args: [device.root], input: new Uint8Array() },
      ),
    ]);
    assertEquals([last.error, last.detail], [undefined, {
      "step 0": "300001\n",
      "step 1": "AAAAAAAAAA|a 'b' $(c)",
      "step 2": "nothing\n",
      "step 3": "0\n",
    }]);
  },
);

testWhere("fedProgram() keeps the exit code", { needs: ["linux"] }, async () => {
  await using device = await makeLocalDevice();
  const { last } = await device.perform([
    acting({ program: fails, args: [], input: new Uint8Array(100_000) }),
  ]);
  assertEquals([last.status, last.error?.kind, last.error?.evidence], [
    "failed",
    "exit",
    "fail-early exited with code 7",
  ]);
});

Deno.test("fedProgram() is simulated as the program is, with its own arguments", () => {
  const one = program("x", "", { simulate: (args) => args.join() });
  assertEquals(fedProgram(one).simulate?.(["5", "a", "b"], new Map()), "a,b");
  assertEquals(fedProgram(one), fedProgram(one));
  assertEquals(fedProgram(none).simulate, undefined);
});
