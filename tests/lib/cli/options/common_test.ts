import { assertEquals, assertThrows } from "@std/assert";
import { hostsCommand, rate, whole } from "../../../../lib/cli/options/common.ts";

Deno.test("whole() takes whole numbers of at least so much", () => {
  assertEquals(["0", "7", "007"].map(whole(0)), [0, 7, 7]);
  for (const text of ["", "-1", "1.5", "1e3", "0x10", "abc", " 1", "1 "]) {
    assertThrows(() => whole(0)(text), Error, "whole number");
  }
  assertThrows(() => whole(1)("0"), Error, "at least 1");
});

Deno.test("rate() takes bytes per second, with k, M or G behind them", () => {
  assertEquals(["1", "800", "500k", "500K", "2M", "1.5M", "1G"].map(rate), [
    1,
    800,
    500_000,
    500_000,
    2_000_000,
    1_500_000,
    1_000_000_000,
  ]);
  for (const text of ["", "0", "0k", "-1", "k", "2m", "1 M", "2MB", "1e3", "0.1"]) {
    assertThrows(() => rate(text), Error, "bytes per second", text);
  }
});

Deno.test("hostsCommand() reads the options that mean the same everywhere", () => {
  const parse = (...args: string[]) =>
    hostsCommand("x", "").exitOverride().configureOutput({ writeErr: () => {} }).parse(args, { from: "user" })
      .opts();
  const plain = parse();
  assertEquals([
    plain.inventory,
    plain.extraVars,
    plain.forks,
    plain.connectTimeout,
    plain.timeout,
    plain.reports,
  ], [
    [],
    [],
    // These are as Ansible is configured.
    undefined,
    undefined,
    // Without it, each program has a limit of its own.
    undefined,
    "reports",
  ]);
  assertEquals([Boolean(plain.dryRun || plain.check), plain.limit, plain.output, plain.verbose], [
    false,
    undefined,
    undefined,
    0,
  ]);
  const all = parse(
    "-i",
    "a",
    "--inventory",
    "b",
    "-l",
    "web",
    "-e",
    "x=1",
    "-e",
    "@f",
    "-f",
    "3",
    "-C",
    "-vv",
    "-o",
    "json",
  );
  assertEquals([all.inventory, all.limit, all.extraVars, all.forks, all.verbose, all.output], [
    ["a", "b"],
    "web",
    ["x=1", "@f"],
    3,
    2,
    "json",
  ]);
  for (const dry of ["-C", "--dry-run", "--check"]) {
    const { dryRun, check } = parse(dry);
    assertEquals(Boolean(dryRun || check), true, dry);
  }
  for (const wrong of [["-o", "xml"], ["-f", "0"], ["--forks", "x"], ["--no-such"]]) {
    assertThrows(() => parse(...wrong));
  }
});
