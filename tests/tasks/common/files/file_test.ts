import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { z } from "zod";
import { UsageError } from "../../../../lib/errors.ts";
import { simulatedConnector } from "../../../../lib/remote/simulated/connect.ts";
import { HostRun } from "../../../../lib/rollout/host_run.ts";
import { file } from "../../../../tasks/common/files/file.ts";
import { diffTrees } from "../../../fleet/support/tree.ts";
import { makeLocalDevice, newRun, plainSettings } from "../../../local_device.ts";
import { longTestWhere, testWhere } from "../../../support.ts";
import { assertPromise } from "../../promise.ts";
import { testOnShells } from "../device_shells.ts";

/** Names and texts that would be something else to a shell that read them as its own. */
export const hostile = [
  "plain",
  "with space",
  "'quotes\" and `ticks`",
  "$(touch pwned)",
  "; touch pwned",
  "-rf",
  "*",
  "größe 🚀",
  "back\\slash\\n",
  "~",
  "a".repeat(200),
];

testOnShells("file() writes a file whole with its mode, and is ok then", async (device) => {
  const path = device.at("etc/app/config.json");
  const task = file({ name: "config", path, content: '{ "a": 1 }\n', mode: 0o640 });
  const { last } = await assertPromise(device, task);
  assertEquals(last.steps, [`write ${path} (11 bytes), mode 640`]);
  assertEquals(await device.read("etc/app/config.json"), '{ "a": 1 }\n');
  assertEquals((await Deno.stat(path)).mode! & 0o7777, 0o640);
  assertEquals([...Deno.readDirSync(device.at("etc/app"))].map(({ name }) => name), ["config.json"]);
});

testOnShells(
  "file() keeps mode and owner of a file whose content differs, when none are asked for",
  async (device) => {
    await device.write("motd", "old");
    await Deno.chmod(device.at("motd"), 0o4751);
    await assertPromise(device, file({ name: "motd", path: device.at("motd"), content: "new" }));
    assertEquals(await device.read("motd"), "new");
    // A set-id bit was the older file's.
    assertEquals((await Deno.stat(device.at("motd"))).mode! & 0o7777, 0o751);
  },
);

testOnShells("file() changes mode alone without writing the file anew", async (device) => {
  await device.write("run.sh", "#!/bin/sh\n");
  await Deno.chmod(device.at("run.sh"), 0o644);
  const before = await Deno.stat(device.at("run.sh"));
  const { last } = await assertPromise(device, file({ name: "run", path: device.at("run.sh"), mode: 0o755 }));
  assertEquals(last.steps, [`make ${device.at("run.sh")} mode 755`]);
  const after = await Deno.stat(device.at("run.sh"));
  assertEquals([after.mode! & 0o7777, after.ino], [0o755, before.ino]);
});

testOnShells("file() takes hostile names and contents as they are", async (device) => {
  const before = [...Deno.readDirSync(device.dir)].map(({ name }) => name).sort();
  const contentOf = (name: string) => `${name}\nEOF\n\n$(touch pwned)\n`;
  const tasks = hostile.map((name, at) =>
    file({ name: `hostile-${at}`, path: device.at("h", name, name), content: contentOf(name) })
  );
  assertEquals(new Set(Object.values((await device.perform(tasks)).statuses)), new Set(["changed"]));
  assertEquals(new Set(Object.values((await device.perform(tasks)).statuses)), new Set(["ok"]));
  for (const name of hostile) assertEquals(await device.read(`h/${name}/${name}`), contentOf(name));
  const contents = ["", "\n", "no end of line", new Uint8Array([0, 1, 2, 255, 10, 0])];
  const odd = contents.map((content, at) =>
    file({ name: `odd-${at}`, path: device.at(`odd${at}`), content })
  );
  assertEquals(new Set(Object.values((await device.perform(odd)).statuses)), new Set(["changed"]));
  assertEquals(new Set(Object.values((await device.perform(odd)).statuses)), new Set(["ok"]));
  for (const [at, content] of contents.entries()) {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    assertEquals(await Deno.readFile(device.at(`odd${at}`)), bytes);
  }
  assertEquals([...Deno.readDirSync(device.dir)].map(({ name }) => name).sort(), before);
}, { all: true });

