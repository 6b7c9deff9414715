/**
 * One ssh a host, so many at once, each with the same bytes on its standard input: the least that a driver can be. It imports nothing,
 * starts no local shell and reads the bytes once.
 *
 * `deno run -A each_ssh.ts JOB.json`, where the job is `{ forks, sshConfig, stdin?, hosts: [[NAME, COMMAND], …] }`.
 * @module
 */
interface EachSsh {
  readonly forks: number;
  readonly sshConfig: string;
  /** A file. */
  readonly stdin?: string;
  readonly hosts: readonly (readonly [name: string, command: string])[];
}

const { forks, sshConfig, stdin, hosts } = JSON.parse(await Deno.readTextFile(Deno.args[0]!)) as EachSsh;
const bytes = stdin === undefined ? undefined : await Deno.readFile(stdin);
const waiting = hosts.values();
let failed = 0;

async function worker(): Promise<void> {
  for (const [name, command] of waiting) {
    const ssh = new Deno.Command("ssh", {
      args: ["-F", sshConfig, "-o", "BatchMode=yes", name, command],
      stdin: bytes === undefined ? "null" : "piped",
      stdout: "inherit",
      stderr: "inherit",
    }).spawn();
    if (bytes !== undefined) {
      const writer = ssh.stdin.getWriter();
      // A device that hangs up early is told by its exit code.
      await writer.write(bytes).then(() => writer.close()).catch(() => {});
    }
    const { code } = await ssh.status;
    if (code !== 0) {
      failed++;
      console.error(`${name}: exit code ${code}`);
    }
  }
}

await Promise.all(Array.from({ length: Math.min(forks, hosts.length) }, worker));
Deno.exit(failed === 0 ? 0 : 1);
