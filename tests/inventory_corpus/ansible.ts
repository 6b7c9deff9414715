/**
 * Ansible as it is installed here, asked by way of one process that answers many questions (`oracle.py`).
 * @module
 */
import { join } from "@std/path";
import { findProgram } from "../support.ts";
import type { Answer, Piece, Question } from "./answer.ts";
import { corpusFolder } from "./case.ts";
import { parseLiteral } from "./literal_json.ts";

/** Variables of the environment that lookups of the corpus find, here and there. */
export const WORDS: Readonly<Record<string, string>> = { CORPUS_WORD: "word", CORPUS_LIST: "[1, 2]" };

/** How both Ansible itself and the process are run: without the settings of the user who runs the tests. */
export function ansibleEnvironment(folder: string): Record<string, string> {
  const config = join(folder, "ansible.cfg");
  Deno.writeTextFileSync(config, "");
  return {
    ANSIBLE_CONFIG: config,
    ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED: "true",
    ANSIBLE_LOCALHOST_WARNING: "false",
    ANSIBLE_LOCAL_TEMP: folder,
    ...WORDS,
    LC_ALL: "C.UTF-8",
    PYTHONWARNINGS: "ignore",
  };
}

/** The options of ansible-inventory for a question. */
export function ansibleArgs({ sources, extraVars, vaultPasswordFile }: Question): string[] {
  return [
    ...sources.flatMap((source) => ["-i", source]),
    ...extraVars.flatMap((word) => ["-e", word]),
    ...(vaultPasswordFile === undefined ? [] : ["--vault-password-file", vaultPasswordFile]),
  ];
}

/** Ansible, running. Close it. */
export class Ansible {
  readonly #folder = Deno.makeTempDirSync();
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reader: ReadableStreamDefaultReader<string>;
  #read = "";
  #last: Promise<unknown> = Promise.resolve();

  constructor() {
    // The Python that Ansible runs with need not be the first on the path.
    const program = Deno.readTextFileSync(findProgram("ansible-inventory")!);
    this.#child = new Deno.Command(/^#!\s*(\S+)/.exec(program)![1]!, {
      args: [join(corpusFolder, "oracle.py")],
      env: ansibleEnvironment(this.#folder),
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#reader = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Asks one question. Those asked meanwhile wait for their turn. */
  async ask(question: Question): Promise<Answer> {
    const { cwd, patterns, render = [], secrets = true } = question;
    return parseLiteral(
      await this.#exchange({ cwd, patterns, render, secrets, args: ansibleArgs(question) }),
    ) as unknown as Answer;
  }

  async version(): Promise<string> {
    return JSON.parse(await this.#exchange({ version: true }));
  }

  /** What it makes of each text: as a value in an INI file, or as the words of a line. */
  async read(what: "literals" | "words", texts: readonly string[]): Promise<readonly Piece[]> {
    return parseLiteral(await this.#exchange({ read: what, texts })) as unknown as readonly Piece[];
  }

  async #exchange(question: unknown): Promise<string> {
    const answer = this.#last.then(() => this.#readLine());
    this.#last = answer.catch(() => {});
    await this.#writer.write(new TextEncoder().encode(JSON.stringify(question) + "\n"));
    return await answer;
  }

  async #readLine(): Promise<string> {
    let end: number;
    while ((end = this.#read.indexOf("\n")) < 0) {
      const { value, done } = await this.#reader.read();
      if (done) throw new Error("Cannot ask Ansible: its process has ended");
      this.#read += value;
    }
    const line = this.#read.slice(0, end);
    this.#read = this.#read.slice(end + 1);
    return line;
  }

  async close(): Promise<void> {
    await this.#writer.close();
    await this.#reader.cancel();
    await this.#child.status;
    await Deno.remove(this.#folder, { recursive: true });
  }
}
