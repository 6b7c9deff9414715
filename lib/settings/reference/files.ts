/**
 * What is written from the variables and the list of service managers, for users, their editors and the compiler.
 * @module
 */
import { withManagers } from "../../service_managers/docs_table.ts";
import { inventorySchema } from "../json_schema.ts";
import { withReference } from "./example.ts";
import { variablesPage } from "./page.ts";
import { settingsType } from "./settings_type.ts";

/** A file that is written, or a part of it. */
export interface WrittenFile {
  /** Where it is, from the root. */
  readonly path: string;
  /** What it has to say; `text` is what it says. */
  readonly content: (text: string) => string;
}

/** All of them. */
export const writtenFiles: readonly WrittenFile[] = [
  { path: "lib/settings/host/variable_settings.ts", content: settingsType },
  { path: "docs/variables.md", content: variablesPage },
  { path: "docs/device.md", content: withManagers },
  { path: "inventory/example.yaml", content: withReference },
  {
    path: "inventory/lockstep.schema.json",
    content: () => JSON.stringify(inventorySchema(), null, 2) + "\n",
  },
];

/** Where such a file is. */
export function urlOf({ path }: WrittenFile): URL {
  return new URL(`../../../${path}`, import.meta.url);
}
