import { assert, assertEquals, assertMatch } from "@std/assert";
import { hostFileName } from "../../../../lib/report/record/host_file.ts";
import { names } from "../sample.ts";

Deno.test("hostFileName() keeps plain names and encodes the rest", () => {
  const cases: [string, string][] = [
    ["edge-1", "edge-1.json"],
    ["Edge-1", "Edge-1.json"],
    ["edge_1.site.example", "edge_1.site.example.json"],
    ["10.0.0.7", "10.0.0.7.json"],
    ["../x", "%2e.%2fx.json"],
    ["a/b", "a%2fb.json"],
    ["a\\b", "a%5cb.json"],
    ["a:b", "a%3ab.json"],
    ["fe80::1%eth0", "fe80%3a%3a1%25eth0.json"],
    ["CON", "%43ON.json"],
    ["con", "%63on.json"],
    ["nul.x", "%6eul.x.json"],
    ["com1", "%63om1.json"],
    ["console", "console.json"],
    ["-oProxyCommand=touch /tmp/x", "%2doProxyCommand%3dtouch%20%2ftmp%2fx.json"],
    [".hidden", "%2ehidden.json"],
    ["é", "%c3%a9.json"],
  ];
  for (const [host, file] of cases) assertEquals(hostFileName(host), file);
});

Deno.test("hostFileName() gives different hosts different files", () => {
  const long = "x".repeat(300);
  const hosts = [
    "edge-1",
    "Edge-1",
    "EDGE-1",
    "%45dge-1",
    "é",
    "e\u0301",
    "%c3%a9",
    "\ud800",
    "\ud801",
    "\ufffd",
    "",
    "~",
    "%",
    "a.",
    "a",
    "a ",
    "con",
    "CON",
    "%63on",
    long,
    `${long}y`,
    long.toUpperCase(),
    hostFileName(long).replace(/\.json$/, ""),
    ...names(50),
  ];
  const files = hosts.map((host) => hostFileName(host).normalize("NFC"));
  assertEquals(new Set(files).size, hosts.length);
  for (const file of files) {
    assertMatch(file, /^[A-Za-z0-9%_~][A-Za-z0-9%_~.-]*\.json$/);
    assert(file.length <= 205);
  }
});
