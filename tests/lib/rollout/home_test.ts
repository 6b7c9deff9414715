import { assertEquals, assertRejects } from "@std/assert";
import { Failure } from "../../../lib/errors.ts";
import type { HostSettings } from "../../../lib/settings/mod.ts";
import { openSession } from "../../../lib/remote/ssh/session.ts";
import { atHome } from "../../../lib/rollout/home.ts";
import { plainSettings } from "../../local_device.ts";
import { testWhere } from "../../support.ts";
import type { Answer, Remote } from "../../../lib/remote/remote.ts";

const below = (deployPath: string): HostSettings => ({ ...plainSettings("/x"), deployPath });

testWhere(
  "atHome() puts a deploy path below the home that the device tells",
  { needs: ["linux"] },
  async () => {
    const settings = below("~/my app/set");
    const remote = await openSession(settings, { connectTimeout: 5, commandTimeout: 5 });
    try {
      const { deployPath } = await atHome(settings, remote);
      assertEquals(deployPath, `${Deno.env.get("HOME")!.replace(/\/+$/, "")}/my app/set`);
    } finally {
      await remote.close();
    }
  },
);

Deno.test("atHome() asks nothing of a device, when the path is absolute", async () => {
  const remote: Remote = { run: () => Promise.reject(new Error("asked")), close: () => Promise.resolve() };
  assertEquals((await atHome(below("/opt/~/x"), remote)).deployPath, "/opt/~/x");
});

Deno.test("atHome() refuses a home that is none, and closes the session", async () => {
  const answers: Answer[] = [
    { code: 0, stdout: "\n", stderr: "" },
    { code: 0, stdout: "relative\n", stderr: "" },
    { code: 0, stdout: "/a\n/b\n", stderr: "" },
    { code: 1, stdout: "", stderr: "cd: can't cd to /nonexistent\n" },
  ];
  for (const answer of answers) {
    let closed = false;
    const remote: Remote = {
      run: () => Promise.resolve(answer),
      close: () => Promise.resolve(void (closed = true)),
    };
    const failure = await assertRejects(() => atHome(below("~/x"), remote), Failure, "has no home");
    assertEquals([failure.kind, closed], ["unsuitable", true]);
  }
});
