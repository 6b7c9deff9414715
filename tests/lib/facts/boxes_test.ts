/**
 * Devices that have one program for all: Debian's two busyboxes, and toybox. What the fact says of the HTTP client is what becomes of a request.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { device as deviceFact } from "../../../lib/facts/device.ts";
import { outputOf } from "../../../lib/facts/fact.ts";
import { program } from "../../../lib/remote/program.ts";
import { pipelines } from "../../../tasks/mod.ts";
import { makeLocalDevice, type ToolboxOptions, writeSet } from "../../local_device.ts";
import { findProgram, type Need, testWhere, UNPACKED_BUSYBOX } from "../../support.ts";

/** All that a box can stand in for. */
function appletsOf(path: string, args: readonly string[]): string[] {
  const { stdout } = new Deno.Command(path, { args: [...args] }).outputSync();
  return new TextDecoder().decode(stdout).split(/\s+/);
}

interface Box {
  readonly what: string;
  readonly needs: readonly Need[];
  readonly tools: () => ToolboxOptions;
  readonly http: string;
  readonly missing: readonly string[];
}

const busyboxOf = (path: string, without: readonly string[] = []): ToolboxOptions => ({
  box: { path, applets: appletsOf(path, ["--list"]), shell: true },
  without,
});
const insideOnly = (path: string): ToolboxOptions => ({ box: { path, applets: [], shell: true } });

const boxes: readonly Box[] = [
  {
    what: "busybox-static",
    needs: ["busybox"],
    tools: () => busyboxOf(findProgram("busybox")!),
    http: "wget",
    missing: [],
  },
  {
    what: "busybox-static, with nothing on PATH but sh",
    needs: ["busybox"],
    tools: () => insideOnly(findProgram("busybox")!),
    http: "wget",
    missing: [],
  },
  {
    what: "busybox",
    needs: ["dynamic-busybox"],
    tools: () => busyboxOf(UNPACKED_BUSYBOX),
    http: "wget",
    missing: [],
  },
  {
    what: "busybox without a link for wget",
    needs: ["dynamic-busybox"],
    tools: () => busyboxOf(UNPACKED_BUSYBOX, ["wget"]),
    http: "",
    missing: [],
  },
  {
    what: "toybox with dash",
    needs: ["toybox", "dash"],
    tools: () => {
      const path = findProgram("toybox")!;
      return { box: { path, applets: appletsOf(path, []), shell: false } };
    },
    http: "",
    missing: ["dd", "awk"],
  },
  {
    what: "toybox with the dd, awk and curl of others",
    needs: ["toybox", "dash", "curl"],
    tools: () => {
      const path = findProgram("toybox")!;
      const scripts = Object.fromEntries(
        ["dd", "awk", "curl"].map((name) => [name, `exec ${findProgram(name)} "$@"`]),
      );
      return { box: { path, applets: appletsOf(path, []), shell: false }, scripts };
    },
    http: "curl",
    missing: [],
  },
];

for (const { what, needs, tools, http, missing } of boxes) {
  testWhere(`device says of ${what} what it has, and of its HTTP client what becomes of a request`, {
    needs: ["linux", ...needs],
  }, async () => {
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) =>
        new URL(request.url).pathname === "/sick"
          ? new Response("no", { status: 503 })
          : new Response("well"),
    );
    const healthUrl = `http://127.0.0.1:${server.addr.port}`;
    await using device = await makeLocalDevice({ tools: tools(), settings: { healthUrl } });
    const remote = await device.connect();
    try {
      const subject = { settings: device.settings, release: null };
      const answer = await remote.run(deviceFact.program, []);
      const found = deviceFact.parse(outputOf(answer, deviceFact.program, "edge-1"), subject);
      assertEquals([found.http, found.missing], [http, missing]);
      const fetched = await remote.run(program("try", 'fetch "$1"'), [`${healthUrl}/ready`]);
      assertEquals(
        [fetched.code === 0, fetched.stdout],
        http === "" ? [false, ""] : [true, "well"],
        fetched.stderr,
      );
      const sick = await remote.run(program("try", 'fetch "$1"'), [`${healthUrl}/sick`]);
      assertEquals(sick.code === 0, false);
    } finally {
      await remote.close();
    }
    const release = await writeSet(`${device.dir}/set`, { model: "m".repeat(5000) });
    const { last } = await device.perform(pipelines.deploy, { release });
    if (http !== "") {
      return assertEquals([last.task, last.status], ["health", "changed"], JSON.stringify(last.error));
    }
    assertEquals([last.task, last.status, last.error?.kind], ["preflight", "failed", "missing-tool"]);
    const evidence = last.error?.evidence ?? "";
    if (missing.length > 0) assertStringIncludes(evidence, `the device has no ${missing.join(", ")}`);
    assertStringIncludes(evidence, "neither curl nor a wget with -q");
  });
}
