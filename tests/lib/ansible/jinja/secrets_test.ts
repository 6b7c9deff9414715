import { assertEquals } from "@std/assert";
import { forgetSecrets, MASK, masked, noteSecretName } from "../../../../lib/secrets.ts";
import { Sealed } from "../../../../lib/ansible/vault/sealed.ts";
import { resolveVariable } from "../../../../lib/settings/resolved_variable.ts";
import { inventoryOf } from "../files.ts";

/** A host with these variables and an encrypted one, `vault_word`. */
async function hostWith(vars: string) {
  const { hosts } = await inventoryOf(`all: {hosts: {h: }, vars: {${vars}}}`);
  const vault_word = Sealed.text("$ANSIBLE_VAULT;1.1;AES256\n00", () => "hunter22");
  const map = { inner: vault_word };
  return { ...hosts[0]!, vars: { ...hosts[0]!.vars, vault_word, map } };
}

Deno.test("resolveVariable() keeps what it makes of an encrypted value secret, whatever way that goes", async () => {
  const ways = {
    upper: "{{ vault_word | upper }}",
    joined: "{{ [vault_word] | map('upper') | join('-') }}",
    nested: "x{{ joined }}",
    inner: "{{ map.inner ~ 'x' }}",
    item: "{{ map['inner'] | b64encode }}",
    values: "{{ map.values() | first | replace('h', 'X') }}",
    whole: "{{ map }}",
    looked: "{{ lookup('vars', 'vault_word') | reverse }}",
    own: "{{ hostvars['h'].vault_word | default('') }}",
    loop: "{% for c in vault_word %}{{ c }}.{% endfor %}",
    set: "{% set x = vault_word %}{{ x[1:] }}",
    picked: "{{ vault_word if true else 'x' }}",
    twice: "{{ 'a' if vault_word else 'b' }}{{ vault_word }}",
  };
  const host = await hostWith(
    Object.entries(ways).map(([name, text]) => `${name}: ${JSON.stringify(text)}`).join(", "),
  );
  const fleet = { ...host.fleet, host: () => host };
  for (const name of Object.keys(ways)) {
    assertEquals(resolveVariable({ ...host, fleet }, name, "/")?.secret, true, name);
  }
  assertEquals(masked(`it is HUNTER22`), `it is ${MASK}`);
  forgetSecrets();
});

Deno.test("resolveVariable() takes nothing for secret that only depends on an encrypted value, if it decides", async () => {
  const host = await hostWith([
    `chosen: "{{ 'production' if vault_word == 'x' else 'development' }}"`,
    `there: "{{ vault_word is defined }}"`,
    `block: "{% if vault_word %}production{% endif %}"`,
    `other: "{{ plain }}"`,
    `plain: word`,
  ].join(", "));
  for (const name of ["chosen", "there", "block", "other"]) {
    assertEquals(resolveVariable(host, name, "/")?.secret, false, name);
  }
  assertEquals(resolveVariable(host, "chosen", "/")?.value, "development");
});

Deno.test("resolveVariable() keeps what it makes of a variable secret by its name, if the value is no longer visible in it", async () => {
  noteSecretName("code");
  const host = await hostWith(
    `db_password: letmein99, code: "4711x", upper: "{{ db_password | upper }}", url: "http://h/?{{ db_password }}", ` +
      `short: "{{ code | reverse }}", length: "{{ db_password | length > 3 }}"`,
  );
  const secret = (name: string) => resolveVariable(host, name, "/")?.secret;
  assertEquals(["upper", "url", "short", "length"].map(secret), [true, false, true, false]);
  forgetSecrets();
});
