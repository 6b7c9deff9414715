import { assert, assertEquals } from "@std/assert";
import { join, resolve } from "@std/path";
import { keepFetched } from "../../../../lib/report/record/fetched.ts";
import { PRIVATE } from "../../../../lib/report/record/modes.ts";
import { testWhere } from "../../../support.ts";

testWhere(
  "keepFetched() leads nowhere else, whatever hosts and paths are called",
  { needs: ["linux"] },
  async () => {
    const dir = await Deno.makeTempDir();
    try {
      const run = join(dir, "run");
      await Deno.mkdir(run);
      const hosts = [
        "..",
        ".",
        "../../x",
        "a/b",
        "con",
        "",
        "\ud800",
        "größe",
        "a".repeat(300),
        "-x",
        "a\\b",
        "a\nb",
      ];
      const paths = [
        "/etc/passwd",
        "/../../x",
        "/./x",
        "/...",
        "/a/../../../b",
        "/con",
        "/é\n",
        "/" + "b".repeat(300),
      ];
      const seen = new Set<string>();
      for (const host of hosts) {
        for (const path of paths) {
          const kept = await keepFetched(run, PRIVATE, host, path, new Uint8Array([1]));
          const whole = resolve(run, kept);
          assert(whole.startsWith(`${run}/fetched/`), whole);
          assertEquals(await Deno.realPath(whole), whole);
          assertEquals((await Deno.stat(whole)).mode! & 0o777, 0o600);
          assert(!seen.has(whole), `${host} ${path} shares ${whole}`);
          seen.add(whole);
        }
      }
      assertEquals([...Deno.readDirSync(dir)].map(({ name }) => name), ["run"]);
      assertEquals([...Deno.readDirSync(run)].map(({ name }) => name), ["fetched"]);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
);
