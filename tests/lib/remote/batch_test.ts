import { assertEquals } from "@std/assert";
import { type Call, runBatch, runWhileWell, splitBatch } from "../../../lib/remote/batch.ts";
import { payloadOfBytes } from "../../../lib/remote/payload.ts";
import { program } from "../../../lib/remote/program.ts";
import { failureOf, makeLocalDevice } from "../../local_device.ts";
import { testWhere } from "../../support.ts";

Deno.test("splitBatch() cuts what the shell printed into answers", () => {
  const cases: [stdout: string, stderr: string, answers: [number, string, string][]][] = [
    ["", "", []],
    ["\nT 0\n", "\nT\n", [[0, "", ""]]],
    ["a\n\nT 3\nb\nT 0\n", "x\n\nT\n\nT\n", [[3, "a\n", "x\n"], [0, "b", ""]]],
    ["\nT 0\n\nT 0\n\nT 1\n", "\nT\n\nT\n\nT\n", [[0, "", ""], [0, "", ""], [1, "", ""]]],
    // What is printed may look like an exit code, or nearly like the word.
    ["0\n\nT 0\n7\n\nT 0\n", "\nT\n\nT\n", [[0, "0\n", ""], [0, "7\n", ""]]],
    ["T 0\nxT 0\n\nT 0\n", "T\n\nT\n", [[0, "T 0\nxT 0\n", "T\n"]]],
    // The shell was ended in the second program.
    ["a\nT 0\nhalf", "\nT\nwhy", [[0, "a", ""]]],
  ];
  for (const [stdout, stderr, expected] of cases) {
    const answers = splitBatch({ code: 0, stdout, stderr }, "T");
    assertEquals(answers.map(({ code, stdout, stderr }) => [code, stdout, stderr]), expected, stdout);
  }
});

const shells = [
  { name: "dash", needs: ["linux", "dash"], tools: { shell: "dash" } },
  { name: "bash", needs: ["linux", "bash"], tools: { shell: "bash" } },
  { name: "busybox", needs: ["linux", "busybox"], tools: { shell: "busybox", busybox: true } },
] as const;

for (const { name, needs, tools } of shells) {
  testWhere(`runBatch() answers each program as if it were alone, under ${name}`, { needs }, async () => {
    await using device = await makeLocalDevice({ tools });
    const remote = await device.connect();
    try {
      const show = program("show", `for arg in "$@"; do printf '[%s]\n' "$arg"; done`);
      const hostile = [
        "",
        "a b",
        "$(touch pwned)",
        '"; touch pwned; "',
        "two\nlines\n",
        "'",
        "\\",
        "*",
        "${3}",
        "ü",
        "-n",
      ];
      const calls: Call[] = [
        { program: show, args: hostile },
        { program: program("none", "true"), args: [] },
        { program: program("exit", "echo out; echo err >&2; exit 7"), args: [] },
        { program: program("die", 'die no-space "no room"'), args: ["x"] },
        { program: program("set", "x=leaked; cd /; set -eu; false; echo never"), args: [] },
        { program: program("see", `echo "\${x-clean} $# $1"`), args: ["one", "two"] },
        { program: program("stdin", "cat; echo end"), args: [] },
        { program: show, args: Array.from({ length: 40 }, (_, i) => String(i)) },
        { program: show, args: ["last"] },
      ];
      const answers = await runBatch(remote, calls);
      assertEquals(answers.map(({ code }) => code), [0, 0, 7, 80, 1, 0, 0, 0, 0]);
      assertEquals(answers.map(({ stdout }) => stdout), [
        hostile.map((arg) => `[${arg}]\n`).join(""),
        "",
        "out\n",
        "",
        "",
        "clean 2 one\n",
        "end\n",
        Array.from({ length: 40 }, (_, i) => `[${i}]\n`).join(""),
        "[last]\n",
      ]);
      assertEquals([answers[2]?.stderr, answers[3]?.stderr, answers[5]?.stderr], [
        "err\n",
        "\x1eno room\n",
        "",
      ]);
      assertEquals([...Deno.readDirSync(device.root)].length, 0);
    } finally {
      await remote.close();
    }
  });
}

testWhere(
  "runBatch() has no answer for a program that the whole was ended in",
  { needs: ["linux"] },
  async () => {
    await using device = await makeLocalDevice();
    const remote = await device.connect();
    try {
      const call = (text: string): Call => ({ program: program("t", text), args: [], timeout: 1 });
      assertEquals(
        (await failureOf(runBatch(remote, [call("echo a"), call("exec sleep 30"), call("echo c")]))).kind,
        "timeout",
      );
      const [first, second, third] = await runBatch(remote, [
        call("echo a"),
        call("kill -9 $$"),
        call("echo c"),
      ]);
      assertEquals([first?.code, first?.stdout], [0, "a\n"]);
      assertEquals([second?.code, third?.code], [137, 137]);
      assertEquals((await runBatch(remote, [])).length, 0);
    } finally {
      await remote.close();
    }
  },
);

testWhere("runWhileWell() runs nothing behind what fails, and leaves no input to what comes next", {
  needs: ["linux"],
}, async () => {
  await using device = await makeLocalDevice();
  const remote = await device.connect();
  const call = (name: string, text: string): Call => ({ program: program(name, text), args: [] });
  const bytes = new Uint8Array(100_000).fill(10);
  const payload = payloadOfBytes(bytes);
  const looks = call("look", "echo looked");
  const take = { ...call("take", "receive 100000 | wc -c"), payload };
  const well = await runWhileWell(remote, "name", [
    call("before", "cat"),
    take,
    call("behind", "cat"),
    looks,
  ]);
  assertEquals(well.map(({ code, stdout }) => [code, stdout.trim()]), [[0, ""], [0, "100000"], [0, ""], [
    0,
    "looked",
  ]]);
  const [failed] = await runWhileWell(remote, "name", [
    call("fail", "echo out; echo why >&2; exit 80"),
    looks,
  ]);
  assertEquals([failed?.code, failed?.stdout, failed?.stderr], [80, "out\n", "why\n"]);
  // Bytes that nobody has read would be taken for requests: that ends the session, and is no success.
  const reads = { ...call("half", "head -c 10 >/dev/null; exit 80"), payload };
  const [half] = await runWhileWell(remote, "name", [reads, looks]);
  assertEquals(half?.code, 80);
  assertEquals((await failureOf(remote.run(program("next", "true"), []))).kind, "dropped");
  await remote.close();
});

Deno.test("splitBatch() takes no more answers than were asked for, and none whose end it cannot read", () => {
  const tag = "batch-x";
  const forged = splitBatch({ code: 0, stdout: `\n${tag} 0\n`.repeat(50_000), stderr: "" }, tag, 3);
  assertEquals(forged.map(({ code }) => code), [0, 0, 0]);
  assertEquals(splitBatch({ code: 0, stdout: `a\n${tag} 0\nb\n${tag} zzz\n`, stderr: "" }, tag), [
    { code: 0, stdout: "a", stderr: "" },
  ]);
});

Deno.test("splitBatch() gives what was said on standard error to all, when its middle is missing", () => {
  const tag = "batch-x";
  const stderr = `first\n${tag}\nsecond\n… 9000 bytes left out …\nthird\n${tag}\n`;
  const answers = splitBatch({ code: 1, stdout: `a\n${tag} 0\nb\n${tag} 0\nc\n${tag} 1\n`, stderr }, tag, 3);
  assertEquals(answers.map(({ code }) => code), [0, 0, 1]);
  for (const { stderr } of answers) {
    assertEquals(stderr.includes("third") && stderr.includes("left out"), true);
  }
});
