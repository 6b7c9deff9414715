/**
 * What every user of a machine can list: the words of its processes. None of them is a secret, on the controller or on a device: while a
 * deploy runs, all command lines of this machine, which plays both ends, are read over and over.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { longTestWhere, testWhere } from "../../support.ts";
import { makeArtifacts } from "../support/artifacts.ts";
import { type DeviceOptions, makeFleet } from "../support/fleet.ts";
import { runOn } from "../support/program.ts";

/** In every secret of this run of the test, and in none of another test that runs at the same time. */
const mark = `unlisted-${crypto.randomUUID()}`;

/** Where a secret may stand; a later place is one more line here. */
const canaries = {
  user: `${mark}-user-info`,
  query: `${mark}-query-token`,
  restart: `${mark}-restart-command`,
} as const;

const devices: Readonly<Record<string, DeviceOptions>> = {
  curl: {},
  wget: { without: ["curl"] },
  "busybox and nc": { kind: "tiny" },
};

for (const [name, device] of Object.entries(devices)) {
  longTestWhere(`no process of either end has a secret among its words, when a device has ${name}`, {
    needs: device.kind === "tiny" ? ["root", "dropbear", "busybox"] : ["sshd", "curl", "wget"],
  }, async () => {
    const asked: string[] = [];
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      async (request) => {
        // Long enough to be seen while it is asked.
        await new Promise((resolve) => setTimeout(resolve, 150));
        const url = new URL(request.url);
        const login = request.headers.get("authorization");
        // wget says who it is when it is asked.
        if (login === null) {
          return new Response("", { status: 401, headers: { "www-authenticate": "Basic realm=x" } });
        }
        asked.push(`${login} ${url.pathname}${url.search}`);
        return new Response(url.pathname === "/ready" ? "ok" : "{}");
      },
    );
    await using fleet = await makeFleet({ devices: [{ ...device, name: "edge" }] });
    const vars = {
      service: "phase4-inference",
      service_manager: "command",
      restart_command: `sleep 0.3; : ${canaries.restart}`,
      restart_settle: 0,
      health_url: `http://me:${canaries.user}@127.0.0.1:${server.addr.port}`,
      health_ready: `/ready?token=${canaries.query}`,
      health_attempts: 1,
    };
    const set = await makeArtifacts(join(fleet.dir, "set"));
    const older = await makeArtifacts(join(fleet.dir, "older"), { seed: 9 });
    const inventory = await fleet.inventory({ vars });
    const first = await runOn(fleet, inventory, ["deploy", "--artifacts", older.dir]);
    assertEquals(first.code, 0, first.text);

    const seen = new Set<string>();
    let over = false;
    const watching = (async () => {
      while (!over) {
        for (const line of await commandLines()) if (line.includes(mark)) seen.add(line);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    })();
    const run = await runOn(fleet, inventory, ["deploy", "--artifacts", set.dir]);
    over = true;
    await watching;
    assertEquals(run.code, 0, run.text);
    assertEquals([...seen], []);
    const login = `Basic ${btoa(`me:${canaries.user}`)}`;
    assert(asked.includes(`${login} /ready?token=${canaries.query}`), JSON.stringify(asked));
    // The device is disarmed: nothing of the command is left there.
    const { success } = await new Deno.Command("grep", {
      args: ["-rq", canaries.restart, fleet.devices[0]!.deployDir],
    })
      .output();
    assertEquals(success, false, "the restart command is still on the device");
  });
}

testWhere("commandLines() sees a secret among the words of a process, when there is one", {
  needs: ["linux"],
}, async () => {
  const child = new Deno.Command("sleep", { args: ["5"], env: {} }).spawn();
  const other = new Deno.Command("sh", { args: ["-c", "sleep 5; : canary-seen"] }).spawn();
  try {
    const lines = await commandLines();
    assert(lines.some((line) => line.includes("canary-seen")));
  } finally {
    child.kill();
    other.kill("SIGKILL");
    await Promise.all([child.status, other.status]);
  }
});

/** The command lines of all processes. */
async function commandLines(): Promise<string[]> {
  const lines: string[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name) || Number(name) === Deno.pid) continue;
    try {
      lines.push((await Deno.readTextFile(`/proc/${name}/cmdline`)).replaceAll("\0", " "));
    } catch {
      // It has ended meanwhile.
    }
  }
  return lines;
}
