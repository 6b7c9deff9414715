/**
 * Keys of an `ansible.cfg` that look like one that is honoured, and are none to Ansible: in another section, or misspelt. It passes them over in
 * silence.
 * @module
 */
import { misspeltVariable, nearest } from "../../plain/near_miss.ts";
import { definitions, settingNames } from "./settings.ts";
import type { LeftOut, Written } from "./written.ts";

/** The sections that settings of ours are read in; another one with such a name was most likely meant to be one of them. */
const SECTIONS = ["defaults", "ssh_connection", "privilege_escalation"] as const;
/** Sections that people write for them. */
const OTHER_NAMES: readonly string[] = ["ssh", "connection", "inventory", "default", "become", "DEFAULT"];

/** The section and the key of everything that is honoured. */
const places = settingNames.flatMap((name) => definitions[name].ini);

/** What is written where Ansible does not look for it. */
export function misplaced({ file, ini }: Written): readonly LeftOut[] {
  return [...ini.sections].filter(([section]) => isLike(section)).flatMap(([section, entries]) =>
    [...entries].flatMap(([key, { value, line, col }]): LeftOut[] => {
      const why = whyNot(section, key, ini.sections.has("defaults"));
      return why === undefined
        ? []
        : [{ name: key, value, why, origin: { file, line, col, path: `${section}.${key}` } }];
    })
  );
}

function isLike(section: string): boolean {
  return OTHER_NAMES.includes(section) || nearest(section.replaceAll("-", "_"), SECTIONS) !== undefined;
}

function whyNot(section: string, key: string, hasDefaults: boolean): string | undefined {
  // What stands in [DEFAULT] holds in every section that is there.
  if (section === "DEFAULT" && hasDefaults) return undefined;
  if (places.some(([where, name]) => where === section && name === key)) return undefined;
  const sections = places.filter(([, name]) => name === key).map(([where]) => `[${where}]`);
  if (sections.length > 0) return `Ansible reads ${key} in ${sections.join(" and ")}`;
  const near = misspeltVariable(key, places.filter(([where]) => where === section).map(([, name]) => name));
  return near === undefined ? undefined : `Ansible does not know it; did you mean "${near}"?`;
}
