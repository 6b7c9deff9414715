/**
 * The scripts in the shells themselves, with the program as a command on the PATH.
 * @module
 */
import { assertEquals } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { longTestWhere, testWhere } from "../../../support.ts";
import { type Desk, makeDesk } from "../desk.ts";

const program = fromFileUrl(new URL("../../../../mod.ts", import.meta.url));

/** Runs a shell at a desk where `lockstep` is a command; what it printed. */
async function shell(desk: Desk, command: string, ...args: string[]): Promise<string> {
  const bin = desk.path("bin");
  await Deno.mkdir(bin, { recursive: true });
  const start = `#!/bin/sh\nexec '${Deno.execPath()}' run -A '${program}' "$@"\n`;
  await Deno.writeTextFile(join(bin, "lockstep"), start, { mode: 0o755 });
  const { stdout, stderr } = await new Deno.Command(command, {
    args,
    cwd: desk.dir,
    env: { PATH: `${bin}:${Deno.env.get("PATH")}`, TERM: "dumb" },
    signal: AbortSignal.timeout(60_000),
  }).output();
  assertEquals(new TextDecoder().decode(stderr), "");
  return new TextDecoder().decode(stdout);
}

/** Presses Tab behind a line, split as bash splits it. */
const BASH = `
set -u
source <(lockstep completion bash)
source <(lockstep completion bash)
tab() {
  COMP_LINE=$1 COMP_POINT=\${#1} COMP_WORDS=("\${@:2}") COMP_CWORD=$(($# - 2))
  __lockstep_complete 2>/dev/null
  echo "\${COMPREPLY[*]}"
}
tab 'lockstep rep' lockstep rep
tab 'lockstep deploy -o ' lockstep deploy -o ''
tab 'lockstep deploy --output=nd' lockstep deploy --output = nd
tab 'lockstep deploy --output=' lockstep deploy --output =
tab 'lockstep deploy -i prod.yaml --limit=edge:edge-2' lockstep deploy -i prod.yaml --limit = edge : edge-2
tab "lockstep deploy -i prod.yaml -l 'edge:&edge-2" lockstep deploy -i prod.yaml -l "'edge:&edge-2"
tab "lockstep deploy -i 'my fleet.yaml' -l f" lockstep deploy -i "'my fleet.yaml'" -l f
tab 'lockstep deploy --output=nd' lockstep deploy --output=nd
tab 'lockstep report > out $(touch ran) --form' lockstep report '>' out '$(touch ran)' --form
complete -p lockstep
`;

longTestWhere("completion works in bash, without bash-completion, and evaluates nothing", {
  needs: ["linux", "bash"],
}, async () => {
  await using desk = await makeDesk();
  await Deno.writeTextFile(desk.path("my fleet.yaml"), "fleet:\n  hosts: { edge-9: }\n");
  const said = await shell(desk, "bash", "--norc", "-c", BASH);
  assertEquals(said.split("\n"), [
    "report",
    "pretty plain json ndjson",
    "ndjson",
    "pretty plain json ndjson",
    "edge-2",
    "edge:&edge-2",
    "fleet",
    "--output=ndjson",
    "--format",
    "complete -o default -F __lockstep_complete lockstep",
    "",
  ]);
  assertEquals([...Deno.readDirSync(desk.dir)].filter(({ name }) => ["out", "ran"].includes(name)), []);
});

testWhere("shellcheck finds nothing in the script for bash", { needs: ["bash", "shellcheck"] }, async () => {
  await using desk = await makeDesk();
  assertEquals(await shell(desk, "bash", "-c", "lockstep completion bash | shellcheck -s bash -"), "");
});

testWhere("completion works in fish", { needs: ["linux", "fish"] }, async () => {
  await using desk = await makeDesk();
  const lines = ["rep", "deploy -o n", "deploy -i prod.yaml --limit=edge:edge-2", "deploy -i pro"];
  const asked = lines.map((line) => `complete -C 'lockstep ${line}'`).join("; ");
  const said = await shell(desk, "fish", "--no-config", "-c", `lockstep completion fish | source; ${asked}`);
  assertEquals(said.split("\n").map((line) => line.split("\t")[0]), [
    "report",
    "ndjson",
    "--limit=edge:edge-2",
    "prod.yaml",
    "",
  ]);
});

/** A zsh in a terminal of its own, for completion works in no other; each answer is waited for. */
const ZSH = `
zmodload zsh/zpty
zpty shell zsh -f -i
say() { zpty -w $3 shell $1; zpty -r -m shell out $2 && echo found $2 }
say 'PS1=; autoload -Uz compinit; compinit -u -D; source <(lockstep completion zsh); echo rea""dy' '*ready*'
say $'lockstep rep\\t' '*report *' -n
say $'--form\\t' '*--format *' -n
say $'ht\\t' '*html *' -n
say $'\\C-ulockstep deploy -i prod.yaml --limit=edge:edge-2\\t' '*edge:edge-2 *' -n
say $'\\C-ulockstep deploy -i pro\\t' '*prod.yaml *' -n
`;

longTestWhere("completion works in zsh", { needs: ["linux", "zsh"] }, async () => {
  await using desk = await makeDesk();
  const found = ["*ready*", "*report *", "*--format *", "*html *", "*edge:edge-2 *", "*prod.yaml *"];
  assertEquals(await shell(desk, "zsh", "-f", "-c", ZSH), found.map((text) => `found ${text}\n`).join(""));
});
