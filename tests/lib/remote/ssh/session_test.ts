import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { program } from "../../../../lib/remote/program.ts";
import { openSession } from "../../../../lib/remote/ssh/session.ts";
import { Throttle } from "../../../../lib/remote/ssh/throttle.ts";
import {
  failureOf,
  isRunning,
  type LocalDevice,
  makeLocalDevice,
  plainSettings,
  shortSleep,
  type ToolboxOptions,
  until,
} from "../../../local_device.ts";
import { sampled } from "../../../sampled.ts";
import { findProgram, type Need, testWhere } from "../../../support.ts";
import type { Payload, Remote } from "../../../../lib/remote/remote.ts";

/** Prints every argument between brackets, exactly. */
const showArgs = program("show", `for arg in "$@"; do printf '[%s]\\n' "$arg"; done`);
const echo = program("echo", `printf '%s' "$1"`);
/** Reads exactly as many bytes as it is told, as every program with a payload must. */
const digest = program(
  "digest",
  `dd bs=65536 iflag=fullblock,count_bytes count="$1" 2>/dev/null | sha256sum | cut -d " " -f 1`,
);

/** Values that a careless shell would take for more than data. */
const values = [
  "",
  " ",
  "plain",
  "two words",
  "  ends and begins with blanks  ",
  `'single' and "double"`,
  "$(touch pwned) `touch pwned` $HOME ${x}",
  "back\\slash \\n \\\\",
  "one\ntwo",
  "\n",
  "\n\nbefore and after\n\n",
  "ends in a newline\n",
  "tab\tand\rreturn\r\n",
  "größe 日本語 🚀",
  "*",
  "-n",
  "--",
  "!history ~ # %",
  "lockstep-00000000-0000-0000-0000-000000000000 1 0",
  "\u0001\u001b[2J\u007f",
  "x".repeat(100_000),
];

function payload(bytes: number, chunk = 128 * 1024): Payload & { sha256(): Promise<string> } {
  const content = new Uint8Array(bytes);
  for (let i = 0; i < bytes; i++) content[i] = (i * 31 + (i >> 8)) & 255;
  return {
    bytes,
    async *chunks() {
      for (let at = 0; at < bytes; at += chunk) yield await Promise.resolve(content.subarray(at, at + chunk));
    },
    sha256: async () => new Uint8Array(await crypto.subtle.digest("SHA-256", content)).toHex(),
  };
}

/** Runs something in a session of its own and closes it, whatever happens. */
async function inSession(
  device: LocalDevice,
  use: (remote: Remote) => Promise<void>,
): Promise<void> {
  const remote = await device.connect();
  try {
    await use(remote);
  } finally {
    await remote.close();
  }
}

const shells: readonly { name: string; needs: readonly Need[]; tools: ToolboxOptions }[] = [
  { name: "dash and GNU tools", needs: ["linux", "dash"], tools: { shell: "dash" } },
  { name: "bash and GNU tools", needs: ["linux", "bash"], tools: { shell: "bash" } },
  { name: "busybox alone", needs: ["linux", "busybox"], tools: { shell: "busybox", busybox: true } },
];