testOnShells("file() writes a large file as it is", async (device) => {
  const content = new Uint8Array(1_500_001).map((_, at) => at * 7 % 256);
  await assertPromise(device, file({ name: "large", path: device.at("large"), content }));
  assertEquals(await Deno.readFile(device.at("large")), content);
});

testOnShells("file() replaces a link, and leaves what it leads to alone", async (device) => {
  await device.write("target", "somebody's");
  await device.write("folder/inside", "somebody's");
  for (
    const [name, to] of [["to-file", "target"], ["to-folder", "folder"], ["to-nothing", "nowhere"]] as const
  ) {
    await Deno.symlink(to, device.at(name));
    const { last } = await assertPromise(device, file({ name, path: device.at(name), content: "ours" }));
    assertStringIncludes(last.steps[0] ?? "", "replace the link");
    assertEquals([(await Deno.lstat(device.at(name))).isFile, await device.read(name)], [true, "ours"]);
  }
  assertEquals([await device.read("target"), await device.read("folder/inside")], [
    "somebody's",
    "somebody's",
  ]);
  assertEquals([...Deno.readDirSync(device.at("folder"))].length, 1);
});

testOnShells(
  "file() removes a file or a link, and neither a folder nor what a link leads to",
  async (device) => {
    await device.write("-rf *", "x");
    await device.write("folder/inside", "x");
    await Deno.symlink("folder", device.at("link"));
    await assertPromise(device, file({ name: "gone", path: device.at("-rf *"), absent: true }));
    await assertPromise(device, file({ name: "gone", path: device.at("link"), absent: true }));
    assertEquals(await device.read("folder/inside"), "x");
    const { last } = await device.perform([file({ name: "gone", path: device.at("folder"), absent: true })]);
    assertEquals([last.status, last.error?.kind], ["failed", "unsuitable"]);
    const { last: none } = await device.perform([
      file({ name: "gone", path: device.at("no/such"), absent: true }),
    ]);
    assertEquals(none.status, "ok");
  },
);

testOnShells(
  "file() writes nothing over a folder, and fails if a file has to be there and is not",
  async (device) => {
    await device.write("folder/inside", "x");
    await Deno.symlink("folder/inside", device.at("link"));
    const before = await device.tree();
    const outcome = async (task: ReturnType<typeof file>) => {
      const { last } = await device.perform([task]);
      return [last.status, last.error?.kind, last.error?.evidence];
    };
    const name = "f";
    assertEquals(await outcome(file({ name, path: device.at("folder"), content: "" })), [
      "failed",
      "unsuitable",
      `${device.at("folder")} is a folder`,
    ]);
    assertEquals(await outcome(file({ name, path: device.at("none"), mode: 0o600 })), [
      "failed",
      "not-found",
      `there is no ${device.at("none")}`,
    ]);
    const none = file({ name, path: device.at("none"), mode: 0o600 });
    assertEquals((await device.perform([none], { dryRun: true })).last.status, "skipped");
    assertEquals(await outcome(file({ name, path: device.at("link"), mode: 0o600 })), [
      "failed",
      "not-found",
      `${device.at("link")} is a link, which is not followed`,
    ]);
    const { last } = await device.perform([
      file({ name, path: device.at("folder/inside/below"), content: "" }),
    ]);
    assertEquals(last.status, "failed");
    assertEquals(
      diffTrees(before, await device.tree()).filter((line) => !/^([+~] \.lockstep|~ (folder)?:)/.test(line)),
      [],
    );
  },
);

testOnShells("file() removes what an earlier write has left that was cut", async (device) => {
  await device.write("etc/.lockstep-new.1", "half");
  await assertPromise(device, file({ name: "f", path: device.at("etc/f"), content: "whole" }));
  assertEquals([...Deno.readDirSync(device.at("etc"))].map(({ name }) => name), ["f"]);
});

