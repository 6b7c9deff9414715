import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { slotLink } from "../../lib/release.ts";
import { commit } from "../../tasks/commit/commit.ts";
import { health, healthCheck } from "../../tasks/health.ts";
import { pipelines } from "../../tasks/mod.ts";
import { stage } from "../../tasks/stage/stage.ts";
import { verify } from "../../tasks/verify.ts";
import { type LocalDevice, makeLocalDevice, writeSet } from "../local_device.ts";
import { longTestWhere, testWhere } from "../support.ts";
import { assertPromise, assertUntouched } from "./promise.ts";

interface FakeService extends AsyncDisposable {
  readonly url: string;
  /** Paths, in the order in which they were asked for. */
  readonly asked: string[];
}

/** A service that is ready at the n-th time of asking. */
function serve(
  { readyAt = 1, health = `{"status":"ok","model":"2.4.1"}`, metrics = "" }: {
    readonly readyAt?: number;
    readonly health?: string | null;
    readonly metrics?: string;
  } = {},
): FakeService {
  const asked: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { pathname } = new URL(request.url);
    asked.push(pathname);
    if (pathname === "/ready") {
      const ready = asked.filter((path) => path === "/ready").length >= readyAt;
      return new Response(ready ? "ready" : "loading", { status: ready ? 200 : 503 });
    }
    if (pathname === "/health" && health !== null) return new Response(health);
    if (pathname === "/metrics") return new Response(metrics);
    return new Response("no such path", { status: 404 });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    asked,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

const upToCommit = pipelines.deploy.filter(({ name }) => name !== "restart" && name !== "health");

/** A device that has switched to a release and not confirmed it. */
async function switched(device: LocalDevice, version = "1") {
  const release = await writeSet(`${device.dir}/${version}`, { a: version }, version);
  const { last } = await device.perform(upToCommit, { release });
  assertEquals(last.status, "changed", JSON.stringify(last.error));
  return release;
}

const exists = (path: string): boolean => {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
};

longTestWhere(
  "health waits until the service is ready, and keeps what it says",
  { needs: ["linux"] },
  async () => {
    const metrics =
      "# HELP phase4_uptime seconds\nphase4_uptime_seconds 12\nother_total 5\nphase4_memory_rss 99\n";
    await using service = serve({ readyAt: 3, metrics });
    await using device = await makeLocalDevice({ settings: { healthUrl: service.url, healthAttempts: 5 } });
    const { last } = await device.perform([health]);
    assertEquals(last.status, "ok");
    assertEquals(last.detail, {
      health: { status: "ok", model: "2.4.1" },
      metrics: ["# HELP phase4_uptime seconds", "phase4_uptime_seconds 12", "phase4_memory_rss 99"],
      attempts: 3,
    });
    assertEquals(service.asked.slice(0, 3), ["/ready", "/ready", "/ready"]);
    assertEquals(service.asked.slice(3).sort(), ["/health", "/metrics"]);
  },
);

for (const task of [health, healthCheck]) {
  const which = task === health ? "health" : "healthCheck";
  testWhere(`${which} fails where the service never gets ready`, { needs: ["linux"] }, async () => {
    await using service = serve({ readyAt: 99 });
    await using device = await makeLocalDevice({
      settings: { healthUrl: service.url, healthAttempts: 2, healthInterval: 1 },
    });
    const { last } = await device.perform([task]);
    assertEquals([last.status, last.error?.kind], ["failed", "unhealthy"]);
    assertStringIncludes(last.error?.evidence ?? "", "2 attempts");
    assertEquals(service.asked, ["/ready", "/ready"]);
  });
}

testWhere("healthCheck asks, and is skipped if there is no URL", { needs: ["linux"] }, async () => {
  await using service = serve();
  await using device = await makeLocalDevice();
  const settings = { healthUrl: service.url };
  assertEquals((await device.perform([healthCheck], { settings })).statuses, { health: "ok" });
  assertEquals((await device.perform([healthCheck])).statuses, { health: "skipped" });
});

testWhere("health takes what a health path answers for what it is", { needs: ["linux"] }, async () => {
  const cases: [answer: string | null, kept: unknown][] = [
    [`{"a": [1, null]}`, { a: [1, null] }],
    ["OK", "OK"],
    ["two\nlines", "two\nlines"],
    ["= metrics\nnot really", "= metrics\nnot really"],
    ["", null],
    [null, null],
    ["größe", "größe"],
    ["{broken", "{broken"],
  ];
  for (const [answer, kept] of cases) {
    await using service = serve({ health: answer, metrics: "phase4_uptime 1\n" });
    await using device = await makeLocalDevice({ settings: { healthUrl: service.url } });
    const { last } = await device.perform([health]);
    assertEquals(
      last.detail,
      { health: kept, metrics: ["phase4_uptime 1"], attempts: 1 } as unknown,
      String(answer),
    );
  }
});

for (const [present, absent] of [["curl", "wget"], ["wget", "curl"]] as const) {
  testWhere(`health works with ${present} alone`, { needs: ["linux", present] }, async () => {
    await using service = serve({ metrics: "phase4_uptime 1\n" });
    await using device = await makeLocalDevice({
      settings: { healthUrl: service.url },
      tools: { without: [absent] },
    });
    const { last } = await device.perform([health]);
    assertEquals(
      [last.status, last.detail?.metrics],
      ["ok", ["phase4_uptime 1"]],
      JSON.stringify(last.error),
    );
  });
}

testWhere("health works with busybox's wget", { needs: ["linux", "busybox"] }, async () => {
  await using service = serve({ readyAt: 2, metrics: "phase4_uptime 1\n" });
  await using device = await makeLocalDevice({
    settings: { healthUrl: service.url, healthAttempts: 3 },
    tools: {
      shell: "busybox",
      busybox: true,
      without: ["curl", "wget"],
      scripts: { wget: `exec /bin/busybox wget "$@"` },
    },
  });
  const { last } = await device.perform([health]);
  assertEquals([last.status, last.detail?.attempts], ["ok", 2], JSON.stringify(last.error));
});

testWhere(
  "health says what is missing where the device has no HTTP client",
  { needs: ["linux"] },
  async () => {
    await using device = await makeLocalDevice({
      settings: { healthUrl: "http://127.0.0.1:9", healthAttempts: 1 },
      tools: { without: ["curl", "wget"] },
    });
    const { last } = await device.perform([health]);
    assertEquals(last.status, "failed");
    assertStringIncludes(last.error?.evidence ?? "", "neither curl nor wget");
  },
);

longTestWhere("health confirms a release: journal closed, history written, earlier releases gone", {
  needs: ["linux"],
}, async () => {
  await using service = serve();
  await using device = await makeLocalDevice({ settings: { healthUrl: service.url } });
  const one = await switched(device, "1");
  await device.perform([health], { release: one });
  const two = await switched(device, "2");
  await device.write(".lockstep/staging/0123456789abcdef/a", "left over");
  await assertPromise(device, health, { release: two, run: { id: "RUN-2", startedAt: new Date(0) } });

  assert(!exists(device.at(".lockstep/journal")));
  const lines = (await device.read(".lockstep/history")).trimEnd().split("\n");
  assertEquals(lines.length, 2);
  assertEquals(JSON.parse(lines[1]!), {
    at: "1970-01-01T00:00:00.000Z",
    run: "RUN-2",
    event: "deploy",
    release: two.id,
    version: "2",
    previous: slotLink(one.id),
  });
  assertEquals([...Deno.readDirSync(device.at(".lockstep/releases"))].map(({ name }) => name), [two.id]);
  assertEquals([...Deno.readDirSync(device.at(".lockstep/staging"))].length, 0);
});

testWhere(
  "health leaves the release unconfirmed where the service is not well",
  { needs: ["linux"] },
  async () => {
    await using service = serve({ readyAt: 99 });
    await using device = await makeLocalDevice({ settings: { healthUrl: service.url } });
    const release = await switched(device);
    await assertUntouched(device, /^(artifacts_phase2|\.lockstep\/)/, async () => {
      assertEquals((await device.perform([health], { release })).last.error?.kind, "unhealthy");
    });
  },
);

testWhere("health keeps keep_backups backups, and every one with a name of the user's own", {
  needs: ["linux"],
}, async () => {
  await using service = serve();
  await using device = await makeLocalDevice({ settings: { keepBackups: 2, healthUrl: service.url } });
  for (const name of ["20240101T000000Z", "20250101-000000", "20260101T000000Z", "mine", "2024"]) {
    await device.write(`backup/${name}/a`, name);
  }
  const one = await switched(device, "1");
  await assertPromise(device, health, { release: one });
  assertEquals([...Deno.readDirSync(device.at("backup"))].map(({ name }) => name).sort(), [
    "2024",
    "20250101-000000",
    "20260101T000000Z",
    "mine",
  ]);
});

testWhere(
  "health names in a dry run the backups that the real run removes",
  { needs: ["linux"] },
  async () => {
    await using device = await makeLocalDevice({ settings: { keepBackups: 1 } });
    await writeSet(device.at("artifacts_phase2"), { a: "0" }, "0");
    await device.write("backup/20240101T000000Z/a", "a");
    const release = await writeSet(`${device.dir}/1`, { a: "1" }, "1");
    const dry = await device.perform(pipelines.deploy, { release, dryRun: true });
    const real = await device.perform(pipelines.deploy, { release });
    assertEquals(dry.reports.map(({ steps }) => steps), real.reports.map(({ steps }) => steps));
    assertEquals([...Deno.readDirSync(device.at("backup"))].length, 1);
  },
);

testWhere("health confirms where the device knows no such service and nothing ever answered", {
  needs: ["linux"],
}, async () => {
  await using device = await makeLocalDevice({
    settings: {
      service: "no-such-unit",
      serviceManager: "systemd",
      healthUrl: "http://127.0.0.1:9",
      healthAttempts: 3,
    },
    tools: { scripts: { systemctl: `echo LoadState=not-found; echo ActiveState=inactive` } },
  });
  const release = await switched(device);
  const { last } = await device.perform([health], { release });
  assertEquals(last.status, "changed");
  assertStringIncludes(String(last.detail?.reason), "no-such-unit");
  assert(!exists(device.at(".lockstep/journal")));
});

longTestWhere(
  "health never removes the live release, however the live name leads to it",
  { needs: ["linux"] },
  async () => {
    const links: [name: string, link: (device: LocalDevice, id: string) => string][] = [
      ["an absolute link", (device, id) => device.at(slotLink(id))],
      ["a link with ./", (_, id) => `./${slotLink(id)}`],
      ["a link to a link", () => "current"],
    ];
    for (const [name, link] of links) {
      await using device = await makeLocalDevice();
      const one = await switched(device, "1");
      await device.perform([health], { release: one });
      await Deno.symlink(slotLink(one.id), device.at("current"));
      const byHand = link(device, one.id);
      await Deno.remove(device.at("artifacts_phase2"));
      await Deno.symlink(byHand, device.at("artifacts_phase2"));
      const two = await writeSet(`${device.dir}/2`, { a: "2" }, "2");
      await device.perform([stage, verify, commit], { release: two });
      // The new release fails and the old one is brought back.
      await device.perform(pipelines.undo, { release: two, undo: byHand });
      assertEquals(await device.read("artifacts_phase2/a").catch(() => "gone"), "1", name);
    }
  },
);

testWhere("health asks the device itself through no proxy, whatever its login says", {
  needs: ["linux"],
}, async () => {
  const proxies = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];
  const before = proxies.map((name) => Deno.env.get(name));
  // Nothing listens there.
  for (const name of proxies) Deno.env.set(name, "http://127.0.0.1:9");
  try {
    for (const without of [[], ["curl"]]) {
      await using service = serve();
      await using device = await makeLocalDevice({
        settings: { healthUrl: service.url.replace("//", "//user:word@") },
        tools: { without },
      });
      const { last } = await device.perform([health]);
      assertEquals([last.status, last.error], ["ok", undefined]);
    }
  } finally {
    for (const [at, name] of proxies.entries()) {
      if (before[at] === undefined) Deno.env.delete(name);
      else Deno.env.set(name, before[at]);
    }
  }
});
