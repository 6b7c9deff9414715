import { assertEquals } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { longTestWhere, testWhere } from "./support.ts";

const root = fromFileUrl(new URL("../", import.meta.url));
const PROJECT = `
import { defineProject, defineTask, pipelines } from "lockstep";
import { z } from "zod";
const drain = defineTask({
  name: "drain",
  variables: z.object({ pool: z.string() }),
  observe: () => Promise.resolve(null),
  plan: (_, __, { pool }) => ({ status: "ok", detail: { pool: pool.toUpperCase() } }),
});
export default defineProject({ pipelines: { deploy: pipelines.deploy.before("commit", drain), drain: [drain] } });
`;
const INVENTORY = "all: { hosts: { edge-1: }, vars: { ansible_connection: simulated, pool: blue } }\n";

/** Runs a program in a folder; returns what it printed. */
async function run(cwd: string, program: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args, cwd, env: { NO_COLOR: "1" } })
    .output();
  const text = new TextDecoder().decode(stdout);
  assertEquals(success, true, `${program} ${args.join(" ")}: ${text}${new TextDecoder().decode(stderr)}`);
  return text;
}

async function inEmptyFolder(work: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "empty-" });
  try {
    await Deno.writeTextFile(join(dir, "lockstep.ts"), PROJECT);
    await Deno.writeTextFile(join(dir, "prod.yaml"), INVENTORY);
    await work(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

const drains = ["run", "drain", "-i", "prod.yaml", "-o", "json"];
const details = (text: string) => JSON.parse(text).hosts[0].tasks[0].detail;

longTestWhere(
  'a project in an empty folder finds "lockstep" in the checkout that runs it',
  { needs: [] },
  async () => {
    await inEmptyFolder(async (dir) => {
      await run(dir, Deno.execPath(), "check", "--config", join(root, "deno.json"), "lockstep.ts");
      assertEquals(details(await run(dir, Deno.execPath(), "run", "-A", join(root, "mod.ts"), ...drains)), {
        pool: "BLUE",
      });
    });
  },
);

testWhere('a project in an empty folder finds "lockstep" in the tarball that pack makes, with its types', {
  needs: ["npm"],
}, async () => {
  await inEmptyFolder(async (dir) => {
    const tarball = join(dir, "lockstep.tgz");
    await run(root, Deno.execPath(), "run", "-A", "--frozen", "npm/pack.ts", tarball);
    await run(dir, "npm", "install", "--silent", "--no-audit", "--no-fund", tarball, "zod");
    await run(dir, Deno.execPath(), "check", "lockstep.ts");
    const program = join("node_modules", "lockstep", "mod.js");
    assertEquals(details(await run(dir, Deno.execPath(), "run", "-A", program, ...drains)), { pool: "BLUE" });
    const version = await run(dir, Deno.execPath(), "run", "-A", program, "--version");
    assertEquals(version, await run(root, Deno.execPath(), "run", "-A", "mod.ts", "--version"));
  });
});