for (const { name, needs, tools } of sampled(shells, 2)) {
  testWhere(`run() hands over every argument byte for byte, under ${name}`, { needs }, async () => {
    await using device = await makeLocalDevice({ tools });
    await inSession(device, async (remote) => {
      const shown = await remote.run(showArgs, values);
      assertEquals(shown.stdout, values.map((value) => `[${value}]\n`).join(""));
      assertEquals({ code: shown.code, stderr: shown.stderr }, { code: 0, stderr: "" });
      for (const value of values) assertEquals((await remote.run(echo, [value])).stdout, value);
    });
    assertEquals([...Deno.readDirSync(device.root)].length, 0);
  });

  testWhere(
    `run() takes programs of any length, and keeps them apart, under ${name}`,
    { needs },
    async () => {
      const oldDd = `for word in "$@"; do case $word in iflag=*) exit 1 ;; esac; done; exec ${
        findProgram("dd")
      } "$@"`;
      for (const scripts of [{}, { dd: oldDd }]) {
        await using device = await makeLocalDevice({ tools: { ...tools, scripts } });
        await inSession(device, async (remote) => {
          for (const length of [0, 1999, 2000, 2001, 60_000]) {
            const filler = `: ${"x".repeat(98)}\n`.repeat(Math.ceil(length / 100)).slice(0, length);
            for (const end of ["", "\n", "\n\n\n"]) {
              const long = program("long", `${filler}\necho "$1 ${length}"; own=set; exit 3${end}`);
              const answer = await remote.run(long, ["two\nlines"]);
              assertEquals([answer.code, answer.stdout, answer.stderr], [3, `two\nlines ${length}\n`, ""]);
            }
          }
          assertEquals((await remote.run(program("other", `echo "\${own-unset}"`), [])).stdout, "unset\n");
        });
      }
    },
  );

  testWhere(`run() has a short program leave nothing behind, under ${name}`, { needs }, async () => {
    await using device = await makeLocalDevice({ tools });
    await inSession(device, async (remote) => {
      const leaves = program("leaves", `own=set; id=99; cd /; umask 077; set -e; echo "$1"; cat; exit 7`);
      const answer = await remote.run(leaves, ["*\n$x"], { short: true });
      assertEquals([answer.code, answer.stdout, answer.stderr], [7, "*\n$x\n", ""]);
      const see = program("see", `echo "\${own-unset} $(pwd) $(umask)"`);
      const before = (await remote.run(see, [])).stdout;
      assertEquals((await remote.run(see, [], { short: true })).stdout, before);
      assertEquals(before.split(" ")[0], "unset");
      assertEquals((await remote.run(program("die", "die no-space full"), [], { short: true })).code, 80);
    });
  });

  testWhere(`run() answers several requests in their order, under ${name}`, { needs }, async () => {
    await using device = await makeLocalDevice({ tools });
    await inSession(device, async (remote) => {
      const done: number[] = [];
      const answers = await Promise.all(
        Array.from({ length: 20 }, async (_, i) => {
          const text = i % 7 === 0 ? `sleep 0.02; echo "$1"; exit "$1"` : `echo "$1"; exit "$1"`;
          const answer = await remote.run(program("n", text), [String(i)]);
          done.push(i);
          return answer;
        }),
      );
      assertEquals(
        answers,
        Array.from({ length: 20 }, (_, i) => ({ code: i, stdout: `${i}\n`, stderr: "" })),
      );
      assertEquals(done, Array.from({ length: 20 }, (_, i) => i));
    });
  });

  testWhere(`run() delivers a payload whole and goes on after it, under ${name}`, { needs }, async () => {
    await using device = await makeLocalDevice({ tools });
    await inSession(device, async (remote) => {
      for (const bytes of [0, 1, 65_536, 65_537, 5_000_000]) {
        const sent = payload(bytes);
        // The request behind it is under way before the payload has left.
        const [got, next] = await Promise.all([
          remote.run(digest, [String(sent.bytes)], { payload: sent }),
          remote.run(echo, ["next"]),
        ]);
        assertEquals(got.stdout.trim(), await sent.sha256(), `${bytes} bytes`);
        assertEquals(next.stdout, "next");
      }
    });
  });

  testWhere(`run() keeps the two streams and the exit code apart, under ${name}`, { needs }, async () => {
    await using device = await makeLocalDevice({ tools });
    await inSession(device, async (remote) => {
      const cases: [text: string, code: number, stdout: string, stderr: string][] = [
        ["exit 255", 255, "", ""],
        ["echo out; echo err >&2; exit 3", 3, "out\n", "err\n"],
        ["printf 'no line end'; printf 'nor here' >&2", 0, "no line end", "nor here"],
        ["printf '\\n\\n'", 0, "\n\n", ""],
        ["printf 'a\\r\\nb\\r\\n'", 0, "a\r\nb\r\n", ""],
        ["kill -9 $$", 137, "", ""],
        ["no-such-program-here 2>/dev/null", 127, "", ""],
        // The program must not be able to swallow the requests behind it.
        ["cat; echo end", 0, "end\n", ""],
        ["set -- 1 2 3; x=1; cd /; exit 4", 4, "", ""],
      ];
      for (const [text, code, stdout, stderr] of cases) {
        const answer = await remote.run(program("t", text), []);
        // A killed program may be named on stderr by its shell.
        assertEquals(
          { ...answer, stderr: code === 137 ? "" : answer.stderr },
          { code, stdout, stderr },
          text,
        );
      }
      assertEquals((await remote.run(echo, ["still there"])).stdout, "still there");
    });
  });

  testWhere(`run() has every function of the prelude, under ${name}`, { needs }, async () => {
    await using device = await makeLocalDevice({ tools });
    await device.write("a file", "abc");
    await inSession(device, async (remote) => {
      const text = `
        cd "$1" && digests . && free . && flush "a file" . && flush_tree . && boot_id >/dev/null && started $$ >/dev/null &&
        alive "$LOCKSTEP_SESSION $(started "$LOCKSTEP_SESSION") $(boot_id) run since who" && echo alive
        alive "$LOCKSTEP_SESSION 1 $(boot_id) run since who" || echo "another process"
        alive "$LOCKSTEP_SESSION $(started "$LOCKSTEP_SESSION") other-boot run since who" || echo "another boot"
        printf 'key=a=b c\\n' >small && field key small
        die no-space "no room"`;
      const { code, stdout, stderr } = await remote.run(program("prelude", text), [device.root]);
      const lines = stdout.trimEnd().split("\n");
      assertEquals(
        lines[0],
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  ./a file",
      );
      assertMatch(lines[1]!, /^\d+ (\d+|-)$/);
      assertEquals(lines.slice(2), ["alive", "another process", "another boot", "a=b c"]);
      assertEquals({ code, stderr }, { code: 80, stderr: "\x1eno room\n" });
    });
  });

  testWhere(`run() ends a program at its limit and goes on, under ${name}`, { needs }, async () => {
    await using device = await makeLocalDevice({ tools });
    await inSession(device, async (remote) => {
      const running = remote.run(program("stuck", `echo $$ >"$1"; echo partly >&2; exec sleep 60`), [
        device.at("pid"),
      ], { timeout: 1 });
      const failure = await failureOf(running);
      assertEquals(failure.kind, "timeout");
      assertEquals(failure.data.host, "edge-1");
      assertStringIncludes(failure.message, "1 s");
      const pid = Number(await device.read("pid"));
      await until(`process ${pid} is gone`, () => !isRunning(pid));
      assertEquals((await remote.run(echo, ["alive"])).stdout, "alive");
    });
  });

  testWhere(`run() answers a program that fails in its payload, then the session ends, under ${name}`, {
    needs,
  }, async () => {
    await using device = await makeLocalDevice({ tools });
    await inSession(device, async (remote) => {
      const text = `head -c 10 >/dev/null; echo why >&2; echo out; exit 80`;
      const [failing, next] = await Promise.all([
        remote.run(program("upload", text), [], { payload: payload(3_000_000) }),
        failureOf(remote.run(echo, ["never"])),
      ]);
      assertEquals(failing, { code: 80, stdout: "out\n", stderr: "why\n" });
      assertEquals(next.kind, "dropped");
      assertEquals((await failureOf(remote.run(echo, ["never"]))).kind, "dropped");
    });
  });
}

