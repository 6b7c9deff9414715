/**
 * Kinds of values that variables have, each with the words for it.
 * @module
 */
import { z } from "zod";
import { splitWords } from "../../ansible/sources/words.ts";
import { alternatives } from "../../plain/alternatives.ts";

const expectations = new WeakMap<z.ZodType, string>();

/** A kind with what it may be, in words that follow "expected". */
export function expecting<Type extends z.ZodType>(expected: string, type: Type): Type {
  // Of one type there may be several kinds.
  const kind = type.clone() as Type;
  expectations.set(kind, expected);
  return kind;
}

/** What a type may be, in words that follow "expected"; `undefined` if nobody has said it. */
export function expectedOfKind(type: z.ZodType): string | undefined {
  return expectations.get(type) ?? expectations.get(kindOf(type));
}

/** The words that a type may be, if it is one of a few; empty for any other. */
export function choicesOfKind(type: z.ZodType): readonly string[] {
  const kind = kindOf(type);
  return kind instanceof z.ZodEnum ? kind.options.map(String) : [];
}

/** A type without its default, and without what else it may be if it is not set. */
function kindOf(type: z.ZodType): z.ZodType {
  let inner: unknown = type;
  while (inner instanceof z.ZodDefault || inner instanceof z.ZodOptional || inner instanceof z.ZodNullable) {
    inner = inner.unwrap();
  }
  return inner as z.ZodType;
}

/** Text. Ansible's YAML turns `user: 1000` into a number; it is the text that was meant. */
export const text = z.union([z.string(), z.number()]).transform(String).pipe(
  z.string().refine((value) => !value.includes("\0")),
);

/** Text that is not empty. */
export const someText = text.refine((value) => value !== "");

/** Text, or empty (also: nothing written) for none. */
export const textOrNone = z.union([z.null().transform(() => ""), text]).pipe(z.string());

/** As with Ansible, empty is as if it were not set: a host so takes back what its group says. */
export const emptyForNone = text.nullish();

/** A whole number. `what` is said about it: "a number", "seconds". */
export function integer(min: number, max: number, what = "a number") {
  const written = z.string().regex(/^\s*[-+]?\d+(?:\.0)?\s*$/);
  return expecting(
    `${what} from ${min} to ${max}`,
    z.union([z.int().min(min).max(max), written]).transform(Number).pipe(z.int().min(min).max(max)),
  );
}

/** Whole seconds, a day at most. */
export function seconds(min: number) {
  return integer(min, 86_400, "seconds");
}

/** A truth value as Ansible reads it. */
export const truth = expecting(
  "yes or no",
  z.union([
    z.boolean(),
    z.literal([0, 1]).transform((value) => value === 1),
    z.string().regex(/^(?:y|yes|on|1(?:\.0)?|true|t|n|no|off|0(?:\.0)?|false|f)$/i).transform((value) =>
      /^(?:y|on|1|t)/i.test(value)
    ),
  ]).pipe(z.boolean()),
);

/** One of a few words. */
export function oneOf<const Word extends string>(words: readonly Word[]) {
  return expecting(alternatives(words), z.enum(words));
}

/** Options for ssh, as words. */
export const sshWords = expecting(
  "ssh options in one string, with every quote closed",
  z.string().transform((value, context) => {
    const split = splitWords(value);
    if (split) return split;
    context.addIssue("a quote is not closed");
    return z.NEVER;
  }),
);

/** The path of a URL, or empty. */
export const urlPath = expecting(
  'a path that begins with "/", without control characters',
  // deno-lint-ignore no-control-regex -- a line break would be another line of what curl and wget read
  text.refine((value) => value === "" || /^\/[^\0-\x1f\x7f]*$/.test(value)),
);
