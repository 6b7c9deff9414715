import { assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { longTestWhere } from "./support.ts";

const root = fromFileUrl(new URL("../", import.meta.url));

longTestWhere("demo tells its whole story and leaves nothing behind", { needs: ["sshd"] }, async () => {
  // A folder of its own: somebody else may have a demo at this moment.
  const temp = await Deno.makeTempDir();
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "demo/demo.ts"],
    cwd: root,
    env: { NO_COLOR: "1", TMPDIR: temp },
  }).output();
  const text = new TextDecoder().decode(stdout);
  // The demo fails by itself where a step does not end as it says.
  assertEquals(code, 0, text + new TextDecoder().decode(stderr));
  assertMatch(text, /3 ok/);
  assertMatch(text, /3 rolled_back/);
  assertEquals([...Deno.readDirSync(temp)], []);
  await Deno.remove(temp);
});
