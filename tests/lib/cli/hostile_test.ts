/**
 * Every command, with names, values, files and devices that say hostile things. A command that is added has its line here, or the test fails.
 */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { stringify } from "yaml";
import { commands } from "../../../lib/cli/commands.ts";
import { assertHarmless, hostileText, hostileTexts } from "../../hostile.ts";
import { writeSet } from "../../local_device.ts";
import { everyTest, sampled } from "../../sampled.ts";
import { testWhere } from "../../support.ts";
import { type Desk, makeDesk } from "./desk.ts";

/** What a file name may hold. */
const names = hostileTexts.map((text) => text.toWellFormed().replaceAll(/[/\0]/g, "_").slice(0, 60));
/** And an argument of a program. */
const words = hostileText.toWellFormed().replaceAll("\0", "");

async function furnish(desk: Desk): Promise<void> {
  const set = desk.path("set");
  await writeSet(set, { "model.onnx": "model" }, `${words}1.0`);
  await Deno.mkdir(desk.path("device", "backup"), { recursive: true });
  for (const name of names) {
    await Deno.writeTextFile(join(set, name), "unlisted");
    await Deno.mkdir(desk.path("device", "backup", name));
  }
  await writeSet(desk.path("device", "artifacts_phase2"), { "model.onnx": "old" }, `${words}0.9`);
  const vars = { service: "", health_url: "", confirm_timeout: 0, artifacts_dir: "set", mine: words };
  // "[" begins a range.
  const simulated = names.filter((name) => !name.includes("[")).map((name, at) => [
    `${name}${at}`,
    { ...vars, ansible_connection: "simulated", simulated_fault: at % 3 === 0 ? "unreachable" : "none" },
  ]);
  await Deno.writeTextFile(
    desk.path("inventory.json"),
    JSON.stringify({
      all: {
        children: {
          ...Object.fromEntries(names.map((name) => [`g${name}`, { vars: { [name]: name, list: [name] } }])),
          real: {
            hosts: { real: { ...vars, ansible_connection: "local", deploy_path: desk.path("device") } },
          },
          many: { hosts: Object.fromEntries(simulated) },
        },
      },
    }),
  );
  await Deno.writeTextFile(
    desk.path("ansible.cfg"),
    `[defaults]\nstrategy = ${words.replaceAll(/[\r\n]/g, " ")}\n`,
  );
  await Deno.writeTextFile(
    desk.path("wrong.yaml"),
    stringify({ all: { hosts: { a: { ansible_port: words, deploy_path: words } } } }),
  );
}

testWhere("no command prints or writes anything hostile that names, values, files and devices say", {
  needs: ["linux"],
}, async () => {
  await using desk = await makeDesk();
  await furnish(desk);
  const real = ["-i", "inventory.json", "--limit", "real"];
  const many = ["-i", "inventory.json"];
  const cases: Record<string, (readonly string[])[]> = {
    deploy: [
      [...many, "-vv", "--max-failures", "100%"],
      [...real, "-o", "json"],
      [...real, "-e", `mine=${words}`, "--waves", words],
      ["-i", "wrong.yaml"],
      ["-i", words],
      [...many, "--limit", words],
      [...real, "--reports", `reports-${names[11]}`],
      [`--${words}`],
    ],
    plan: [[...many, "-vv"], [...many, "-o", "ndjson"]],
    run: [[...many, words], [...many, "x"], [...many, "--project", words, "x"]],
    config: [[], ["-o", "json"], ["-o", words]],
    resume: [["--reports", "reports"], [words], []],
    "verify-local": [[...real], [...real, "-o", "json"], [...real, "-o", "ndjson"], ["--artifacts", words]],
    "verify-remote": [[...many, "-o", "plain"]],
    "health-check": [[...many]],
    rollback: [[...real, "--to", words], [...many, "-o", "ndjson"]],
    cleanup: [[...real, "-vv"]],
    status: [[...many], [...many, "-o", "json"], [...many, "-o", "ndjson"]],
    backups: [[...real], [...real, "-o", "json"]],
    inventory: [
      [...many, "--list"],
      [...many, "--hosts"],
      [...many, "--graph", "--vars"],
      [...many, "--host", "real"],
      [...many, "--host", "real", "-o", "json"],
      [...many, "--host", words],
    ],
    init: [[`${names[0]}.yaml`], [`${names[0]}.yaml`]],
    manifest: [["set"], [words]],
    exec: [
      [...real, "-vv", "--", "printf '%s\\n' \"$0\"; printf '%s\\n' \"$0\" >&2; exit 3", words].slice(0, -1),
      [
        ...real,
        "--",
        "sh",
        "-c",
        'printf "%s\\n" "$1"; printf "%s\\n" "$1" >&2; exit 3',
        "sh",
        words,
      ],
    ],
    report: [["--format", "json"], ["--format", "html"], ["--format", "junit"], ["--format", "markdown"], [
      words,
    ]],
    completion: [["bash"], [words]],
    // What a shell reads: only names that are nothing but a word are offered.
    complete: [["--", "status", ...many, "--limit", ""]],
  };
  const known = commands(() => Promise.reject(new Error("not asked for"))).map((one) => one.name());
  assertEquals(Object.keys(cases).sort(), known.sort());

  const all = Object.entries(cases).flatMap(([command, lines]) => lines.map((line) => [command, ...line]));
  // The first makes the runs that others read; the rest work side by side.
  const [first = [], ...rest] = all;
  const check = async (args: readonly string[]): Promise<void> => {
    const { code, stdout, stderr, text } = await desk.run(args);
    const what = args.map((arg) => arg.slice(0, 20)).join(" ");
    assert(code !== 1 && text.length > 9, `${what}: ${text}`);
    assertHarmless(args[0] === "complete" ? stdout.replaceAll("\t", "") : stdout, `stdout of ${what}`);
    assertHarmless(stderr, `stderr of ${what}`);
    if (code !== 64 && (args.includes("json") || args.includes("--list"))) JSON.parse(stdout);
    codes.set(code, (codes.get(code) ?? 0) + 1);
  };
  const codes = new Map<number, number>();
  await check(first);
  const waiting = sampled(rest, 3).values();
  await Promise.all(Array.from({ length: 4 }, async () => {
    for (const args of waiting) await check(args);
  }));
  // That it refuses everything would be easy.
  assert(
    (codes.get(0) ?? 0) > (everyTest ? 15 : 4) && (codes.get(2) ?? 0) > (everyTest ? 3 : 0),
    JSON.stringify([...codes]),
  );
  for await (const run of Deno.readDir(desk.path("reports"))) {
    if (!run.isDirectory) continue;
    for (const file of ["events.ndjson", "report.json"]) {
      assertHarmless(await Deno.readTextFile(desk.path("reports", run.name, file)), `${run.name}/${file}`);
    }
  }
});
