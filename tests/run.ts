/**
 * `deno task test`: installs what the tests need where it may (apt as root), runs them (all with `TESTS=all`), names what could not run. The
 * last line is "N passed, N failed" or "N passed, N failed, N skipped". Under `CI=true` a skipped test is a failure. Arguments go to
 * `deno test`; files or folders among them are run instead, with their long tests.
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { installMissing, type Packages, unpackMissing } from "./runner/install.ts";
import { SIDE_BY_SIDE, UNPACKED_BUSYBOX } from "./support.ts";
import { type Counts, readJunit } from "./runner/junit.ts";

/** Programs that tests need, and the Debian package that brings each. */
const packages: Packages = {
  ssh: "openssh-client",
  sshd: "openssh-server",
  dropbear: "dropbear-bin",
  busybox: "busybox-static",
  toybox: "toybox",
  shellcheck: "shellcheck",
  dash: "dash",
  curl: "curl",
  openssl: "openssl",
  rsync: "rsync",
  xmllint: "libxml2-utils",
  zsh: "zsh",
  fish: "fish",
  "ansible-inventory": "ansible-core",
  "systemd-nspawn": "systemd-container",
  debootstrap: "debootstrap",
  ip: "iproute2",
  "mkfs.xfs": "xfsprogs",
  "mkfs.ext4": "e2fsprogs",
};

/** What cannot be installed beside others: Debian's two busyboxes exclude each other. */
const unpacked: Packages = { [UNPACKED_BUSYBOX]: "busybox" };

/**
 * What runs without arguments, one `deno test` each, the longest first. The quick tests set `PATH` for what they start, so they run one by one;
 * those on devices mostly wait, and leave the process as it is (`withPath()` refuses there), so several of their files run at once.
 */
const everything: readonly (readonly string[])[] = [
  ["--parallel", "tests/inventory_corpus", "tests/fleet", "tests/lab", "tests/torture"],
  ["--ignore=tests/fleet,tests/lab,tests/torture,tests/inventory_corpus,tests/tasks,tests/lib/cli", "tests"],
  ["tests/tasks"],
  ["tests/lib/cli"],
  ["--doc", "docs"],
];

/** How many groups run at once: more would only wait for each other, and make what has a time limit fail. */
const LANES = 2;

/** How many files `--parallel` runs at once. */
const jobs = Deno.env.get("DENO_JOBS") ?? String(navigator.hardwareConcurrency);

async function main(args: readonly string[]): Promise<number> {
  const root = fromFileUrl(new URL("..", import.meta.url));
  Deno.chdir(root);
  await installMissing(packages);
  await unpackMissing(unpacked);
  const paths = args.filter((arg) => !arg.startsWith("-") && isThere(arg));
  const options = args.filter((arg) => !paths.includes(arg));
  const groups = paths.length > 0 ? [paths] : everything.filter((group) => isThere(group.at(-1)!));
  const failed: string[] = [];
  const skipped: string[] = [];
  const why = new Map<string, string>();
  let passed = 0;
  const apart = paths.length === 0;
  // Who names a test means it, however long it is.
  if (!apart) Deno.env.set("TESTS", "all");
  // Types are checked once for all groups: that costs each as much as a good part of its tests.
  const work = [
    // The first is seen live.
    ...groups.map((group, at) => () =>
      runTests([...(apart && !group.includes("--doc") ? ["--no-check"] : []), ...options, ...group], at === 0)
    ),
    ...(apart ? [checkTypes] : []),
  ];
  const all = await inLanes(work, LANES);
  for (const counts of all) {
    passed += counts.passed.length;
    failed.push(...counts.failed);
    for (const [name, words] of counts.why) why.set(name, words);
    skipped.push(...counts.skipped);
  }
  for (const name of failed) {
    console.log(`failed: ${name}`);
    // Again, and in short: a log's end is what is kept of it.
    const words = why.get(name)?.split("\n").filter((line) => line.trim() !== "").slice(0, 12) ?? [];
    for (const line of words) console.log(`  ${line.slice(0, 300)}`);
  }
  for (const name of skipped) console.log(`skipped: ${name}`);
  const strict = Deno.env.get("CI") === "true";
  if (strict && skipped.length > 0) console.log("CI=true: a skipped test is a failure");
  const tail = skipped.length > 0 ? `, ${skipped.length} skipped` : "";
  console.log(`${passed} passed, ${failed.length} failed${tail}`);
  return failed.length > 0 || (strict && skipped.length > 0) || passed === 0 ? 1 : 0;
}

/** Does all of `work`, so many at once, each when its turn comes; what they came to, in the order in which they ended. */
async function inLanes<T>(work: readonly (() => Promise<T>)[], lanes: number): Promise<T[]> {
  const done: T[] = [];
  const waiting = work.values();
  await Promise.all(Array.from({ length: lanes }, async () => {
    for (const each of waiting) done.push(await each());
  }));
  return done;
}

/**
 * One `deno test`. Where it ends badly without a failed test (a type error, say), that counts as one failure. Only one of several is seen
 * live; what the others say is printed when they have ended, so that it is not torn apart.
 */
async function runTests(args: readonly string[], live: boolean): Promise<Counts> {
  const dir = await Deno.makeTempDir();
  try {
    const report = join(dir, "junit.xml");
    const how = live ? "inherit" : "piped";
    const child = new Deno.Command(Deno.execPath(), {
      args: ["test", "-A", "--frozen", `--junit-path=${report}`, ...args],
      env: { DENO_JOBS: jobs, ...(args.includes("--parallel") ? { [SIDE_BY_SIDE]: "1" } : {}) },
      stdin: "null",
      stdout: how,
      stderr: how,
    }).spawn();
    const { code } = live ? await child.status : await told(child);
    const counts = isThere(report)
      ? readJunit(await Deno.readTextFile(report))
      : { passed: [], failed: [], skipped: [], why: new Map<string, string>() };
    if (code === 0 || counts.failed.length > 0) return counts;
    return { ...counts, failed: [`deno test ${args.join(" ")}: exit code ${code}`] };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** `deno check` of every source and every test, as one test. It does not read what is in documentation: those tests check their own types. */
async function checkTypes(): Promise<Counts> {
  const name = "deno check finds no fault in any type";
  const child = new Deno.Command(Deno.execPath(), {
    args: ["check", "--quiet", "--frozen"],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const none = { passed: [], failed: [], skipped: [], why: new Map<string, string>() };
  return (await told(child)).success ? { ...none, passed: [name] } : { ...none, failed: [name] };
}

/** Its end, after what it said is printed. */
async function told(child: Deno.ChildProcess): Promise<Deno.CommandStatus> {
  const { stdout, stderr, ...status } = await child.output();
  await Deno.stdout.write(stdout);
  await Deno.stderr.write(stderr);
  return status;
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