longTestWhere(
  "file() gives a file to whom it is to belong, by name or number",
  { needs: ["linux", "root"] },
  async () => {
    for (const busybox of [false, true]) {
      await using device = await makeLocalDevice({ tools: busybox ? { shell: "busybox", busybox } : {} });
      const path = device.at("owned");
      await assertPromise(
        device,
        file({ name: "f", path, content: "x", owner: "daemon", group: "1", mode: 0o600 }),
      );
      assertEquals((await device.sh('stat -c "%U %g %a" "$1"', path)).stdout, "daemon 1 600\n");
      await assertPromise(device, file({ name: "f", path, owner: "0" }));
      assertEquals((await device.sh('stat -c "%u %g %a" "$1"', path)).stdout, "0 1 600\n");
      await device.perform([file({ name: "f", path, content: "y" })]);
      assertEquals((await device.sh('stat -c "%u %g %a" "$1"', path)).stdout, "0 1 600\n");
      const { last } = await device.perform([file({ name: "f", path, content: "z", owner: "nobody-here" })]);
      assertEquals([last.status, last.error?.kind, await device.read("owned")], [
        "failed",
        "unsuitable",
        "y",
      ]);
      assertEquals([...Deno.readDirSync(device.root)].map(({ name }) => name).sort(), [".lockstep", "owned"]);
    }
  },
);

testWhere("file() writes nothing as root, where another user can exchange a name on the way", {
  needs: ["linux", "root"],
}, async () => {
  await using device = await makeLocalDevice();
  await device.write("home/x/old", "old");
  for (const [change, restore] of [["chown 1:1", "chown 0:0"], ["chmod 777", "chmod 755"]] as const) {
    await device.sh(`${change} "$1"`, device.at("home"));
    for (
      const task of [
        file({ name: "f", path: device.at("home/x/new/f"), content: "x" }),
        file({ name: "f", path: device.at("home/x/old"), content: "x" }),
        file({ name: "f", path: device.at("home/x/old"), mode: 0o600 }),
        file({ name: "f", path: device.at("home/x/old"), absent: true }),
      ]
    ) {
      const { last } = await device.perform([task]);
      assertEquals([last.status, last.error?.kind], ["failed", "unsuitable"], JSON.stringify(last));
      assertStringIncludes(last.error?.evidence ?? "", device.at("home"));
    }
    await device.sh(`${restore} "$1"`, device.at("home"));
  }
  assertEquals([...Deno.readDirSync(device.at("home/x"))].map(({ name }) => name), ["old"]);
});

testWhere(
  "file() leaves the file as it was, when the disk is full",
  { needs: ["linux", "mounts"] },
  async () => {
    await using device = await makeLocalDevice();
    await Deno.mkdir(device.at("small"));
    await device.sh('mount -t tmpfs -o size=200k tmpfs "$1"', device.at("small"));
    try {
      await device.write("small/f", "old");
      const content = new Uint8Array(500_000);
      const { last } = await device.perform([file({ name: "f", path: device.at("small/f"), content })]);
      assertEquals([last.status, last.error?.kind], ["failed", "no-space"], JSON.stringify(last));
      assertEquals(await device.read("small/f"), "old");
      assertEquals([...Deno.readDirSync(device.at("small"))].map(({ name }) => name), ["f"]);
    } finally {
      await device.sh('umount "$1"', device.at("small"));
    }
  },
);

