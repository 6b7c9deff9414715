/**
 * `deno task test`: installs what the tests need where it may (apt as root), runs all of them, names what could not run and why. The
 * last line is "N passed, N failed" or "N passed, N failed, N skipped". Under `CI=true` a skipped test is a failure. Arguments go to
 * `deno test`; files or folders among them are run instead of everything.
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { type Counts, readJunit } from "./junit.ts";
import { findProgram } from "./support.ts";

/** Programs that tests need, and the Debian package that brings each. */
const packages: Readonly<Record<string, string>> = {
  ssh: "openssh-client",
  sshd: "openssh-server",
  dropbear: "dropbear-bin",
  busybox: "busybox-static",
  shellcheck: "shellcheck",
  dash: "dash",
  curl: "curl",
  rsync: "rsync",
  "ansible-inventory": "ansible-core",
  "systemd-nspawn": "systemd-container",
  debootstrap: "debootstrap",
  ip: "iproute2",
  "mkfs.xfs": "xfsprogs",
  "mkfs.ext4": "e2fsprogs",
};

/**
 * What runs without arguments, one `deno test` each: the quick tests first. They set `PATH` for what they start, so they run one by one;
 * those on devices mostly wait, and leave the process as it is, so several of their files run at once.
 */
const everything: readonly (readonly string[])[] = [
  ["--ignore=tests/fleet,tests/lab,tests/torture", "tests"],
  ["--parallel", "tests/fleet", "tests/lab", "tests/torture"],
];

/** How many files `--parallel` runs at once: more than there are processors, for they wait more than they work. */
const jobs = Deno.env.get("DENO_JOBS") ?? String(Math.ceil(navigator.hardwareConcurrency * 1.5));

async function main(args: readonly string[]): Promise<number> {
  const root = fromFileUrl(new URL("..", import.meta.url));
  Deno.chdir(root);
  await install();
  const paths = args.filter((arg) => !arg.startsWith("-") && isThere(arg));
  const options = args.filter((arg) => !paths.includes(arg));
  const groups = paths.length > 0 ? [paths] : everything.filter((group) => isThere(group.at(-1)!));
  const failed: string[] = [];
  const skipped: string[] = [];
  let passed = 0;
  for (const group of groups) {
    const counts = await runTests([...options, ...group]);
    passed += counts.passed.length;
    failed.push(...counts.failed);
    skipped.push(...counts.skipped);
  }
  for (const name of failed) console.log(`failed: ${name}`);
  for (const name of skipped) console.log(`skipped: ${name}`);
  const strict = Deno.env.get("CI") === "true";
  if (strict && skipped.length > 0) console.log("CI=true: a skipped test is a failure");
  const tail = skipped.length > 0 ? `, ${skipped.length} skipped` : "";
  console.log(`${passed} passed, ${failed.length} failed${tail}`);
  return failed.length > 0 || (strict && skipped.length > 0) || passed === 0 ? 1 : 0;
}

/** Installs what is missing, as far as this machine lets us; what stays missing is named by the tests that need it. */
async function install(): Promise<void> {
  const missing = Object.keys(packages).filter((program) => findProgram(program) === undefined);
  if (missing.length === 0) return;
  const wanted = [...new Set(missing.map((program) => packages[program]!))];
  if (Deno.build.os !== "linux" || Deno.uid() !== 0 || findProgram("apt-get") === undefined) {
    console.log(`not installed, and only apt-get as root could: ${wanted.join(", ")}`);
    return;
  }
  console.log(`installing ${wanted.join(", ")}`);
  await aptGet(["update"]);
  const add = (names: readonly string[]) => aptGet(["install", "--no-install-recommends", "--yes", ...names]);
  if (await add(wanted)) return;
  for (const name of wanted) if (!await add([name])) console.log(`cannot install ${name}`);
}

/** Runs apt-get; its words are shown only where it fails. */
async function aptGet(args: readonly string[]): Promise<boolean> {
  const command = new Deno.Command("apt-get", {
    args: ["-q", ...args],
    env: { DEBIAN_FRONTEND: "noninteractive" },
  });
  const { success, stdout, stderr } = await command.output();
  if (!success) console.error(new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr));
  return success;
}

/** One `deno test`. Where it ends badly without a failed test (a type error, say), that counts as one failure. */
async function runTests(args: readonly string[]): Promise<Counts> {
  const dir = await Deno.makeTempDir();
  try {
    const report = join(dir, "junit.xml");
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "-A", `--junit-path=${report}`, ...args],
      env: { DENO_JOBS: jobs },
      stdin: "null",
      stdout: "inherit",
      stderr: "inherit",
    }).spawn().status;
    const counts = isThere(report)
      ? readJunit(await Deno.readTextFile(report))
      : { passed: [], failed: [], skipped: [] };
    if (code === 0 || counts.failed.length > 0) return counts;
    return { ...counts, failed: [`deno test ${args.join(" ")}: exit code ${code}`] };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
