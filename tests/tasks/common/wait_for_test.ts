import { assert, assertEquals, assertGreater, assertStringIncludes, assertThrows } from "@std/assert";
import { UsageError } from "../../../lib/errors.ts";
import { lineOf } from "../../../lib/remote/program_arguments.ts";
import { waitFor, type WaitForOptions } from "../../../tasks/common/wait_for.ts";
import { makeLocalDevice } from "../../local_device.ts";
import { longTestWhere, testWhere } from "../../support.ts";
import { shellKinds } from "./shells.ts";
import { rehearse } from "./simulated.ts";

const once = { attempts: 1, interval: 1 } as const;

/** A port that nothing listens on any more. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

for (const { name, needs, tools } of shellKinds) {
  testWhere(
    `waitFor() is ok for what is so, and fails for what is not, with ${name}`,
    { needs },
    async () => {
      await using device = await makeLocalDevice({ tools });
      await using server = Deno.serve(
        { hostname: "127.0.0.1", port: 0, onListen: () => {} },
        (request) => new Response("", { status: new URL(request.url).pathname === "/well" ? 200 : 503 }),
      );
      using six = Deno.listen({ hostname: "::1", port: 0 });
      const free = freePort();
      const url = `http://127.0.0.1:${server.addr.port}`;
      const there = device.at("a b; $(c)\n*");
      await Deno.writeTextFile(there, "");
      await Deno.symlink("nowhere", device.at("link"));
      const before = await device.tree();
      const cases: [Omit<WaitForOptions, "name">, evidence: string | null][] = [
        [{ port: server.addr.port }, null],
        [{ port: six.addr.port }, null],
        [{ port: free }, `nothing listens on port ${free}`],
        [{ url: `${url}/well` }, null],
        [{ url: `${url}/well?a=b` }, null],
        [{ url: `${url}/sick` }, "/sick: "],
        [{ url: `http://127.0.0.1:${free}/` }, `${free}/: `],
        [{ file: there }, null],
        [{ file: device.at("link") }, null],
        [{ file: device.at("none") }, "none is not there"],
        [{ file: device.at("none"), state: "absent" }, null],
        [{ file: there, state: "absent" }, "is still there"],
      ];
      for (const [options, evidence] of cases) {
        const { last } = await device.perform([waitFor({ name: "wait", ...once, ...options })]);
        const what = JSON.stringify([options, last]);
        assertEquals(
          [last.status, last.error?.kind],
          evidence === null ? ["ok", undefined] : ["failed", "timeout"],
          what,
        );
        if (evidence !== null) assertStringIncludes(last.error?.evidence ?? "", evidence, what);
      }
      const after = await device.tree();
      assertEquals(new Map([...after].filter(([name]) => !name.startsWith(".lockstep"))).size, before.size);
    },
  );
}

longTestWhere(
  "waitFor() looks until it is so, and no oftener than it may",
  { needs: ["linux"] },
  async () => {
    await using device = await makeLocalDevice();
    const task = waitFor({ name: "wait", file: device.at("later"), attempts: 10, interval: 1 });
    const timer = setTimeout(() => Deno.writeTextFileSync(device.at("later"), ""), 1500);
    try {
      const { last } = await device.perform([task]);
      assertEquals(last.status, "ok", JSON.stringify(last.error));
      assertGreater(Number(last.detail?.attempts), 1);
    } finally {
      clearTimeout(timer);
    }
    const began = performance.now();
    const { last } = await device.perform([
      waitFor({ name: "wait", port: freePort(), attempts: 3, interval: 1 }),
    ]);
    assertStringIncludes(last.error?.evidence ?? "", "after 3 attempts");
    assert(performance.now() - began > 2000);
    assertEquals(last.error?.action, "see what wait waits for");
  },
);

testWhere(
  "waitFor() looks once in a dry run, and fails for nothing there",
  { needs: ["linux"] },
  async () => {
    await using device = await makeLocalDevice();
    const began = performance.now();
    const task = (file: string) => waitFor({ name: "wait", file, attempts: 100, interval: 100 });
    const { last } = await device.perform([task(device.at("none"))], { dryRun: true });
    assertEquals([last.status, last.detail?.reason], [
      "skipped",
      "not the case now; a run would wait for it",
    ]);
    assertEquals((await device.perform([task(device.root)], { dryRun: true })).statuses, { wait: "ok" });
    assert(performance.now() - began < 20_000);
  },
);

testWhere("waitFor() asks for a port by nc, where /proc tells nothing", { needs: ["linux"] }, async () => {
  // A device whose /proc/net cannot be read is played by a shell that finds it so.
  await using device = await makeLocalDevice({
    tools: { scripts: { nc: 'echo "$*" >>"${0%/*}/said"; exit 1' } },
  });
  const text = (await Deno.readTextFile(new URL("../../../tasks/common/wait_for.sh", import.meta.url)))
    .replaceAll("/proc/net/tcp", "/proc/nothing/tcp");
  const takes = lineOf("wait-for", ["kind", "which", "attempts", "interval", "private", "looks"]);
  const answer = await device.sh(`${takes}\n${text}`, "port", "77", "1", "1", "no", "no");
  assertEquals([answer.code, answer.stderr], [90, "\x1eafter 1 attempts: nothing listens on port 77\n"]);
  assertEquals(await Deno.readTextFile(`${device.path}/said`), "-z 127.0.0.1 77\n");
});

testWhere("waitFor() refuses what is wrong of one host", { needs: ["linux"] }, async () => {
  await using device = await makeLocalDevice();
  for (
    const options of [
      { port: () => 70_000 },
      { file: () => "relative" },
      { url: () => "file:///etc/passwd" },
      { url: () => 'http://x/"\noutput = /etc/passwd' },
    ]
  ) {
    const { last } = await device.perform([waitFor({ name: "wait", ...once, ...options })]);
    assertEquals(last.error?.kind, "unsuitable", JSON.stringify(last));
  }
});

Deno.test("waitFor() refuses at once what is wrong on every host", () => {
  const wrong: WaitForOptions[] = [
    { name: "x" },
    { name: "x", port: 1, file: "/x" },
    { name: "x", port: 0 },
    { name: "x", port: 1.5 },
    { name: "x", url: "localhost:80" },
    { name: "x", url: "http://" },
    { name: "x", url: "http://a b/" },
    { name: "x", file: "x" },
    { name: "x", port: 1, state: "absent" },
    { name: "x", port: 1, attempts: 0 },
    { name: "x", port: 1, interval: -1 },
  ];
  for (const options of wrong) {
    assertThrows(() => waitFor(options), UsageError, undefined, JSON.stringify(options));
  }
});

Deno.test("waitFor() is ok on a simulated device", async () => {
  const tasks = [waitFor({ name: "a", port: 1 }), waitFor({ name: "b", url: "http://x/" })];
  assertEquals(await rehearse(tasks, 1), [["ok", "ok"]]);
});
