import { assert, assertEquals } from "@std/assert";
import { inventorySchema } from "../../../lib/settings/json_schema.ts";
import { prefixedNames, variableNames } from "../../../lib/settings/variables.ts";

Deno.test("inventorySchema() has every variable with what it may be, when an editor asks", () => {
  const { $defs } = inventorySchema() as unknown as {
    $defs: { variables: { properties: Record<string, { description: string; default?: unknown }> } };
  };
  const { properties } = $defs.variables;
  assertEquals(Object.keys(properties), [...variableNames, ...prefixedNames]);
  assert(properties.keep_backups!.description.endsWith("Expected: a number from 1 to 100000."));
  assertEquals(properties.keep_backups!.default, 5);
});