testWhere("run() calls a limit that ran out a timeout, also for requests that waited for others", {
  needs: ["linux"],
}, async () => {
  await using device = await makeLocalDevice();
  const kinds = await Promise.all(Array.from({ length: 12 }, async () => {
    const remote = await device.connect();
    const quick = remote.run(echo, ["x".repeat(50_000)]);
    const stuck = failureOf(remote.run(program("stuck", "exec sleep 60"), [], { timeout: 1 }));
    await quick;
    const kind = await stuck.then((failure) => failure.kind, (error) => String(error));
    await remote.close();
    return kind;
  }));
  assertEquals(kinds, kinds.map(() => "timeout"));
});

testWhere("run() ends what a program has started, at its limit", { needs: ["linux"] }, async () => {
  await using device = await makeLocalDevice();
  await inSession(device, async (remote) => {
    const text = `sleep 60 & echo $! >"$1"; wait`;
    const failure = await failureOf(remote.run(program("t", text), [device.at("pid")], { timeout: 1 }));
    assertEquals(failure.kind, "timeout");
    const pid = Number(await device.read("pid"));
    await until(`process ${pid} is gone`, () => !isRunning(pid));
  });
});

testWhere("run() works on a device without timeout", { needs: ["linux"] }, async () => {
  await using device = await makeLocalDevice({ tools: { without: ["timeout"] } });
  await inSession(device, async (remote) => {
    assertEquals((await remote.run(showArgs, ["a b", ""])).stdout, "[a b]\n[]\n");
    const sent = payload(100_000);
    assertEquals(
      (await remote.run(digest, [String(sent.bytes)], { payload: sent })).stdout.trim(),
      await sent.sha256(),
    );
    assertEquals((await remote.run(program("t", "has timeout || echo none"), [])).stdout, "none\n");
  });
});

