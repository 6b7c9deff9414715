/**
 * What a configuration comes to, as Ansible and as we have it.
 * @module
 */
import { join, resolve } from "@std/path";
import { UsageError } from "../../lib/errors.ts";
import { readConfiguration } from "../../lib/ansible/configuration/mod.ts";
import type { SettingName } from "../../lib/ansible/configuration/mod.ts";
import { type Case, corpusFolder, type Unpacked } from "./case.ts";

/** A setting: its value, and the file or the variable that sets it. */
export interface Found {
  readonly value: unknown;
  readonly origin: string;
}

/** Everything that is set, or a refusal. */
export type Answer =
  | { readonly file: string | null; readonly settings: Readonly<Record<string, Found>> }
  | { readonly refused: string };

/** Which of Ansible's programs' entries are which of our settings: by the name of the entry, in the part of the list where it counts. */
const NAMES: Readonly<Record<SettingName, readonly [part: string, name: string]>> = {
  inventory: ["base", "DEFAULT_HOST_LIST"],
  remote_user: ["ssh", "remote_user"],
  remote_port: ["ssh", "port"],
  private_key_file: ["base", "DEFAULT_PRIVATE_KEY_FILE"],
  transport: ["base", "DEFAULT_TRANSPORT"],
  ssh_args: ["ssh", "ssh_args"],
  ssh_common_args: ["ssh", "ssh_common_args"],
  ssh_extra_args: ["ssh", "ssh_extra_args"],
  host_key_checking: ["ssh", "host_key_checking"],
  timeout: ["ssh", "timeout"],
  forks: ["base", "DEFAULT_FORKS"],
  become: ["base", "DEFAULT_BECOME"],
  become_user: ["sudo", "become_user"],
  become_method: ["base", "DEFAULT_BECOME_METHOD"],
  vault_password_file: ["base", "DEFAULT_VAULT_PASSWORD_FILE"],
  vault_identity_list: ["base", "DEFAULT_VAULT_IDENTITY_LIST"],
  hash_behaviour: ["base", "DEFAULT_HASH_BEHAVIOUR"],
};

interface Entry {
  readonly name: string;
  readonly value: unknown;
  readonly origin: string;
}

/** Ansible's own answers, by way of one process (`oracle.py`). Close it. */
export class AnsibleConfig {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: AsyncIterator<string>;

  constructor(program: string) {
    // The Python that Ansible runs with need not be the first on the path.
    this.#child = new Deno.Command(/^#!\s*(\S+)/.exec(Deno.readTextFileSync(program))![1]!, {
      args: [join(corpusFolder, "oracle.py")],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#lines = linesOf(this.#child.stdout);
  }

  async ask({ root, cwd, env }: Unpacked): Promise<Answer> {
    const question = {
      cwd,
      env: { PATH: "/usr/bin:/bin", LC_ALL: "C.UTF-8", PYTHONWARNINGS: "ignore", ...env },
    };
    await this.#writer.write(new TextEncoder().encode(JSON.stringify(question) + "\n"));
    const { status, text } = JSON.parse((await this.#lines.next()).value);
    return status === 0 ? withoutRoot(answerOf(text), root) : { refused: "refused" };
  }

  async close(): Promise<void> {
    await this.#writer.close();
    await this.#lines.return?.();
    await this.#child.status;
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}

function answerOf(text: string): Answer {
  const [base = [], ssh, sudo] = text.split("\0\n").slice(0, 3).map((list) => JSON.parse(list));
  const parts: Record<string, readonly Entry[]> = { base, ssh: ssh[0]?.ssh ?? [], sudo: sudo[0]?.sudo ?? [] };
  const settings = Object.entries(NAMES).flatMap(([ours, [part, name]]): [string, Found][] => {
    const entry = parts[part]!.find((entry) => entry.name === name);
    return entry === undefined ? [] : [[ours, { value: entry.value, origin: entry.origin }]];
  });
  const file = parts.base!.find(({ name }) => name === "CONFIG_FILE")?.value as string | null;
  return { file, settings: Object.fromEntries(settings) };
}

/** What we say. `warnings` is filled with what is said beside it. */
export async function askOurs({ root, cwd, env }: Unpacked, warnings: string[] = []): Promise<Answer> {
  try {
    const { file, settings } = await readConfiguration({
      cwd,
      env,
      warn: ({ where, message }) => warnings.push(`${where}: ${message}`),
    });
    const found = Object.entries(settings).map(([name, { value, origin }]) => [
      name,
      { value, origin: origin.line > 0 ? resolve(cwd, origin.file) : `env: ${origin.file}` },
    ]);
    return withoutRoot({
      file: file === undefined ? null : resolve(cwd, file),
      settings: Object.fromEntries(found) as Record<string, Found>,
    }, root);
  } catch (error) {
    if (error instanceof UsageError) return { refused: error.message };
    throw error;
  }
}

/** The same wherever the case is unpacked. */
function withoutRoot<T>(value: T, root: string): T {
  return JSON.parse(JSON.stringify(value).replaceAll(root, "$ROOT")) as T;
}

/** What both do not agree in: names of settings, `file`, `refused`. */
export function differences(ours: Answer, theirs: Answer): string[] {
  if ("refused" in ours || "refused" in theirs) {
    return "refused" in ours && "refused" in theirs ? [] : ["refused"];
  }
  const differ = Object.keys(NAMES).filter((name) =>
    JSON.stringify(ours.settings[name]) !== JSON.stringify(theirs.settings[name])
  );
  return ours.file === theirs.file ? differ : ["file", ...differ];
}

/** The differences that are not meant, for a person to read. */
export function formatDifferences(
  names: readonly string[],
  ours: Answer,
  theirs: Answer,
  each: Case,
): string {
  const side = (answer: Answer, name: string) =>
    JSON.stringify("refused" in answer ? answer : name === "file" ? answer.file : answer.settings[name]);
  return names.map((name) =>
    `${each.name}: ${name}\n  ours:    ${side(ours, name)}\n  Ansible: ${side(theirs, name)}`
  ).join("\n");
}
