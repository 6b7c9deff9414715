/**
 * The example that users copy: it must load, name every variable and tell the truth about defaults.
 * @module
 */
import { assertEquals } from "@std/assert";
import { dirname, fromFileUrl, join } from "@std/path";
import { parse } from "yaml";
import { z } from "zod";
import { selectHosts } from "../../../lib/ansible/mod.ts";
import { hostVariables, loadInventory, settingsOfAll } from "../../../lib/settings/mod.ts";

const folder = join(dirname(fromFileUrl(import.meta.url)), "..", "..", "..", "inventory");
const file = join(folder, "example.yaml");

Deno.test("inventory/example.yaml gives the settings that it promises, when it is loaded as it is", async () => {
  const inventory = await loadInventory([file], { extraVars: [], env: {}, cwd: folder });
  const settings = settingsOfAll(selectHosts(inventory, "site:!canary"), { cwd: folder, env: {} });
  assertEquals(settings.length, 12);
  assertEquals([settings[0]!.name, settings[0]!.healthAttempts], ["edge-02.example.com", 20]);
  assertEquals([settings[11]!.address, settings[11]!.port], ["192.0.2.17", 2222]);
  assertEquals(settings[0]!.artifactsDir, join(folder, "..", "artifacts_phase2"));
});

Deno.test("inventory/example.yaml names every variable with its default, when comments are read too", async () => {
  const text = await Deno.readTextFile(file);
  const shown = new Map<string, unknown>();
  for (const [, name, value] of text.matchAll(/^ +(?:# )?([a-z_]+): +([^#\n]+)/gm)) {
    if (!shown.has(name!)) shown.set(name!, parse(value!));
  }
  const older =
    /^ansible_(?:ssh_(?:host|port|user|args|extra_args)|private_key_file|(?:ssh_)?host_key_checking|sudo_user|connection|become_method)$/;
  const names = hostVariables.keyof().options.filter((name) => !older.test(name));
  assertEquals(names.filter((name) => !shown.has(name)), []);
  for (const [name, value] of Object.entries(hostVariables.parse({}))) {
    assertEquals(shown.get(name), value, name);
  }
});

Deno.test("hostVariables becomes a JSON schema with every variable, when an editor asks for one", () => {
  const schema = z.toJSONSchema(hostVariables, { io: "input" });
  assertEquals(Object.keys(schema.properties!), hostVariables.keyof().options);
  assertEquals(schema.required, undefined);
});