testOnShells(
  "file() says in what the content differs, when --diff is given, in a dry run and in a real one",
  async (device) => {
    const path = device.at("app.conf");
    const there = `--- ${path} (there)\n+++ ${path}\n`;
    const diff = async (options: Parameters<typeof file>[0], dryRun: boolean, asked = true) =>
      (await device.perform([file(options)], { dryRun, run: { diff: asked } })).last.detail?.diff;
    const options = { name: "f", path, content: "port = 1\nname = größe\n" };
    const added = `--- /dev/null\n+++ ${path}\n@@ -0,0 +1,2 @@\n+port = 1\n+name = größe\n`;
    assertEquals([await diff(options, true), await diff(options, false)], [added, added]);
    assertEquals([await diff(options, false), await device.read("app.conf")], [undefined, options.content]);
    const next = { ...options, content: "port = 2\nname = größe" };
    const changed =
      `${there}@@ -1,2 +1,2 @@\n-port = 1\n-name = größe\n+port = 2\n+name = größe\n\\ No newline at end of file\n`;
    assertEquals(await diff(next, true), changed);
    // Nobody asked for it, or it is never to be shown.
    assertEquals([await diff(next, true, false), await diff({ ...next, diff: false }, true)], [
      undefined,
      undefined,
    ]);
    assertEquals(await diff(next, false), changed);
    await device.write("app.conf", new Uint8Array([0, 1, 2, 255]));
    assertEquals(await diff(next, true), `${there}binary: 4 bytes now, 23 bytes after\n`);
    await device.write("app.conf", "x".repeat(300_000));
    assertEquals(
      await diff(next, true),
      `${there}too large to be shown: 300000 bytes now, 23 bytes after\n`,
    );
    await device.write("app.conf", "last\n");
    const gone = { name: "f", path, absent: true as const };
    assertEquals(await diff(gone, false), `--- ${path} (there)\n+++ /dev/null\n@@ -1 +0,0 @@\n-last\n`);
  },
);

Deno.test("file() refuses what no file can be, when it is made", () => {
  const refused = (options: Parameters<typeof file>[0], words: string) =>
    assertStringIncludes(assertThrows(() => file(options), UsageError).message, words);
  const name = "f";
  refused({ name, path: "etc/motd", content: "" }, 'path: found "etc/motd", expected an absolute path');
  refused({ name, path: "/etc/../x", content: "" }, "expected a path without");
  refused({ name, path: "/etc/", content: "" }, "without a slash at its end");
  refused({ name, path: "/etc/a\nb", content: "" }, "control character");
  refused({ name, path: "/etc/a\0b", content: "" }, "control character");
  refused({ name, path: "/f", content: "\ud800" }, "UTF-8");
  refused({ name, path: "/f", content: "", mode: 644 }, "did you mean 0o644?");
  refused({ name, path: "/f", content: "", mode: -1 }, "0o7777");
  refused({ name, path: "/f", content: "", owner: "a:b" }, "owner: found");
  refused({ name, path: "/f", content: "", group: "-x" }, "group: found");
  refused({ name, path: "/f" }, "found nothing");
  refused({ name, path: "/f", content: "", absent: true }, "absent with a content");
});

testWhere(
  "file() makes its values for each host, and refuses a wrong one by name",
  { needs: ["linux"] },
  async () => {
    await using device = await makeLocalDevice();
    const task = file({
      name: "site",
      variables: z.object({ site: z.string() }),
      path: ({ settings }, { site }) => `${settings.deployPath}/${site}`,
      content: ({ settings }, { site }) => `${settings.name} at ${site}\n`,
    });
    await assertPromise(device, task, { settings: { variables: { site: "roof" } } });
    assertEquals(await device.read("roof"), "edge-1 at roof\n");
    const { last } = await device.perform([task], { settings: { variables: { site: "../roof" } } });
    assertEquals([last.status, last.error?.kind], ["failed", "unsuitable"]);
    assertStringIncludes(last.error?.evidence ?? "", "deploy/../roof");
  },
);

Deno.test("file() is changed and then ok, when the device is simulated", async () => {
  const settings = { ...plainSettings("/opt/x"), connection: "simulated" as const };
  const connect = simulatedConnector();
  const run = async (task: ReturnType<typeof file>) => {
    const remote = await connect(settings, { connectTimeout: 5, commandTimeout: 5 });
    const host = new HostRun({ settings, run: newRun(), remote, writes: true });
    try {
      return (await task.run(host)).report.status;
    } finally {
      await host.close();
    }
  };
  const path = "/etc/motd";
  const steps = [
    { name: "f", path, content: "hello", mode: 0o600, owner: "root", group: "adm" },
    { name: "f", path, mode: 0o644 },
    { name: "f", path, content: "other" },
    { name: "f", path, absent: true as const },
  ];
  for (const options of steps) {
    assertEquals(
      [await run(file(options)), await run(file(options))],
      ["changed", "ok"],
      JSON.stringify(options),
    );
  }
  assertEquals(await run(file({ name: "f", path, mode: 0o644 })), "skipped");
});
