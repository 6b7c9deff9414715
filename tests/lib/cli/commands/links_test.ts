/**
 * Links in the folder of a set, for every command that reads one.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { sampled } from "../../../sampled.ts";
import { longTestWhere, testWhere } from "../../../support.ts";
import { type Desk, makeDesk } from "../desk.ts";

const CANARY = "CANARY-of-the-controller";

/** Puts a link into the set that leads out of it; returns the file of the set that comes from outside. */
const links: Readonly<Record<string, (set: string, outside: string) => Promise<string>>> = {
  "a file": async (set, outside) => {
    await Deno.symlink(join(outside, "private"), join(set, "notes.txt"));
    return "notes.txt";
  },
  "a folder": async (set, outside) => {
    await Deno.symlink(outside, join(set, "more"));
    return "more/private";
  },
  "a chain": async (set, outside) => {
    await Deno.symlink(join(outside, "private"), join(set, "..", "hop"));
    await Deno.symlink("../hop", join(set, "inner"));
    await Deno.symlink("inner", join(set, "notes.txt"));
    return "notes.txt";
  },
  "a way up and down again": async (set) => {
    await Deno.symlink("../../outside/private", join(set, "labels", "up"));
    return "labels/up";
  },
};

async function withLink(
  make: (set: string, outside: string) => Promise<string>,
): Promise<{ desk: Desk; file: string }> {
  const desk = await makeDesk();
  await Deno.mkdir(desk.path("outside"));
  await Deno.writeTextFile(desk.path("outside/private"), CANARY, { mode: 0o600 });
  return { desk, file: await make(desk.path("artifacts_phase2"), desk.path("outside")) };
}

longTestWhere(
  "links out of the set are refused by every command that reads it, and taken with --follow-links",
  {
    needs: ["linux"],
  },
  async (t) => {
    for (const [what, make] of sampled(Object.entries(links), 2)) {
      await t.step(what, async () => {
        const { desk, file } = await withLink(make);
        await using _ = desk;
        const refused = await desk.run(["manifest", "artifacts_phase2"]);
        assertEquals(refused.code, 64, refused.text);
        assertStringIncludes(refused.stderr, "leads out of the folder, to ");
        assertStringIncludes(refused.stderr, "--follow-links");
        const listed = await desk.run(["manifest", "artifacts_phase2", "--follow-links"]);
        assertEquals(listed.code, 0, listed.text);
        assertStringIncludes(listed.stderr, `-> ${desk.path("outside")}`);
        for (const command of ["verify-local", "plan", "deploy"]) {
          const { code, stderr, text } = await desk.run([command, "-i", "prod.yaml"]);
          assertEquals(code, 64, text);
          assertStringIncludes(
            stderr,
            `artifacts_phase2/${file} leads out of the folder, to ${desk.path("outside/private")}`,
          );
          assert(!text.includes(CANARY));
        }
        for (const command of ["verify-local", "plan", "deploy"]) {
          const { code, text } = await desk.run([command, "-i", "prod.yaml", "--follow-links"]);
          assertEquals(code, 0, text);
          assertStringIncludes(text, `${file} -> ${desk.path("outside/private")}`);
        }
        assertEquals(await Deno.readTextFile(desk.path("device 1/artifacts_phase2", file)), CANARY);
      });
    }
  },
);

longTestWhere("resume refuses a set that leads out of its folder by now", { needs: ["linux"] }, async () => {
  await using desk = await makeDesk();
  await Deno.writeTextFile(desk.path("device 2"), "in the way");
  assertEquals((await desk.run(["deploy", "-i", "prod.yaml"])).code, 2);
  await Deno.rename(desk.path("artifacts_phase2/model.onnx"), desk.path("model.onnx"));
  await Deno.symlink("../model.onnx", desk.path("artifacts_phase2/model.onnx"));
  const { code, stderr, text } = await desk.run(["resume"]);
  assertEquals(code, 64, text);
  assertStringIncludes(stderr, "model.onnx leads out of the folder");
});

testWhere(
  "links that stay in the set are followed, one that no manifest lists is only named, and pipes are refused",
  {
    needs: ["linux"],
  },
  async () => {
    await using desk = await makeDesk();
    const set = desk.path("artifacts_phase2");
    await Deno.symlink("labels", join(set, "names"));
    await Deno.symlink("names/classes.txt", join(set, "classes"));
    assertEquals((await desk.run(["manifest", "artifacts_phase2"])).code, 0);
    await Deno.symlink("/proc/self/environ", join(set, "environment"));
    await Deno.symlink("/", join(set, "everything"));
    const unlisted = await desk.run(["verify-local"]);
    assertEquals(unlisted.code, 0, unlisted.text);
    assertStringIncludes(unlisted.stderr, "not deployed: environment, everything");
    const listed = await desk.run(["manifest", "artifacts_phase2"]);
    assertEquals(listed.code, 64, listed.text);
    assertStringIncludes(listed.stderr, "everything: a link to a folder that it is in");
    assertStringIncludes(listed.stderr, "environment: leads out of the folder, to /proc/");
    await Deno.remove(join(set, "environment"));
    await Deno.remove(join(set, "everything"));
    for (const name of ["metadata.json", "classes"]) {
      await Deno.remove(join(set, name));
      await new Deno.Command("mkfifo", { args: [join(set, name)] }).output();
      const { code, stderr, text } = await desk.run(["verify-local"]);
      assertEquals(code, 64, text);
      assertStringIncludes(stderr, name);
      if (name === "metadata.json") {
        await Deno.remove(join(set, name));
        assertEquals((await desk.run(["manifest", "artifacts_phase2"])).code, 0);
      }
    }
  },
);
