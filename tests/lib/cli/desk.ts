/**
 * Where a user sits: a folder with an inventory and a set, and the program run there as a process.
 * @module
 */
import { join } from "@std/path";
import { lockstep, type Outcome } from "../../fleet/support/program.ts";
import { writeSet } from "../../local_device.ts";

/** A folder with an inventory of local hosts and a set; the current folder of every run. */
export interface Desk extends AsyncDisposable {
  readonly dir: string;
  path(...names: string[]): string;
  run(args: readonly string[], env?: Record<string, string>, cwd?: string): Promise<Outcome>;
}

/** Two hosts as it comes, edge-1 and edge-2. */
export async function makeDesk(hosts = 2): Promise<Desk> {
  const dir = await Deno.makeTempDir({ prefix: "desk-" });
  await writeSet(
    join(dir, "artifacts_phase2"),
    { "model.onnx": "model", "labels/classes.txt": "a b" },
    "2.4.1",
  );
  await Deno.writeTextFile(
    join(dir, "prod.yaml"),
    `edge:
  hosts:
${
      Array.from({ length: hosts }, (_, i) => `    edge-${i + 1}: { deploy_path: '${dir}/device ${i + 1}' }`)
        .join("\n")
    }
  vars: { ansible_connection: local, service: "", health_url: "", artifacts_dir: artifacts_phase2 }
`,
  );
  return {
    dir,
    path: (...names) => join(dir, ...names),
    run: (args, env = {}, cwd = dir) => lockstep(args, { cwd, env }),
    [Symbol.asyncDispose]: () => Deno.remove(dir, { recursive: true }),
  };
}
