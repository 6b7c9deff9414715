/**
 * What a login has set, and a session puts away: programs of ours see none of it, the user's own command all of it.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { program } from "../../../../lib/remote/program.ts";
import { makeLocalDevice, type ToolboxOptions } from "../../../local_device.ts";
import { type Need, testWhere } from "../../../support.ts";
import type { Answer } from "../../../../lib/remote/remote.ts";

const shells: readonly { name: string; needs: readonly Need[]; tools: ToolboxOptions }[] = [
  { name: "dash and GNU tools", needs: ["linux", "dash"], tools: { shell: "dash" } },
  { name: "bash and GNU tools", needs: ["linux", "bash"], tools: { shell: "bash" } },
  { name: "busybox alone", needs: ["linux", "busybox"], tools: { shell: "busybox", busybox: true } },
];

/** What the login exports. Some are names that the session's programs use themselves. */
const odd: Readonly<Record<string, string>> = {
  POSIXLY_CORRECT: "1",
  GREP_OPTIONS: "--color=always",
  CDPATH: "/tmp:/",
  TZ: "Asia/Kolkata",
  LANG: "tr_TR.UTF-8",
  LC_ALL: "C.UTF-8",
  BASH_ENV: "/nowhere",
  ENV: "/nowhere",
  TAR_OPTIONS: "--verbose",
  IFS: "=",
  m: "a",
  run: "b",
  name: "c",
  text: "d",
  nl: "e",
  n: "f",
  EMPTY: "",
  SECRET: 'it\'s "quoted" \\ `x` $(x) $x ! *',
  LINES: "one\nexport m='two'\nexport FAKE=three\nexport PATH='/nowhere'\n\n",
};
/** What only bash takes from its environment. */
const ofBash: Readonly<Record<string, string>> = {
  SHELLOPTS: "errexit:nounset:noclobber:noglob:pipefail",
  BASHOPTS: "nullglob:failglob:xpg_echo",
  UID: "1000",
  "BASH_FUNC_grep%%": "() { echo mine; }",
};

async function withEnv<T>(env: Readonly<Record<string, string>>, use: () => Promise<T>): Promise<T> {
  const before = Object.keys(env).map((name) => [name, Deno.env.get(name)] as const);
  for (const [name, value] of Object.entries(env)) Deno.env.set(name, value);
  try {
    return await use();
  } finally {
    for (const [name, value] of before) {
      value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
    }
  }
}

/** The environment that `cat /proc/self/environ` has printed, without what a shell sets by itself. */
function environ({ stdout }: Answer): Record<string, string> {
  return Object.fromEntries(
    stdout.split("\0").filter((line) => line !== "").map((line) => {
      const at = line.indexOf("=");
      return [line.slice(0, at), line.slice(at + 1)] as const;
    }).filter(([name]) => !["_", "PWD", "OLDPWD", "SHLVL"].includes(name)),
  );
}

const own = program("own", "cat /proc/self/environ");
const users = program("users", `as_before sh -c 'cat /proc/self/environ'`);
const mask = program("mask", "umask; as_before sh -c umask");
const options = program(
  "options",
  `cd /; for name in etc none*; do echo "$name"; done; false; echo "\${unset-}$-" | tr -d hiBc; set -o | grep "^posix.*off"; type grep | grep -c function; false | true`,
);

for (const { name, needs, tools } of shells) {
  testWhere(`a session puts away what its login has set, and the user's own command has it, under ${name}`, {
    needs,
  }, async () => {
    await using device = await makeLocalDevice({ tools });
    // What is there anyway is the login's, too.
    const login: Record<string, string> = { ...Deno.env.toObject(), ...odd, PATH: device.path! };
    await withEnv({ ...odd, ...ofBash }, async () => {
      const remote = await device.connect();
      try {
        for (const short of [true, false]) {
          const ours = environ(await remote.run(own, [], { short }));
          assertEquals(Object.keys(odd).filter((name) => name in ours), ["LC_ALL"]);
          assertEquals([ours.LC_ALL, ours.PATH, ours.HOME], ["C", device.path, login.HOME]);
          assertEquals((await remote.run(options, [], { short })).stdout, "etc\nnone*\n\n0\n");
          const theirs: Record<string, string> = environ(await remote.run(users, [], { short }));
          // bash has a value of its own for it.
          if (tools.shell === "bash") theirs.POSIXLY_CORRECT = theirs.POSIXLY_CORRECT === "y" ? "1" : "";
          assertEquals(Object.keys(theirs).filter((name) => name.startsWith("LOCKSTEP_LOGIN")), []);
          for (const [name, value] of Object.entries(login)) {
            // No shell takes these from its environment, or each makes them again.
            if (["IFS", "SHLVL", "PWD", "OLDPWD", "_", ...Object.keys(ofBash)].includes(name)) continue;
            // `deno task` exports "?", which no shell hands on.
            if (!/^\w+$/.test(name)) continue;
            assertEquals(theirs[name], value, name);
          }
        }
      } finally {
        await remote.close();
      }
    });
  });

  testWhere(`a session has a umask of its own, and the user's own command the login's, under ${name}`, {
    needs,
  }, async () => {
    await using device = await makeLocalDevice({ tools });
    const former = Deno.umask(0o077);
    try {
      const remote = await device.connect();
      assertEquals((await remote.run(mask, [])).stdout.trim().split("\n").map(Number), [22, 77]);
      await remote.close();
    } finally {
      Deno.umask(former);
    }
    assert(Deno.umask() === former);
  });
}
