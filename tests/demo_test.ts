import { assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { testWhere } from "./support.ts";

const root = fromFileUrl(new URL("../", import.meta.url));

testWhere("demo tells its whole story and leaves nothing behind", { needs: ["sshd"] }, async () => {
  const folders = (): string[] =>
    [...Deno.readDirSync("/tmp")].map(({ name }) => name).filter((name) => name.startsWith("lockstep-demo-"));
  const before = folders();
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "demo/demo.ts"],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(stdout);
  // The demo fails by itself where a step does not end as it says.
  assertEquals(code, 0, text + new TextDecoder().decode(stderr));
  assertMatch(text, /3 ok/);
  assertMatch(text, /3 rolled_back/);
  assertEquals(folders().filter((name) => !before.includes(name)), []);
});
