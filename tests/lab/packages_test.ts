/**
 * The real apt of a real device, with packages of our own in a repository that is a folder there.
 * @module
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { runOn } from "../fleet/support/program.ts";
import { longTestWhere } from "../support.ts";
import { run } from "./command.ts";
import { type LabDevice, makeLab } from "./lab.ts";

const library = JSON.stringify(new URL("../../mod.ts", import.meta.url).href);

const project = `
import { defineProject, packages } from ${library};
export default defineProject({
  pipelines: {
    install: [
      packages({ name: "one", packages: ["lockstep-one", "sudo"] }),
      packages({ name: "two", packages: ["lockstep-two"] }),
    ],
    pattern: [packages({ name: "pattern", packages: ["lockstep.one"] })],
    replace: [packages({ name: "replace", packages: ["lockstep-three"] })],
    remove: [packages({ name: "remove", packages: ["lockstep-one"], state: "absent" })],
  },
});
`;

/** A package without files; one that is asked for something by a program that talks to a terminal would hang. */
const controls = {
  "lockstep-one": "",
  "lockstep-two": "Depends: lockstep-one\n",
  "lockstep-three": "Conflicts: lockstep-one\n",
};

/** Makes the packages and their list, and has the device know no other repository. Each reading of the lists is noted. */
async function addRepository(device: LabDevice, dir: string): Promise<void> {
  const repository = join(device.root, "srv/repo");
  await Deno.mkdir(repository, { recursive: true });
  let list = "";
  for (const [name, more] of Object.entries(controls)) {
    const control =
      `Package: ${name}\nVersion: 1.0\nArchitecture: all\nMaintainer: nobody <nobody@example.org>\n` +
      `${more}Description: nothing\n`;
    await Deno.mkdir(join(dir, name, "DEBIAN"), { recursive: true });
    await Deno.writeTextFile(join(dir, name, "DEBIAN/control"), control);
    const file = join(repository, `${name}.deb`);
    await run(["dpkg-deb", "--build", join(dir, name), file]);
    const bytes = await Deno.readFile(file);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
    list += `${control}Filename: ./${name}.deb\nSize: ${bytes.length}\nSHA256: ${digest}\n\n`;
  }
  await Deno.writeTextFile(join(repository, "Packages"), list);
  await device.sh(
    "rm -rf /etc/apt/sources.list.d && echo 'deb [trusted=yes] file:/srv/repo ./' >/etc/apt/sources.list",
  );
  await device.sh(
    `echo 'APT::Update::Pre-Invoke { "echo read >>/srv/reads"; };' >/etc/apt/apt.conf.d/99reads`,
  );
}

longTestWhere(
  "packages() installs and removes with the apt of a real device",
  { needs: ["lab"] },
  async () => {
    await using lab = await makeLab({ devices: [{ name: "debian", kind: "systemd", become: true }] });
    const device = lab.device("debian");
    await addRepository(device, join(lab.dir, "packages"));
    const file = join(lab.dir, "lockstep.ts");
    await Deno.writeTextFile(file, project);
    const inventory = await lab.inventory();
    const perform = async (pipeline: string, ...more: string[]) => {
      const outcome = await runOn(lab, inventory, ["run", pipeline, "--project", file, ...more]);
      const [host] = (await outcome.report()).hosts;
      return {
        ...host!,
        text: outcome.text,
        told: host!.tasks.map(({ task, status }) => `${task} ${status}`),
      };
    };
    const installed = () =>
      device.sh(
        "dpkg-query -W -f '${Package} ${db:Status-Status}\\n' 'lockstep-*' 2>/dev/null | grep ' installed$' || true",
      );
    const reads = () => device.sh("cat /srv/reads 2>/dev/null | wc -l");

    const dry = await perform("install", "--dry-run");
    assertEquals(
      [dry.told, await installed(), await reads()],
      [["one changed", "two changed"], "", "0"],
      dry.text,
    );
    const first = await perform("install");
    assertEquals(first.told, ["one changed", "two changed"], first.text);
    assertEquals(first.tasks.map(({ steps }) => steps), dry.tasks.map(({ steps }) => steps));
    assertEquals(await installed(), "lockstep-one installed\nlockstep-two installed");
    assertEquals(await reads(), "1");
    const second = await perform("install");
    assertEquals([second.told, await reads()], [["one ok", "two ok"], "1"], second.text);

    // To apt it would be a pattern, which two of them match.
    const pattern = await perform("pattern");
    assertEquals([pattern.told, pattern.error?.kind], [["pattern failed"], "not-found"], pattern.text);
    const replace = await perform("replace");
    assertEquals([replace.told, replace.error?.kind], [["replace failed"], "exit"], replace.text);
    assertStringIncludes(replace.text, "apt-get exited with code 100");
    assertEquals(await installed(), "lockstep-one installed\nlockstep-two installed");

    const removed = await perform("remove");
    assertEquals(removed.told, ["remove changed"], removed.text);
    assertEquals(await installed(), "");
    assertEquals((await perform("remove")).told, ["remove ok"]);
  },
);
