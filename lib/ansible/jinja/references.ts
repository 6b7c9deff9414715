/**
 * What a variable comes to where it names others: `{{ other }}`, `http://{{ inventory_hostname }}:9208`, over several steps. Nothing else of
 * Jinja2 is evaluated.
 * @module
 */
import { dirname, resolve } from "@std/path";
import type { Json } from "../../json.ts";
import { isPythonNumber } from "../python/python_number.ts";
import { parseAddress } from "../address.ts";
import { didYouMean } from "../../near_miss.ts";
import { shown } from "../problems.ts";
import { isSealed } from "../vault/sealed.ts";
import type { Host } from "../types.ts";
import { isTemplate, plain } from "../values.ts";

const REFERENCE = /\{\{\s*([A-Za-z_]\w*)\s*\}\}/g;

/** Why a template comes to nothing; the message follows "found ". */
export class NoReference extends Error {
  override readonly name = "NoReference";

  constructor(message: string, readonly hint?: string) {
    super(message);
  }
}

/** What a value comes to. */
export interface Resolved {
  readonly value: Json;
  /** Whether an encrypted value is part of it. */
  readonly secret: boolean;
}

/** More steps than anybody's variables take, and few enough for some that name each other twice, and again, and again. */
const MOST_STEPS = 1000;
const LONGEST = 100_000;

/** The value of a host's variable, `undefined` where it is not set. Throws NoReference, and CannotOpen for an encrypted part. */
export function resolveVariable(host: Host, name: string, cwd: string): Resolved | undefined {
  if (!Object.hasOwn(host.vars, name)) return undefined;
  return new Evaluation(host, cwd).evaluate(host.vars[name]!, [name]);
}

class Evaluation {
  #steps = 0;

  constructor(readonly host: Host, readonly cwd: string) {}

  /** `chain` are the variables that led here. */
  evaluate(raw: Json, chain: readonly string[]): Resolved {
    if (isSealed(raw)) {
      const opened = raw.open();
      // What somebody has encrypted may name other variables, as with Ansible.
      return { value: isTemplate(opened) ? this.evaluate(opened, chain).value : opened, secret: true };
    }
    const value = plain(raw) as Json;
    // What is marked unsafe is never a template.
    if (value !== raw || !isTemplate(value)) return { value, secret: false };
    if (isTemplate(value.replaceAll(REFERENCE, ""))) {
      throw new NoReference(
        "a template that Lockstep does not evaluate",
        "only plain {{ name }} works; write the value itself, or give it with -e",
      );
    }
    const [only] = value.matchAll(REFERENCE);
    // Alone it keeps its type; in a text it becomes text.
    if (only?.[0] === value.trim()) return this.#follow(only[1]!, chain);
    let secret = false;
    const text = value.replaceAll(REFERENCE, (_, name: string) => {
      const part = this.#follow(name, chain);
      secret ||= part.secret;
      return textOf(part.value, name);
    });
    if (text.length > LONGEST) throw new NoReference("a reference that comes to far too much text");
    return { value: text, secret };
  }

  #follow(name: string, chain: readonly string[]): Resolved {
    const next = [...chain, name];
    if (++this.#steps > MOST_STEPS) throw new NoReference("references without end");
    if (chain.includes(name)) {
      throw new NoReference(
        `a loop of references: ${next.slice(next.indexOf(name)).join(" → ")}`,
        "one of them must say what it is",
      );
    }
    const magic = MAGIC.get(name)?.(this.host, this.cwd);
    if (magic !== undefined) return { value: magic, secret: false };
    const { vars } = this.host;
    if (Object.hasOwn(vars, name)) return this.evaluate(vars[name]!, next);
    const way = chain.length > 1 ? ` (by way of ${chain.join(" → ")})` : "";
    throw new NoReference(
      `the variable "${name}"${way}, which is not set`,
      didYouMean(name, [...Object.keys(vars), ...MAGIC.keys()]) ?? `it is not set for ${this.host.name}`,
    );
  }
}

/** What Ansible itself says of every host, whatever a variable of that name may hold. */
const MAGIC: ReadonlyMap<string, (host: Host, cwd: string) => string | undefined> = new Map([
  ["inventory_hostname", ({ name }: Host) => name],
  // An address has no short form.
  ["inventory_hostname_short", ({ name }: Host) => isAddress(name) ? name : name.split(".")[0]!],
  ["inventory_file", ({ source }: Host, cwd: string) => isFile(source) ? resolve(cwd, source) : undefined],
  [
    "inventory_dir",
    ({ source }: Host, cwd: string) => isFile(source) ? dirname(resolve(cwd, source)) : undefined,
  ],
]);

/** Whether a source is a file, and not a list of hosts or the environment. */
function isFile(source: string): boolean {
  return source !== "" && !source.includes(",");
}

function isAddress(name: string): boolean {
  return parseAddress(name) !== undefined &&
    (name.includes("::") || /^[\d.]+$|^(?:[\da-f]+:)+[\da-f]+$/i.test(name));
}

/** A value inside a text, as Python writes it. */
function textOf(value: Json, name: string): string {
  if (value === null) return "";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "object" && !isPythonNumber(value)) {
    throw new NoReference(`"{{ ${name} }}" within a text, and "${name}" is ${shown(value)}`);
  }
  return String(value);
}