testWhere("run() tells everybody who waits when the shell is killed", { needs: ["linux"] }, async () => {
  await using device = await makeLocalDevice({ tools: { scripts: { sleep: shortSleep } } });
  const remote = await device.connect();
  const shell = Number((await remote.run(program("pid", `echo "$LOCKSTEP_SESSION"`), [])).stdout);
  const waiting = [0, 1, 2].map(() => failureOf(remote.run(program("wait", "exec sleep 1"), [])));
  await new Promise((resolve) => setTimeout(resolve, 100));
  Deno.kill(shell, "SIGKILL");
  for (const failure of await Promise.all(waiting)) {
    assertEquals(failure.kind, "dropped");
    assertStringIncludes(failure.message, "connection was lost");
  }
  assertEquals((await failureOf(remote.run(echo, ["x"]))).kind, "dropped");
  await remote.close();
});

testWhere("run() ends in dropped when the shell is killed in the middle of a payload", {
  needs: ["linux"],
}, async () => {
  await using device = await makeLocalDevice({ tools: { scripts: { sleep: shortSleep } } });
  const remote = await device.connect();
  const shell = Number((await remote.run(program("pid", `echo "$LOCKSTEP_SESSION"`), [])).stdout);
  const sending = failureOf(
    remote.run(program("slow", "exec sleep 1"), [], { payload: payload(20_000_000) }),
  );
  await new Promise((resolve) => setTimeout(resolve, 200));
  Deno.kill(shell, "SIGKILL");
  assertEquals((await sending).kind, "dropped");
  await remote.close();
});

testWhere("run() takes no wait for its turn for a stall, but a device that takes nothing for one", {
  needs: ["linux"],
}, async () => {
  await using device = await makeLocalDevice();
  const options = { connectTimeout: 5, commandTimeout: 60, stall: 0.5 };
  const throttle = new Throttle(100_000);
  const limited = await openSession(device.settings, { ...options, throttle });
  // Others have the next turns.
  throttle.note(100_000);
  const sent = payload(20_000);
  const answer = await limited.run(digest, [String(sent.bytes)], { payload: sent });
  assertEquals(answer.stdout.trim(), await sent.sha256());
  await limited.close();

  const free = await openSession(device.settings, options);
  const stuck = free.run(program("stuck", "exec sleep 5"), [], { payload: payload(1_000_000, 16_384) });
  assertEquals((await failureOf(stuck)).kind, "timeout");
  await free.close();
});

testWhere("run() fails when the local source of a payload does", { needs: ["linux"] }, async () => {
  await using device = await makeLocalDevice();
  const cases: [payload: Payload, kind: string][] = [
    [{
      bytes: 100,
      async *chunks() {
        yield await Promise.resolve(new Uint8Array(10));
        throw new Error("model.onnx became shorter while it was sent");
      },
    }, "fault"],
    [{
      bytes: 100,
      async *chunks() {
        yield await Promise.resolve(new Uint8Array(10));
      },
    }, "mismatch"],
  ];
  for (const [broken, kind] of cases) {
    const remote = await device.connect();
    assertEquals(
      (await failureOf(remote.run(program("cat", "cat >/dev/null"), [], { payload: broken }))).kind,
      kind,
    );
    await remote.close();
  }
});

