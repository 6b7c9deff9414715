import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Release, slotLink } from "../../lib/release.ts";
import { cleanup } from "../../tasks/cleanup.ts";
import { commit } from "../../tasks/commit/commit.ts";
import { pipelines } from "../../tasks/mod.ts";
import { stage } from "../../tasks/stage/stage.ts";
import { verify } from "../../tasks/verify.ts";
import { type LocalDevice, makeLocalDevice, writeSet } from "../local_device.ts";
import { longTestWhere, testWhere } from "../support.ts";
import { assertPromise, assertUntouched } from "./promise.ts";

const names = (device: LocalDevice, folder: string): string[] =>
  [...Deno.readDirSync(device.at(folder))].map(({ name }) => name).sort();

async function deployed(device: LocalDevice): Promise<Release> {
  const release = await writeSet(`${device.dir}/set`, { a: "a" });
  const { last } = await device.perform(pipelines.deploy, { release });
  assertEquals(last.status, "changed");
  return release;
}

testWhere(
  "cleanup removes what interrupted runs left, and nothing of what is live",
  { needs: ["linux"] },
  async () => {
    await using device = await makeLocalDevice();
    await deployed(device);
    await device.write(".lockstep/staging/0123456789abcdef/half of a file", "x");
    await device.write(".lockstep/staging/.backup/a", "x");
    await device.write(".lockstep/releases/0123456789abcdef/a", "x");
    await device.write(".lockstep/releases/before-RUN 1/a", "x");
    await assertUntouched(device, /^(artifacts_phase2|\.lockstep\/history)/, async () => {
      await assertPromise(device, cleanup);
    });
    assertEquals(await device.read("artifacts_phase2/a"), "a");
    assertEquals(names(device, ".lockstep/staging"), []);
    assertEquals(names(device, ".lockstep/releases").length, 1);
  },
);

testWhere(
  "cleanup removes half-made links and files, also where they are all there is",
  { needs: ["linux"] },
  async () => {
    for (const name of ["live.next", "journal.next"]) {
      await using device = await makeLocalDevice();
      await deployed(device);
      if (name === "live.next") await Deno.symlink("nowhere", device.at(".lockstep", name));
      else await device.write(`.lockstep/${name}`, "release=");
      await device.perform([cleanup]);
      assertEquals(
        names(device, ".lockstep"),
        ["backups", "history", "releases", "staging"].filter((kept) =>
          names(device, ".lockstep").includes(kept)
        ),
        name,
      );
    }
  },
);

testWhere(
  "cleanup keeps the newest backups and those with a name of the user's own",
  { needs: ["linux"] },
  async () => {
    await using device = await makeLocalDevice({ settings: { keepBackups: 2 } });
    await deployed(device);
    const all = [
      "20240101-000000",
      "20250101T000000Z",
      "20250101T000000Z-2",
      "20260101T000000Z",
      "before the big change",
      "20250101T000000Z.mine",
      "-rf",
    ];
    for (const name of all) await device.write(`backup/${name}/a`, name);
    for (const name of all) await device.write(`.lockstep/backups/${name}`, "noted");
    await assertUntouched(device, /^(artifacts_phase2|backup\/(before|-rf|2026|.*mine))/, async () => {
      await assertPromise(device, cleanup);
    });
    const kept = all.filter((name) => !["20240101-000000", "20250101T000000Z"].includes(name)).sort();
    assertEquals(names(device, "backup"), kept);
    assertEquals(names(device, ".lockstep/backups"), kept);
  },
);

testWhere(
  "cleanup never removes what an unfinished run would go back to, and says so",
  { needs: ["linux"] },
  async () => {
    await using device = await makeLocalDevice();
    const one = await deployed(device);
    const two = await writeSet(`${device.dir}/two`, { a: "two" }, "2");
    await device.perform([stage, verify, commit], { release: two, run: { id: "RUN-2" } });
    await device.write(".lockstep/staging/0123456789abcdef/a", "x");
    const { last, warnings } = await device.perform([cleanup]);
    assertEquals(last.status, "changed");
    assertStringIncludes(warnings.join(), "RUN-2");
    assertEquals(names(device, ".lockstep/releases"), [one.id, two.id].sort());
  },
);

longTestWhere(
  "cleanup never removes the live set, however the live name leads to it",
  { needs: ["linux"] },
  async () => {
    const links: [name: string, link: (device: LocalDevice, release: Release) => string][] = [
      ["our own link", (_, { id }) => slotLink(id)],
      ["an absolute link", (device, { id }) => device.at(slotLink(id))],
      ["a link with ./", (_, { id }) => `./${slotLink(id)}`],
      ["a link with a slash at its end", (_, { id }) => `${slotLink(id)}/`],
      ["a link to a backup", () => "backup/20200101T000000Z"],
      ["an absolute link to a backup", (device) => device.at("backup/20200101T000000Z")],
      ["a link to a link", () => "current"],
    ];
    for (const [name, link] of links) {
      await using device = await makeLocalDevice({ settings: { keepBackups: 1 } });
      const release = await deployed(device);
      for (const year of [2020, 2021, 2022]) await device.write(`backup/${year}0101T000000Z/a`, "a");
      await Deno.symlink(slotLink(release.id), device.at("current"));
      await Deno.remove(device.at("artifacts_phase2"));
      await Deno.symlink(link(device, release), device.at("artifacts_phase2"));
      await device.write(".lockstep/staging/0123456789abcdef/a", "x");
      const { last } = await device.perform([cleanup]);
      assertEquals(last.status, "changed", name);
      assertEquals(await device.read("artifacts_phase2/a").catch(() => "gone"), "a", name);
    }
  },
);

testWhere("cleanup is ok on a device that has nothing of ours", { needs: ["linux"] }, async () => {
  await using device = await makeLocalDevice();
  await writeSet(device.at("artifacts_phase2"), { a: "a" });
  const before = await device.tree();
  assertEquals((await device.perform([cleanup])).statuses, { cleanup: "ok" });
  assertEquals(await device.tree(), before);
});

testWhere("cleanup says which path it could not remove", { needs: ["linux"] }, async () => {
  const rm = `case "$*" in *0123456789abcdef*) exit 1 ;; esac; exec /bin/rm "$@"`;
  await using device = await makeLocalDevice({ tools: { scripts: { rm } } });
  await deployed(device);
  await device.write(".lockstep/releases/0123456789abcdef/a", "x");
  const { last } = await device.perform([cleanup]);
  assertEquals(last.status, "failed");
  assertStringIncludes(last.error?.evidence ?? "", "0123456789abcdef");
  assertEquals(await device.read("artifacts_phase2/a"), "a");
});
