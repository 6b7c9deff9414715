import { assertEquals } from "@std/assert";
import { health, parseHealth, urlOf } from "../../../lib/facts/health.ts";
import { plainSettings } from "../../local_device.ts";

Deno.test("urlOf() joins URL and path by one slash", () => {
  const cases: [healthUrl: string, url: string][] = [
    ["http://localhost:9208", "http://localhost:9208/ready"],
    ["http://localhost:9208/", "http://localhost:9208/ready"],
    ["http://localhost:9208/app//", "http://localhost:9208/app/ready"],
  ];
  for (const [healthUrl, url] of cases) {
    assertEquals(urlOf({ ...plainSettings("/x"), healthUrl }, "/ready"), url);
  }
});

Deno.test("parseHealth() makes something of whatever a device prints", () => {
  for (const broken of ["", "noise", "attempts=x\n", "= metrics\n", "attempts=1\n= metrics\n"]) {
    assertEquals(parseHealth(broken), { attempts: 1, health: null, metrics: [] }, broken);
  }
  assertEquals(parseHealth("attempts=7\n").attempts, 7);
});

Deno.test("health.args() hand over URLs, pattern and patience", () => {
  const settings = { ...plainSettings("/x"), healthUrl: "http://h:1", healthAttempts: 4, healthInterval: 9 };
  assertEquals([...health.args({ settings, release: null })], [
    "http://h:1/ready",
    "http://h:1/health",
    "http://h:1/metrics",
    "phase4_uptime|phase4_memory_rss",
    "4",
    "9",
    "",
    "/x",
    "no",
  ]);
});