testWhere("run() refuses an argument with a NUL character, and goes on", { needs: ["linux"] }, async () => {
  await using device = await makeLocalDevice();
  await inSession(device, async (remote) => {
    assertEquals((await failureOf(remote.run(echo, ["a\0b"]))).kind, "unsuitable");
    assertEquals((await remote.run(echo, ["ok"])).stdout, "ok");
  });
});

testWhere("run() takes large output, and ends the session where it is over the limit", {
  needs: ["linux"],
}, async () => {
  await using device = await makeLocalDevice();
  const remote = await device.connect();
  const print = program("print", `head -c "$1" /dev/zero | tr '\\0' x`);
  assertEquals((await remote.run(print, ["2000000"])).stdout.length, 2_000_000);
  // As many as the set has files to be told of.
  assertEquals((await remote.run(print, ["4000000"], { expected: 2_000_000 })).stdout.length, 4_000_000);
  const failure = await failureOf(remote.run(print, ["40000000"]));
  assertEquals(failure.kind, "excess");
  assertStringIncludes(failure.message, "it printed more than 2 MiB");
  await remote.close();
});

testWhere(
  "openSession() is deaf to what is printed before the loop begins",
  { needs: ["linux"] },
  async () => {
    const noisy = `
    i=0; while [ $i -lt 3000 ]; do echo "Welcome to edge-1! lockstep-x hello"; i=$((i + 1)); done
    echo "motd" >&2; printf 'no newline at the end'; printf 'here too' >&2
    exec ${findProgram("sh")} "$@"`;
    await using device = await makeLocalDevice({ tools: { scripts: { sh0: "" } } });
    await Deno.remove(join(device.path!, "sh"));
    await Deno.writeTextFile(join(device.path!, "sh"), `#!${findProgram("bash")}\n${noisy}`, { mode: 0o755 });
    await inSession(device, async (remote) => {
      // Its programs are noisy, too, for they are run by the same sh; but what they are asked for comes last.
      const { stdout, stderr, code } = await remote.run(echo, ["quiet"]);
      assert(stdout.endsWith("endquiet"), stdout.slice(-100));
      assert(stderr.endsWith("here too"));
      assertEquals(code, 0);
    });
  },
);

testWhere("openSession() says why there is no shell", { needs: ["linux"] }, async () => {
  await using device = await makeLocalDevice({ tools: {} });
  await Deno.remove(join(device.path!, "sh"));
  const text = `#!${findProgram("bash")}\necho "This account is currently not available." >&2; exit 7\n`;
  await Deno.writeTextFile(join(device.path!, "sh"), text, { mode: 0o755 });
  const failure = await failureOf(device.connect());
  assertEquals(failure.kind, "unreachable");
  assertStringIncludes(failure.message, "exited with code 7");
  assertStringIncludes(failure.message, "not available");
});

testWhere("openSession() says what to grant where sudo refuses", { needs: ["linux"] }, async () => {
  await using device = await makeLocalDevice({
    settings: { become: true, becomeUser: "deploy" },
    tools: { scripts: { sudo: `echo "sudo: a password is required" >&2; exit 1` } },
  });
  const failure = await failureOf(device.connect());
  assertEquals(failure.kind, "privilege");
  assertStringIncludes(failure.message, "a password is required");
  assertStringIncludes(failure.data.next ?? "", "(deploy) NOPASSWD");
});

testWhere("openSession() becomes another user by sudo -n", { needs: ["linux"] }, async () => {
  await using device = await makeLocalDevice({
    settings: { become: true, becomeUser: "deploy" },
    tools: {
      scripts: {
        sudo: `printf "%s " "$@" >"\${0%/*}/asked"; while [ "$1" != -- ]; do shift; done; shift; exec "$@"`,
      },
    },
  });
  await inSession(device, async (remote) => {
    assertEquals((await remote.run(echo, ["x"])).stdout, "x");
  });
  assertMatch(await Deno.readTextFile(join(device.path!, "asked")), /^-n -H -u deploy -- sh -c /);
});

