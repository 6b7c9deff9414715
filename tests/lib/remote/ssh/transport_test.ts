import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  type Endpoint,
  loopArgv,
  refusal,
  sessionArgv,
  sshArgv,
} from "../../../../lib/remote/ssh/transport.ts";

const endpoint: Endpoint = {
  name: "edge-1",
  connection: "ssh",
  address: "10.0.0.7",
  commonArgs: [],
  become: false,
  becomeUser: "root",
};
const options = { connectTimeout: 7 };

Deno.test("sshArgv() turns every setting into words of their own", () => {
  const cases: [name: string, Partial<Endpoint>, sshConfig: string | undefined, expected: string[]][] = [
    ["nothing set", {}, undefined, []],
    ["port", { port: 2222 }, undefined, ["-p", "2222"]],
    ["user", { user: "deploy" }, undefined, ["-l", "deploy"]],
    ["key", { identityFile: "/home/me/my keys/id" }, undefined, [
      "-o",
      'IdentityFile="/home/me/my keys/id"',
    ]],
    ["odd key", { identityFile: '/%h"\\' }, undefined, ["-o", 'IdentityFile="/%%h\\"\\\\"']],
    ["common arguments", { commonArgs: ["-o", "ProxyJump=a b"] }, undefined, ["-o", "ProxyJump=a b"]],
    ["a configuration", {}, "C:\\Users\\me\\ssh config", ["-F", "C:\\Users\\me\\ssh config"]],
  ];
  const plain = sshArgv(endpoint, options, "command");
  for (const [name, settings, sshConfig, expected] of cases) {
    const argv = sshArgv(
      { ...endpoint, ...settings },
      { ...options, ...(sshConfig === undefined ? {} : { sshConfig }) },
      "command",
    );
    const at = expected.length === 0
      ? 0
      : argv.findIndex((_, i) => expected.every((word, n) => argv[i + n] === word));
    assert(at >= 0, `${name}: ${argv.join(" ")}`);
    assertEquals(argv.toSpliced(at, expected.length), plain, name);
    assertEquals(argv.slice(-3), ["--", "10.0.0.7", "command"], name);
  }
});

Deno.test("sshArgv() lends no agent, ticket or screen, unless the host asks for the agent", () => {
  const commonArgs = ["-A", "-X", "-K", "-o", "ForwardAgent=yes"];
  // ssh keeps the last of these flags, and a flag wins over every option.
  const flags = (argv: string[]) => argv.filter((word) => /^-[aAkKxX]$/.test(word)).slice(-3);
  assertEquals(flags(sshArgv({ ...endpoint, commonArgs }, options, "command")), ["-a", "-k", "-x"]);
  assertEquals(
    flags(sshArgv({ ...endpoint, commonArgs, forwardAgent: true }, options, "command")),
    ["-A", "-k", "-x"],
  );
});

Deno.test("sshArgv() never asks, never switches host keys off, and lets the user's arguments win where they may", () => {
  const argv = sshArgv(
    { ...endpoint, commonArgs: ["-o", "ConnectTimeout=99", "-o", "BatchMode=no"] },
    options,
    "command",
  );
  const values = argv.filter((_, i) => argv[i - 1] === "-o");
  // ssh keeps the first value of each.
  const first = (key: string): string | undefined => values.find((value) => value.startsWith(`${key}=`));
  assertEquals(first("BatchMode"), "BatchMode=yes");
  assertEquals(first("ConnectTimeout"), "ConnectTimeout=99");
  assertEquals(first("RequestTTY"), "RequestTTY=no");
  assertEquals(first("StrictHostKeyChecking"), undefined);
  assertEquals(first("UserKnownHostsFile"), undefined);
  assertEquals(
    sshArgv(endpoint, options, "command").includes("ConnectTimeout=7"),
    true,
  );
});

Deno.test("loopArgv() starts the loop by sudo -n where the user is to become another", () => {
  assertEquals(loopArgv("MARKER", endpoint).slice(0, 2), ["sh", "-c"]);
  assertEquals(loopArgv("MARKER", endpoint).at(-1), "MARKER");
  const become = loopArgv("MARKER", { become: true, becomeUser: "deploy" });
  assertEquals(become.slice(0, 8), ["sudo", "-n", "-H", "-u", "deploy", "--", "sh", "-c"]);
});

Deno.test("loopArgv() has a loop that csh takes, too: one line, no single quote, no backslash, no history", () => {
  const loop = loopArgv("MARKER", endpoint)[2] ?? "";
  // csh leaves an exclamation mark alone where a blank follows.
  assertMatch(loop, /^(?:[^\n'\\!]|!(?= )){300,}$/);
});

Deno.test("sessionArgv() hands ssh one command of quoted words, and a local shell its words", () => {
  const words = loopArgv("MARKER", endpoint);
  assertEquals(sessionArgv({ ...endpoint, connection: "local" }, options, "MARKER"), words);
  const command = sessionArgv(endpoint, options, "MARKER").at(-1)!;
  assertEquals(command, `exec sh -c '${words[2]}' lockstep MARKER`);
  const hostile = sessionArgv({ ...endpoint, become: true, becomeUser: "a'b; touch x" }, options, "M").at(
    -1,
  )!;
  assert(hostile.startsWith(`exec sudo -n -H -u 'a'\\''b; touch x' -- sh -c '`));
});

Deno.test("refusal() names what ssh must not be given, and nothing else", () => {
  const good: Partial<Endpoint>[] = [
    {},
    { address: "edge-1.example.com" },
    { address: "fe80::1%eth0" },
    { address: "2001:db8::7" },
    { address: "größe.example" },
    { address: "under_score" },
    { user: "deploy" },
    { user: "DOMAIN\\deploy" },
    { user: "first.last@example.com" },
    { user: "_svc-1" },
    // Nobody is asked for it.
    { connection: "local", address: "-oProxyCommand=touch x" },
  ];
  for (const settings of good) {
    assertEquals(refusal({ ...endpoint, ...settings }), null, JSON.stringify(settings));
  }
  const bad: Partial<Endpoint>[] = [
    { address: "" },
    { address: "-oProxyCommand=touch /tmp/x" },
    { address: "-v" },
    { address: "a b" },
    { address: "a\nb" },
    { address: "a\tb" },
    { address: "$(touch x)" },
    { address: "a`id`" },
    { address: "a;b" },
    { address: "a|b" },
    { address: "a&b" },
    { address: "a'b" },
    { address: 'a"b' },
    { address: "a>b" },
    { address: "a\u0000b" },
    { address: "*" },
    { user: "" },
    { user: "-oProxyCommand=x" },
    { user: "a b" },
    { user: "$(id)" },
    { user: "a`id`" },
    { user: "a\nb" },
    { user: "a;b" },
    { user: "a'b" },
  ];
  for (const settings of bad) {
    const found = refusal({ ...endpoint, ...settings });
    assert(found !== null, JSON.stringify(settings));
    // What is said about it must not write to a terminal.
    assert(!/\p{Cc}/u.test(found), found);
  }
});
