import { assertEquals } from "@std/assert";
import { outputOf } from "../../../../lib/facts/fact.ts";
import { type Layout, layout } from "../../../../lib/facts/releases/layout.ts";
import { type LocalDevice, makeLocalDevice, plainSettings } from "../../../local_device.ts";
import { type Need, testWhere } from "../../../support.ts";

const subject = { settings: plainSettings("/opt/x"), release: null };

async function ask(device: LocalDevice, deployPath = device.root): Promise<Layout> {
  const remote = await device.connect();
  try {
    const args = layout.args({ settings: { ...device.settings, deployPath }, release: null });
    const answer = await remote.run(layout.program, args);
    assertEquals(answer.stderr, "");
    return layout.parse(outputOf(answer, layout.program, "edge-1"), subject);
  } finally {
    await remote.close();
  }
}

Deno.test("layout.parse() makes something of whatever a device prints", () => {
  for (const broken of ["", "noise\n", "root=absent\n", "root=other\nnear=/x\n"]) {
    const parsed = layout.parse(broken, subject);
    assertEquals([parsed.live, parsed.target, parsed.slot, parsed.journal, parsed.backups], [
      "absent",
      null,
      null,
      null,
      [],
    ]);
  }
});

const shells: readonly {
  name: string;
  needs: readonly Need[];
  tools: Parameters<typeof makeLocalDevice>[0];
}[] = [
  { name: "dash", needs: ["linux", "dash"], tools: { tools: { shell: "dash" } } },
  { name: "bash", needs: ["linux", "bash"], tools: { tools: { shell: "bash" } } },
  { name: "busybox", needs: ["linux", "busybox"], tools: { tools: { shell: "busybox", busybox: true } } },
];

for (const { name, needs, tools } of shells) {
  testWhere(`layout tells what the live name is, under ${name}`, { needs }, async () => {
    const cases: [
      name: string,
      make: (device: LocalDevice) => Promise<unknown>,
      expected: Partial<Layout>,
    ][] = [
      ["nothing", async () => {}, { live: "absent", target: null, broken: false }],
      ["a folder", (device) => Deno.mkdir(device.at("artifacts_phase2")), { live: "dir", target: null }],
      ["a file", (device) => device.write("artifacts_phase2", ""), { live: "other" }],
      ["marks of failed releases", async (device) => {
        await device.write(".lockstep/failed/0a", "");
        await device.write(
          ".lockstep/failed/0b",
          "2026-11-24T02:19:45.123Z 20261124T0219Z-3f9a unhealthy\nmore\n",
        );
        await device.write(".lockstep/failed/0c", "x".repeat(100_000));
        await device.write(".lockstep/failed/0d", "2026 RUN service\n");
        await Deno.mkdir(device.at(".lockstep/failed/0e"));
      }, {
        failed: [
          { release: "0a", mark: null },
          {
            release: "0b",
            mark: { at: "2026-11-24T02:19:45.123Z", run: "20261124T0219Z-3f9a", fault: "unhealthy" },
          },
          { release: "0c", mark: null },
          { release: "0d", mark: null },
          { release: "0e", mark: null },
        ],
      }],
      ["a broken link", (device) => Deno.symlink("gone", device.at("artifacts_phase2")), {
        live: "link",
        target: "gone",
        broken: true,
        slot: null,
      }],
      ["a release", async (device) => {
        await device.write(".lockstep/releases/0123/a", "");
        await Deno.symlink(".lockstep/releases/0123", device.at("artifacts_phase2"));
      }, { live: "link", target: ".lockstep/releases/0123", slot: "0123", broken: false }],
      ["elsewhere, with a blank", async (device) => {
        await Deno.mkdir(`${device.dir}/else where`);
        await Deno.symlink(`${device.dir}/else where`, device.at("artifacts_phase2"));
      }, { live: "link", slot: null, broken: false }],
    ];
    for (const [what, make, expected] of cases) {
      await using device = await makeLocalDevice(tools);
      await make(device);
      const found = await ask(device);
      assertEquals([found.root, found.near, found.writable], ["present", device.root, true], what);
      for (const [key, value] of Object.entries(expected)) {
        assertEquals(Reflect.get(found, key), value, `${what}: ${key}`);
      }
    }
  });

  testWhere(`layout lists releases, staging and backups, whatever they are called, under ${name}`, {
    needs,
  }, async () => {
    await using device = await makeLocalDevice(tools);
    const empty = await ask(device);
    assertEquals([empty.releases, empty.staging, empty.backups], [[], [], []]);
    for (
      const name of [
        "20260102T000000Z",
        "20260101-000000",
        "mine",
        "a b",
        "$(touch pwned)",
        "-rf",
        "x=y",
        "*",
      ]
    ) {
      await device.write(`backup/${name}/a`, name);
    }
    await device.write("backup/line\nbreak/a", "not listed");
    await device.write(".lockstep/releases/0123/a", "");
    await device.write(".lockstep/staging/.backup/a", "");
    await device.write(".lockstep/staging/4567/a", "");
    await device.write(".lockstep/journal", "release=.lockstep/releases/0123\nprevious=x\nrun=RUN\n");
    const found = await ask(device);
    assertEquals([found.releases, found.staging], [["0123"], ["4567", ".backup"]]);
    assertEquals(found.backups.toSorted(), [
      "$(touch pwned)",
      "*",
      "-rf",
      "20260101-000000",
      "20260102T000000Z",
      "a b",
      "mine",
      "x=y",
    ]);
    assertEquals([found.journal?.run, found.journal?.previous], ["RUN", "x"]);
    assertEquals(found.live, "absent");
  });

  testWhere(
    `layout finds the folder above a deploy path that is not there, under ${name}`,
    { needs },
    async () => {
      await using device = await makeLocalDevice(tools);
      const absent = await ask(device, `${device.dir}/not/there yet`);
      assertEquals([absent.root, absent.near, absent.writable], ["absent", device.dir, true]);
      await Deno.writeTextFile(`${device.dir}/file`, "");
      const other = await ask(device, `${device.dir}/file/below`);
      assertEquals([other.root, other.near], ["other", `${device.dir}/file`]);
      assertEquals((await ask(device, "/no-such-folder-here")).near, "/");
    },
  );
}

testWhere(
  "layout names folders of ours that the user cannot write in",
  { needs: ["linux", "root"] },
  async () => {
    await using device = await makeLocalDevice();
    await Deno.mkdir(device.at(".lockstep/releases"), { recursive: true });
    await Deno.mkdir(device.at("backup"));
    await Deno.chmod(device.dir, 0o755);
    await Deno.chmod(device.root, 0o777);
    // As somebody who is not root.
    const sudo = `while [ "$1" != -- ]; do shift; done; shift
    exec /usr/bin/setpriv --reuid=65534 --regid=65534 --clear-groups "$@"`;
    await using other = await makeLocalDevice({
      settings: { become: true, becomeUser: "nobody" },
      tools: { scripts: { sudo } },
    });
    await Deno.chmod(other.dir, 0o755);
    const found = await ask(other, device.root);
    assertEquals(found.writable, true);
    assertEquals(found.unwritable, ["backup", ".lockstep", ".lockstep/releases"]);
  },
);