testWhere("openSession() refuses an address that ssh would take for an option", { needs: [] }, async () => {
  const settings = {
    ...plainSettings("/nowhere"),
    connection: "ssh" as const,
    address: "-oProxyCommand=touch x",
  };
  const failure = await failureOf(openSession(settings, { connectTimeout: 1, commandTimeout: 1 }));
  assertEquals(failure.kind, "unreachable");
  assertStringIncludes(failure.message, "begins with");
});

testWhere("openSession() and run() end at once when they are given up", { needs: ["linux"] }, async () => {
  await using device = await makeLocalDevice();
  const early = new AbortController();
  early.abort();
  assertEquals((await failureOf(device.connect(early.signal))).kind, "interrupted");

  const late = new AbortController();
  const remote = await device.connect(late.signal);
  const began = performance.now();
  const waiting = failureOf(remote.run(program("wait", "exec sleep 30"), []));
  setTimeout(() => late.abort(), 100);
  assertEquals((await waiting).kind, "interrupted");
  assert(performance.now() - began < 5000);
  await remote.close();
});

testWhere("close() leaves no process, answers nothing any more, and may be called twice", {
  needs: ["linux"],
}, async () => {
  await using device = await makeLocalDevice();
  const remote = await device.connect();
  const shell = Number((await remote.run(program("pid", `echo "$LOCKSTEP_SESSION"`), [])).stdout);
  await remote.close();
  assert(!isRunning(shell));
  assertEquals((await failureOf(remote.run(echo, ["x"]))).kind, "dropped");
  await remote.close();
});

testWhere("close() does not wait for a program that runs", { needs: ["linux"] }, async () => {
  await using device = await makeLocalDevice();
  const remote = await device.connect();
  const shell = Number((await remote.run(program("pid", `echo "$LOCKSTEP_SESSION"`), [])).stdout);
  const running = failureOf(remote.run(program("long", "exec sleep 30"), []));
  const began = performance.now();
  await remote.close();
  assert(performance.now() - began < 6000);
  const first = await Promise.race([
    running,
    new Promise<null>((resolve) => setTimeout(() => resolve(null), 500)),
  ]);
  assertEquals(first?.kind, "dropped");
  assert(!isRunning(shell));
});

for (const { name, needs, tools } of sampled(shells, 2)) {
  testWhere(`run() keeps every answer whole, whenever a beat comes, under ${name}`, { needs }, async () => {
    // Beats as fast as can be, so that they fall between any two writes.
    const scripts = { sleep: "exit 0" };
    await using device = await makeLocalDevice({ tools: { ...tools, scripts } });
    await inSession(device, async (remote) => {
      const text =
        `i=0; while [ "$i" -lt 50 ]; do printf 'line %s\\n' "$i"; printf part; i=$((i + 1)); done; echo oops >&2; exit "$1"`;
      const stdout = Array.from({ length: 50 }, (_, i) => `line ${i}\npart`).join("");
      for (let i = 0; i < 30; i++) {
        const answer = await remote.run(program("lines", text), [String(i % 7)], { timeout: 5 });
        assertEquals(answer, { code: i % 7, stdout, stderr: "oops\n" });
      }
    });
  });
}

testWhere("run() has no more time than the user says, besides what a program waits on purpose", {
  needs: ["linux"],
}, async () => {
  await using device = await makeLocalDevice();
  const options = { connectTimeout: 5, commandTimeout: 60, longest: 1, grace: 0.5 };
  const waits = program("waits", `sleep "$1"; echo done`);
  const remote = await openSession(device.settings, options);
  const answer = await remote.run(waits, ["1.5"], { timeout: 1800, waits: 2 });
  assertEquals(answer.stdout, "done\n");
  const began = performance.now();
  const failure = await failureOf(remote.run(waits, ["30"], { timeout: 1800 }));
  assertEquals(failure.kind, "timeout");
  assertStringIncludes(failure.message, "no answer within 1 s \(--timeout\)");
  assert(performance.now() - began < 5000);
  await remote.close();
});
