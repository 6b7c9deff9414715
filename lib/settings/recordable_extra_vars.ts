/**
 * What of `-e` options a run may write down, so that `resume` can give them again.
 * @module
 */
import { keyValues, OPTION, splitArguments } from "../ansible/variables/extra_vars.ts";
import { readVarsMapping } from "../ansible/variables/vars_mapping.ts";
import type { Setting } from "../ansible/types.ts";
import { isSealed } from "../ansible/vault/sealed.ts";
import { isSecretName, maskedDeep } from "../secrets.ts";

/** What of `-e` options may be written down, and the names of the variables that may not. */
export interface Recordable {
  readonly kept: readonly string[];
  readonly withheld: readonly string[];
}

/**
 * `-e` options without what is secret: by the name of the variable, or because its value has a login, a token, or something out of a vault.
 * `@FILE` is kept: it is the file that holds the values.
 */
export function withoutSecrets(options: readonly string[]): Recordable {
  const parts = options.map(partOf);
  return {
    kept: parts.flatMap(({ kept }) => kept),
    withheld: [...new Set(parts.flatMap(({ withheld }) => withheld))],
  };
}

function partOf(option: string): Recordable {
  const whole = { kept: [option], withheld: [] };
  if (option === "" || option.startsWith("@")) return whole;
  if (!/^[[{]/.test(option)) {
    const words = splitArguments(option) ?? [option];
    const named = words.map((word) => ({ word, vars: keyValues(word, []) }));
    const isOpen = ({ vars }: typeof named[number]): boolean => !vars.some(isSecretVariable);
    return named.every(isOpen) ? whole : {
      kept: named.some(isOpen) ? [named.filter(isOpen).map(({ word }) => word).join(" ")] : [],
      withheld: named.filter((one) => !isOpen(one)).flatMap(({ vars }) => vars.map(([name]) => name)),
    };
  }
  const vars = readVarsMapping(OPTION, option, [], {}, false).map(({ name, setting }) =>
    [name, setting] as [string, Setting]
  );
  if (!vars.some(isSecretVariable)) return whole;
  // What is encrypted is not written down in another form.
  const mayStay = (one: [string, Setting]): boolean => !isSecretVariable(one) && !isSealed(one[1].value);
  const rest = Object.fromEntries(vars.filter(mayStay).map(([name, { value }]) => [name, value]));
  return {
    kept: Object.keys(rest).length > 0 ? [JSON.stringify(rest)] : [],
    withheld: vars.filter((one) => !mayStay(one)).map(([name]) => name),
  };
}

function isSecretVariable([name, { value }]: readonly [string, Setting]): boolean {
  const variable = { [name]: value };
  return isSecretName(name) || maskedDeep(variable) !== variable;
}
