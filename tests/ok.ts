/**
 * `deno task ok`: the fast gate before every commit. Format, lint, types, the documentation of the public API, and the unit tests that start
 * almost nothing. `deno task test` runs all of it, and what is left out here.
 * @module
 */
import { fromFileUrl } from "@std/path";

/** What starts shells, devices or Ansible, or takes seconds to show that a bound holds. */
const LEFT_OUT = [
  ...["bench", "configuration_corpus", "fleet", "inventory_corpus", "lab", "tasks", "torture"],
  ...["demo_test.ts", "pack_test.ts", "programs_test.ts", "shell_test.ts"],
  ...["lib/cli", "lib/facts", "lib/rollout", "lib/remote/ssh", "lib/service_managers"],
  ...["lib/ansible/oracle_test.ts", "lib/ansible/sources", "lib/ansible/patterns", "lib/memory_test.ts"],
  ...["lib/remote/batch_test.ts", "lib/remote/fed_program_test.ts"],
  ...["lib/report/hostile_test.ts", "lib/report/formats/markdown_test.ts"],
].map((path) => `tests/${path}`);

/** Beside each other: a test may set `PATH`, so within one process they run one by one. */
const halves = [["tests/lib/ansible", "tests/lib/settings"], ["tests"]];

/** Runs deno; what it prints is shown when it has ended, so that it is not torn apart. */
async function deno(...args: readonly string[]): Promise<boolean> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    stdin: "null",
  })
    .output();
  await Deno.stdout.write(stdout);
  await Deno.stderr.write(stderr);
  return success;
}

if (import.meta.main) {
  Deno.chdir(fromFileUrl(new URL("..", import.meta.url)));
  const [first, second] = halves;
  const test = (paths: readonly string[], ignored: readonly string[]) =>
    deno("test", "-A", "--no-check", "--frozen", "--quiet", `--ignore=${ignored.join()}`, ...paths);
  const held = await Promise.all([
    deno("fmt", "--check"),
    deno("lint", "--quiet"),
    deno("doc", "--lint", "mod.ts"),
    deno("check", "--quiet", "--frozen"),
    test(first!, LEFT_OUT),
    test(second!, [...LEFT_OUT, ...first!]),
  ]);
  Deno.exit(held.every((ok) => ok) ? 0 : 1);
}
