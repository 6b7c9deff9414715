import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { exec } from "../../tasks/exec.ts";
import { makeLocalDevice } from "../local_device.ts";
import { testWhere } from "../support.ts";

testWhere("exec() runs the user's command and nothing of ours", { needs: ["linux"] }, async () => {
  await using device = await makeLocalDevice();
  // Names that the prelude gives its own functions must reach the device's programs.
  const scripts = ["free", "has", "field", "flush", "fetch", "alive"];
  for (const name of scripts) {
    await Deno.writeTextFile(`${device.dir}/${name}`, `#!/bin/sh\necho "the device's own ${name} $*"\n`, {
      mode: 0o755,
    });
  }
  const before = Deno.env.get("PATH") ?? "";
  Deno.env.set("PATH", `${device.dir}:${before}`);
  try {
    for (const name of scripts) {
      const { last } = await device.perform([exec([name, "-m"])]);
      assertEquals(last.detail?.stdout, `the device's own ${name} -m\n`, name);
    }
  } finally {
    Deno.env.set("PATH", before);
  }
});

testWhere(
  "exec() hands over words as they are, and one word as a line of shell",
  { needs: ["linux"] },
  async () => {
    await using device = await makeLocalDevice();
    const cases: [command: string[], stdout: string][] = [
      [["printf", "[%s]", "a b", "$(id)", "", "'"], "[a b][$(id)][][']"],
      [["echo a; echo $((1 + 1)) | cat"], "a\n2\n"],
      [["echo", "-n", "x"], "x"],
      [["sh", "-c", 'echo "$0 $1"', "zero", "one"], "zero one\n"],
    ];
    for (const [command, stdout] of cases) {
      const { last } = await device.perform([exec(command)]);
      assertEquals([last.status, last.detail?.rc, last.detail?.stdout], ["ok", 0, stdout], command.join(" "));
    }
  },
);

testWhere(
  "exec() fails the host where the command does, and tells both streams",
  { needs: ["linux"] },
  async () => {
    await using device = await makeLocalDevice();
    for (const code of [1, 80, 137, 255]) {
      const { last } = await device.perform([exec([`echo out; echo err >&2; exit ${code}`])]);
      assertEquals([last.status, last.error?.kind, last.detail], ["failed", "exit", {
        rc: code,
        stdout: "out\n",
        stderr: "err\n",
      }]);
      assertStringIncludes(last.error?.evidence ?? "", String(code));
    }
    const { last } = await device.perform([exec(["no-such-program", "x"])]);
    assertEquals([last.status, last.detail?.rc], ["failed", 127]);
  },
);

testWhere("exec() shows the command the device's own environment", { needs: ["linux"] }, async () => {
  await using device = await makeLocalDevice();
  Deno.env.set("LC_ALL", "C.UTF-8");
  try {
    const { last } = await device.perform([exec(["echo $LC_ALL"])]);
    assertEquals(last.detail?.stdout, "C.UTF-8\n");
  } finally {
    Deno.env.delete("LC_ALL");
  }
});

testWhere(
  "exec() keeps both ends of what a command prints, and says what is missing",
  { needs: ["linux"] },
  async () => {
    await using device = await makeLocalDevice();
    const { last } = await device.perform([exec(["seq 1 130000; seq 1 130000 >&2; exit 3"])]);
    assertEquals([last.status, last.detail?.rc], ["failed", 3]);
    const whole = Array.from({ length: 130_000 }, (_, i) => `${i + 1}\n`).join("");
    assertEquals([last.detail?.stdout, last.detail?.stderr], [whole, whole]);

    const much = await device.perform([exec(["head -c 30000000 /dev/zero | tr '\\0' x; echo; echo last"])]);
    const stdout = String(much.last.detail?.stdout);
    assertEquals([much.last.status, much.last.detail?.rc], ["ok", 0]);
    assert(stdout.length < 1.1 * 2 ** 20 && stdout.startsWith("xxx") && stdout.endsWith("xxx\nlast\n"));
    assertMatch(stdout, /\n… 289\d+ bytes left out …\n/);
  },
);
