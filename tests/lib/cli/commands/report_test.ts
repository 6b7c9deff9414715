import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { longTestWhere, testWhere } from "../../../support.ts";
import { type Desk, makeDesk } from "../desk.ts";

/** A desk on which two hosts were deployed to, of which one went wrong. */
async function deskWithRun(): Promise<Desk & { readonly runName: string }> {
  const desk = await makeDesk();
  await Deno.writeTextFile(desk.path("device 2"), "a file where a folder is to be");
  const { code, text } = await desk.run(["deploy", "-i", "prod.yaml", "--max-failures", "1"]);
  assertEquals(code, 2, text);
  const [run] = [...Deno.readDirSync(desk.path("reports"))].filter(({ isDirectory }) => isDirectory);
  return { ...desk, runName: run!.name };
}

longTestWhere("report prints the latest run, or the named one, in each format and nothing else", {
  needs: ["linux"],
}, async () => {
  await using desk = await deskWithRun();
  const written = await Deno.readTextFile(desk.path("reports", desk.runName, "report.json"));
  const json = await desk.run(["report", "--format", "json"]);
  assertEquals([json.code, json.stderr, json.stdout], [0, "", written]);
  assertEquals((await desk.run(["report", desk.runName, "--format", "json"])).stdout, written);
  const begins = { junit: /^<\?xml version="1.0"/, html: /^<!doctype html>/, markdown: /^### ❌ / };
  for (const [format, begin] of Object.entries(begins)) {
    const { code, stdout, stderr } = await desk.run(["report", "--format", format]);
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, begin);
    assertStringIncludes(stdout, "edge-2");
  }
  assertMatch((await desk.run(["report"])).stdout, begins.markdown);
});

testWhere("report renders a killed run as far as its events say", { needs: ["linux"] }, async () => {
  await using desk = await deskWithRun();
  const folder = desk.path("reports", desk.runName);
  const events = (await Deno.readTextFile(join(folder, "events.ndjson"))).split("\n");
  const cut = events.findIndex((line) => line.includes('"task-finished"'));
  await Deno.writeTextFile(
    join(folder, "events.ndjson"),
    `${events.slice(0, cut + 1).join("\n")}\n{"at":"20`,
  );
  await Deno.remove(join(folder, "report.json"));
  await Deno.remove(join(folder, "hosts"), { recursive: true });
  const { code, stdout } = await desk.run(["report", "--format", "json"]);
  assertEquals(code, 0);
  const report = JSON.parse(stdout);
  assertEquals([report.finishedAt, report.hosts.length], [null, 2]);
  assert(report.hosts.some((host: { error?: { kind: string } }) => host.error?.kind === "interrupted"));
  assertEquals(
    [...Deno.readDirSync(folder)].map(({ name }) => name),
    ["events.ndjson"],
    "nothing is written",
  );
});

longTestWhere("report writes a file for each format, where --out says", { needs: ["linux"] }, async () => {
  await using desk = await deskWithRun();
  const { code, stdout } = await desk.run([
    "report",
    "--format",
    "json,junit,html,markdown",
    "--out",
    "public/ci",
  ]);
  const names = ["report.json", "junit.xml", "report.html", "report.md"];
  assertEquals([code, stdout], [0, names.map((name) => `${join("public/ci", name)}\n`).join("")]);
  assertEquals([...Deno.readDirSync(desk.path("public/ci"))].map(({ name }) => name).sort(), names.sort());
  const page = await desk.run(["report", "--format", "html"]);
  assertEquals(await Deno.readTextFile(desk.path("public/ci/report.html")), page.stdout);
});

longTestWhere("report refuses what it cannot do, and says what it can", { needs: ["linux"] }, async () => {
  await using desk = await deskWithRun();
  const cases: [args: string[], says: string[]][] = [
    [[`${desk.runName.slice(0, -1)}x`], ["there is no run", `did you mean "${desk.runName}"?`]],
    [["nix"], ["there is no run nix", `the newest there is ${desk.runName}`]],
    [["../reports"], ["is not the name of a run"]],
    [["--reports", "gone"], ["there is no run in gone yet"]],
    [["--format", "json,html"], ["--out"]],
    [["--format", "pdf"], ['"pdf" is none of html, json, junit, markdown']],
    [["--format", "toString"], ['"toString" is none of']],
    [["--format", "json", "--out", "prod.yaml/x"], ["--out", "cannot write in prod.yaml/x"]],
  ];
  for (const [args, says] of cases) {
    const { code, stdout, stderr } = await desk.run(["report", ...args]);
    assertEquals([code, stdout], [64, ""], args.join(" "));
    for (const word of says) assertStringIncludes(stderr, word);
  }
});
