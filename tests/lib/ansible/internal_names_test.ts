import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Problem } from "../../../lib/errors.ts";
import { isInternalName, withoutInternalNames } from "../../../lib/ansible/internal_names.ts";
import { loadInventory, toAnsibleHost, toGraph } from "../../../lib/settings/mod.ts";
import { inFolder } from "./files.ts";

Deno.test("withoutInternalNames() leaves out what Ansible keeps for itself", () => {
  assertEquals(withoutInternalNames({ a: 1, groups: 2, inventory_dir: 3 }), { a: 1 });
  assertEquals(["omit", "ansible_facts", "ansible_host", "tags"].map(isInternalName), [
    true,
    true,
    false,
    false,
  ]);
});

Deno.test("loadInventory() warns of a variable whose name is Ansible's own, and no list has it", () =>
  inFolder({ "a.yml": "web:\n  hosts:\n    h: {groups: x, a: 1}\n" }, async (cwd) => {
    const warnings: Problem[] = [];
    const warn = (one: Problem) => void warnings.push(one);
    const inventory = await loadInventory(["a.yml"], { extraVars: [], env: {}, cwd, warn });
    assertEquals(warnings.map(({ line, col }) => [line, col]), [[3, 9]]);
    assertStringIncludes(warnings[0]!.message, `"groups", whose name Ansible reserves`);
    assertEquals(toAnsibleHost(inventory.hosts[0]!), { a: 1 });
    assertEquals(toGraph(inventory, { vars: true }).includes("groups"), false);
  }));
