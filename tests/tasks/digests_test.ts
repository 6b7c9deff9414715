/**
 * How often a device reads a set to take its digests, which is most of what a deploy costs it: as docs/transfer.md tells.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { parseDigests } from "../../lib/facts/fact.ts";
import { program } from "../../lib/remote/program.ts";
import type { Release } from "../../lib/release.ts";
import { pipelines } from "../../tasks/mod.ts";
import { makeLocalDevice, type ToolboxOptions, writeSet } from "../local_device.ts";
import { findProgram, longTestWhere, type Need, testWhere } from "../support.ts";

longTestWhere(
  "a deploy takes each digest as often as docs/transfer.md says",
  { needs: ["linux"] },
  async () => {
    const log = await Deno.makeTempFile();
    // Every file that it is given, on a line of its own.
    const sha256sum =
      `for name in "$@"; do case $name in */model) printf '%s\\n' "$PWD/$name" >>'${log}' ;; esac; done
exec ${findProgram("sha256sum")} "$@"`;
    try {
      await using device = await makeLocalDevice({ tools: { scripts: { sha256sum } } });
      const deploy = async (release: Release): Promise<string[]> => {
        await Deno.writeTextFile(log, "");
        const { reports } = await device.perform(pipelines.deploy, { release });
        assert(reports.every(({ status }) => status !== "failed"), JSON.stringify(reports.at(-1)));
        const read = (await Deno.readTextFile(log)).trim().split("\n").filter((line) => line !== "");
        return read.map((line) => /staging\/\.backup|staging|releases|backup/.exec(line)?.[0] ?? line);
      };
      const one = await writeSet(`${device.dir}/one`, { model: "one", other: "1" }, "1");
      const two = await writeSet(`${device.dir}/two`, { model: "two", other: "1" }, "2");
      const three = await writeSet(`${device.dir}/three`, { model: "two", other: "3" }, "3");
      assertEquals(await deploy(one), ["staging"]);
      assertEquals(await deploy(one), ["releases"]);
      assertEquals(await deploy(two), ["releases", "staging/.backup", "staging"]);
      // A file that has not changed.
      assertEquals(await deploy(three), ["releases", "staging/.backup", "staging"]);
    } finally {
      await Deno.remove(log);
    }
  },
);

const kinds: readonly { name: string; needs: readonly Need[]; tools: ToolboxOptions }[] = [
  { name: "openssl", needs: ["linux", "openssl"], tools: {} },
  { name: "sha256sum alone", needs: ["linux"], tools: { without: ["openssl"] } },
  { name: "an openssl that is broken", needs: ["linux"], tools: { scripts: { openssl: "echo no; exit 1" } } },
  { name: "busybox and openssl", needs: ["busybox", "openssl"], tools: { shell: "busybox", busybox: true } },
];

for (const { name, needs, tools } of kinds) {
  testWhere(
    `digests tells every file, large ones too, whatever they are called, with ${name}`,
    { needs },
    async () => {
      await using device = await makeLocalDevice({ tools });
      const large = new Uint8Array(1_500_000).fill(7);
      const names = ["plain", "a b", "-rf", "*", "x\\y", "ü", " *odd", "deep/er/file", "$(touch pwned)"];
      // busybox writes a line break as it is.
      if (!("busybox" in tools)) names.push("two\nlines");
      const expected = new Map<string, string>();
      for (const [at, name] of names.entries()) {
        for (const content of [large.subarray(at), new TextEncoder().encode(name)]) {
          const path = content.length > 1000 ? `${name}.large` : name;
          await device.write(`set/${path}`, content);
          expected.set(path, new Uint8Array(await crypto.subtle.digest("SHA-256", content.slice())).toHex());
        }
      }
      const remote = await device.connect();
      try {
        const { code, stdout } = await remote.run(
          program("list", `cd "$1" && enter "$1" set && digests`),
          [device.root],
        );
        assertEquals(code, 0);
        const found = parseDigests(stdout.split("\n"));
        assertEquals(new Map([...found].toSorted()), new Map([...expected].toSorted()));
        assertEquals(
          (await remote.run(program("none", `cd "$1" && enter "$1" none && digests`), [device.root]))
            .code,
          1,
        );
      } finally {
        await remote.close();
      }
    },
  );
}
