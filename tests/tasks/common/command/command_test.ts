import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { z } from "zod";
import { UsageError } from "../../../../lib/errors.ts";
import { command } from "../../../../tasks/common/command/command.ts";
import { makeLocalDevice } from "../../../local_device.ts";
import { testWhere } from "../../../support.ts";
import { assertPromise } from "../../promise.ts";
import { shellKinds } from "../shells.ts";
import { rehearse } from "../simulated.ts";

/** Values that a shell would do something with. */
const hostile = [
  "a b",
  "$(touch pwned)",
  "`touch pwned`",
  ";touch pwned",
  "'\"",
  "*",
  "-n",
  "two\nlines",
  "ü",
  "\\",
];

for (const { name, needs, tools } of shellKinds) {
  testWhere(`command() runs until what it creates is there, with ${name}`, { needs }, async () => {
    await using device = await makeLocalDevice({ tools });
    const path = device.at("made");
    const argv = ["sh", "-c", 'echo "made $1"; : >"$1"', "sh", path];
    const { last } = await assertPromise(device, command({ name: "make", argv, creates: path }));
    assertEquals(last.detail, { output: `made ${path}\n`, reason: `ran: ${path} is not there` });
  });

  testWhere(`command() runs unless the other exits with code 0, with ${name}`, { needs }, async () => {
    await using device = await makeLocalDevice({ tools });
    await device.write("list", "");
    const argv = ["sh", "-c", "echo x >>list"];
    const unless = ["grep", "-q", "x", "list"];
    await assertPromise(device, command({ name: "add", chdir: device.root, argv, unless }));
    assertEquals(await device.read("list"), "x\n");
  });

  testWhere(`command() gives values to programs as they are, with ${name}`, { needs }, async () => {
    await using device = await makeLocalDevice({ tools });
    const tasks = hostile.map((value, at) =>
      command({
        name: `value-${at}`,
        chdir: device.root,
        argv: ["sh", "-c", 'printf "%s\\n" "$1" >>list && : >"$2"', "sh", value, `made ${value}`],
        creates: device.at(`made ${value}`),
        unless: ["test", "pwned", "=", value],
      })
    );
    const names = tasks.map(({ name }) => name);
    for (const status of ["changed", "ok"]) {
      const { statuses } = await device.perform(tasks);
      assertEquals(statuses, Object.fromEntries(names.map((name) => [name, status])));
    }
    assertEquals(await device.read("list"), hostile.map((value) => `${value}\n`).join(""));
    assert(!(await device.tree()).has("pwned"));
  });

  testWhere(
    `command() fails with the code and the words of the command, with ${name}`,
    { needs },
    async () => {
      await using device = await makeLocalDevice({ tools });
      // 80 is how our own programs say that no space is left.
      const argv = ["sh", "-c", "echo out; echo err >&2; exit 80"];
      const { last } = await device.perform([command({ name: "fail", argv })]);
      assertEquals([last.status, last.error?.kind, last.error?.evidence], [
        "failed",
        "exit",
        "it exited with code 80",
      ]);
      assertEquals(last.error?.log, "out\nerr");
      assertEquals(last.error?.action, "run fail");
      const missing = await device.perform([command({ name: "fail", argv: ["no-such-program"] })]);
      assertEquals(missing.last.error?.evidence, "it exited with code 127");
      assertStringIncludes(missing.last.error?.log ?? "", "no-such-program");
      const nowhere = command({ name: "fail", argv: ["true"], chdir: device.at("nowhere") });
      assertEquals((await device.perform([nowhere])).last.error?.kind, "not-found");
    },
  );

  testWhere(`command() keeps the end of much output, and waits for nothing left running, with ${name}`, {
    needs,
  }, async () => {
    await using device = await makeLocalDevice({ tools });
    const before = performance.now();
    const { last } = await device.perform([command({
      name: "talk",
      argv: [
        "sh",
        "-c",
        "seq 1 10000; (for i in 1 2 3 4 5 6 7 8; do [ -e stop ] || sleep 1; echo noise; done) &",
      ],
      chdir: device.root,
    })]);
    await device.write("stop", "");
    assert(performance.now() - before < 5000);
    assertEquals(last.status, "changed", JSON.stringify(last.error));
    const output = String(last.detail?.output);
    assertStringIncludes(output, "(the beginning is left out)\n");
    assertStringIncludes(output, "\n10000\n");
    assert(output.length < 17_000, String(output.length));
  });
}

