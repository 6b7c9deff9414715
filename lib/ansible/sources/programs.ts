/**
 * The programs that give sources of one inventory, each asked once: a source is read again if another one is left out, and may be named twice.
 * @module
 */
import type { Json } from "../../plain/json.ts";
import { shown } from "../problems.ts";
import { isPythonNumber, parseJson } from "../python/python_number.ts";
import { Sealed, type Unseal } from "../vault/sealed.ts";
import { type ProgramOptions, type ProgramResult, runProgram } from "./program.ts";

export type Mapping = { readonly [key: string]: Json };

/** What a program has printed, or what is wrong with it in words; `absent` if there is no such program. */
export type Printed = { readonly mapping: Mapping } | { readonly failure: string; readonly absent: boolean };

/** Runs programs in one folder and keeps what they print. */
export class Programs {
  readonly #results = new Map<string, Promise<ProgramResult>>();

  constructor(readonly cwd: string) {}

  /**
   * The mapping that `file` prints as JSON when it is called with `args`. `about` is what else its answer hangs on, such as the text of a
   * file that it reads: for another one it is asked again.
   */
  async ask(
    file: string,
    args: readonly string[],
    unseal: Unseal,
    options: ProgramOptions & { readonly shownAs: string; readonly about?: string },
  ): Promise<Printed> {
    const { shownAs, about = "", ...running } = options;
    const key = JSON.stringify([file, args, about]);
    const result = this.#results.get(key) ?? runProgram(file, args, this.cwd, running);
    this.#results.set(key, result);
    const found = await result;
    return "failure" in found ? found : mappingOf(found.stdout, `"${shownAs}"`, unseal);
  }
}

function mappingOf(stdout: Uint8Array, called: string, unseal: Unseal): Printed {
  const refused = (failure: string): Printed => ({ failure: `${called} printed ${failure}`, absent: false });
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(stdout);
  } catch {
    return refused("what is not a text in UTF-8");
  }
  let value: Json;
  try {
    value = unsealed(parseJson(text), unseal);
  } catch (error) {
    return refused(`${shown(text.trim().slice(0, 60))}, expected JSON: ${(error as Error).message}`);
  }
  return isMapping(value) ? { mapping: value } : refused(`${shown(value)}, expected a mapping of groups`);
}

/** How Ansible writes an encrypted value in JSON. */
function unsealed(value: Json, unseal: Unseal): Json {
  if (Array.isArray(value)) return value.map((item) => unsealed(item, unseal));
  if (!isMapping(value) || isPythonNumber(value)) return value;
  const text = value.__ansible_vault;
  if (typeof text === "string") return Sealed.text(text, unseal);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unsealed(inner, unseal)]));
}

export function isMapping(value: Json | undefined): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