testWhere("command() is changed each time and says that nothing tells, when it has neither guard", {
  needs: ["linux"],
}, async () => {
  await using device = await makeLocalDevice();
  const task = command({ name: "count", argv: ["sh", "-c", "echo x >>count"], chdir: device.root });
  const dry = await device.perform([task], { dryRun: true });
  assertEquals(dry.statuses, { count: "changed" });
  assertStringIncludes(String(dry.last.detail?.reason), "would run: whether it is needed, is not known");
  for (const lines of ["x\n", "x\nx\n"]) {
    const { last } = await device.perform([task]);
    assertEquals([last.status, await device.read("count")], ["changed", lines]);
    assertStringIncludes(String(last.detail?.reason), "ran; whether that changed anything, is not known");
    assertEquals(last.steps, dry.last.steps);
  }
});

testWhere("command() fails as not converged, when the command does not do what its guard asks", {
  needs: ["linux"],
}, async () => {
  await using device = await makeLocalDevice();
  const path = device.at("never");
  const { last } = await device.perform([command({ name: "make", argv: ["true"], creates: path })]);
  assertEquals(last.error?.kind, "not-converged");
  assertStringIncludes(last.error?.evidence ?? "", `${path} is not there`);
});

testWhere("command() looks where an earlier task still has to make the folder, in a dry run", {
  needs: ["linux"],
}, async () => {
  await using device = await makeLocalDevice();
  const dir = device.at("later");
  const task = command({ name: "x", argv: ["touch", "done"], unless: ["test", "-e", "done"], chdir: dir });
  assertEquals((await device.perform([task], { dryRun: true })).statuses, { x: "changed" });
  await Deno.mkdir(dir);
  await assertPromise(device, task);
});

testWhere("command() takes what it runs from the host's variables, and refuses what is wrong of one", {
  needs: ["linux"],
}, async () => {
  await using device = await makeLocalDevice();
  const task = command({
    name: "make",
    variables: z.object({ file: z.string() }),
    argv: ({ settings }, { file }) => ["touch", `${settings.deployPath}/${file}`],
    creates: ({ settings }, { file }) => file === "" ? "relative" : `${settings.deployPath}/${file}`,
  });
  const settings = { variables: { file: "a; touch b" } };
  await assertPromise(device, task, { settings });
  assertEquals(await device.read("a; touch b"), "");
  const before = await device.tree();
  const { last } = await device.perform([task], { settings: { variables: { file: "" } } });
  assertEquals(last.error?.kind, "unsuitable");
  assertEquals(last.error?.evidence, 'creates: found "relative", expected an absolute path without NUL');
  assertEquals(await device.tree(), before);
});

Deno.test("command() refuses at once what is wrong on every host", () => {
  const wrong: Parameters<typeof command>[0][] = [
    { name: "x", argv: [] },
    { name: "x", argv: [""] },
    { name: "x", argv: ["-c", "x"] },
    { name: "x", argv: ["echo", "\0"] },
    { name: "x", argv: "echo x" as unknown as string[] },
    { name: "x", argv: ["true"], creates: "relative" },
    { name: "x", argv: ["true"], unless: [] },
    { name: "x", argv: ["true"], chdir: "../x" },
    { name: "x", argv: ["true"], timeout: 0 },
  ];
  for (const options of wrong) {
    assertThrows(() => command(options), UsageError, "expected", JSON.stringify(options));
  }
});

Deno.test("command() is changed, then ok, on a simulated device", async () => {
  const tasks = [
    command({ name: "a", argv: ["true"], creates: "/a" }),
    command({ name: "b", argv: ["true"], unless: ["b"] }),
    command({ name: "c", argv: ["true"], creates: "/c", unless: ["c"] }),
    command({ name: "d", argv: ["true"] }),
  ];
  assertEquals(await rehearse(tasks, 2), [
    ["changed", "changed", "changed", "changed"],
    ["ok", "ok", "ok", "changed"],
  ]);
});
