import { assert, assertEquals, assertThrows } from "@std/assert";
import { z } from "zod";
import { UsageError } from "../../../lib/errors.ts";
import { masked } from "../../../lib/secrets.ts";
import {
  inventorySchema,
  misspeltTaskVariables,
  settingsOfAll,
  variablesOf,
} from "../../../lib/settings/mod.ts";
import { inventoryOf } from "../ansible/files.ts";

const smoke = {
  name: "smoke",
  variables: z.object({
    smoke_url: z.url(),
    smoke_attempts: z.int().min(1).default(3),
    smoke_tags: z.array(z.string()).optional(),
    smoke_token: z.string().min(8).meta({ secret: true }).optional(),
  }),
};
const variables = variablesOf([smoke]);

async function settingsFrom(text: string) {
  const { hosts } = await inventoryOf(text);
  return settingsOfAll(hosts, { cwd: Deno.cwd(), env: {}, variables });
}

async function problemsFrom(text: string): Promise<string[]> {
  const { hosts } = await inventoryOf(text);
  const error = assertThrows(
    () => settingsOfAll(hosts, { cwd: Deno.cwd(), env: {}, variables }),
    UsageError,
  );
  return error.message.split("\n");
}

Deno.test("taskVariables() has each host's values, rendered, in the type of the schema", async () => {
  const settings = await settingsFrom(`all:
  hosts:
    edge-1: { smoke_attempts: 5, smoke_tags: [a, b] }
    edge-2: { smoke_url: "http://other/" }
  vars: { port: 8080, smoke_url: "http://{{ inventory_hostname }}:{{ port }}/predict" }
`);
  assertEquals(settings.map(({ variables }) => variables), [
    { smoke_url: "http://edge-1:8080/predict", smoke_attempts: 5, smoke_tags: ["a", "b"] },
    { smoke_url: "http://other/", smoke_attempts: 3 },
  ]);
});

Deno.test("taskVariables() names file, line and what was meant, of every host at once", async () => {
  const problems = await problemsFrom(`all:
  hosts:
    edge-1: { smoke_url: nonsense }
    edge-2: { smok_url: "http://x/" }
    edge-3: {}
    edge-4: { smoke_url: "http://x/", smoke_attempts: 0 }
    edge-5: { smoke_url: "http://{{ nobody }}/" }
`);
  const text = problems.join("\n");
  for (
    const says of [
      /0\.yaml:3:\d+: .*found "nonsense" for smoke_url: Invalid URL/,
      /0\.yaml:4:\d+: .*found no smoke_url, which a task needs\n {4}did you mean "smok_url"\?/,
      /edge-3: .*found no smoke_url, which a task needs\n {4}set smoke_url for edge-3/,
      /0\.yaml:6:\d+: .*found 0 for smoke_attempts: Too small/,
      /0\.yaml:7:\d+: .*nobody/,
    ]
  ) assert(says.test(text), `${says} in:\n${text}`);
});

Deno.test("taskVariables() masks what is secret, also in what is wrong with it", async () => {
  const [host] = await settingsFrom(
    `all: { hosts: { edge-1: { smoke_url: "http://x/", smoke_token: "hunter2-hunter2" } } }`,
  );
  assertEquals(host?.variables.smoke_token, "hunter2-hunter2");
  assertEquals(masked("the token is hunter2-hunter2").includes("hunter2"), false);
  const problems = await problemsFrom(
    `all: { hosts: { edge-1: { smoke_url: "http://x/", smoke_token: "s3cr3t" } } }`,
  );
  assert(problems.join().includes('found "…" for smoke_token'), problems.join("\n"));
  assert(!problems.join().includes("s3cr3t"), problems.join("\n"));
});

Deno.test("misspeltTaskVariables() warns of a name that no task reads, once", async () => {
  const { hosts } = await inventoryOf(`all:
  hosts: { edge-1: {}, edge-2: {} }
  vars: { smoke_url: "http://x/", smoke_atempts: 4, smoke_urls: 1, smoke: 1, port: 8 }
`);
  assertEquals(misspeltTaskVariables(hosts, variables).map(({ path, hint }) => [path, hint]), [
    ["all.vars.smoke_atempts", 'did you mean "smoke_attempts"?'],
  ]);
  assertEquals(misspeltTaskVariables(hosts, new Map()), []);
});

Deno.test("variablesOf() refuses ours, one name in two meanings, and rules over several", () => {
  const cases: [tasks: Parameters<typeof variablesOf>[0], says: string][] = [
    [[{ name: "t", variables: z.object({ deploy_path: z.string() }) }], "which Lockstep reads itself"],
    [
      [smoke, { name: "t", variables: z.object({ smoke_url: z.string() }) }],
      "which another task defines differently",
    ],
    [
      [{ name: "t", variables: z.object({ a: z.string(), b: z.string() }).refine(({ a, b }) => a !== b) }],
      "found a rule over several variables",
    ],
  ];
  for (const [tasks, says] of cases) assertThrows(() => variablesOf(tasks), UsageError, says);
  // One schema may be shared.
  const { smoke_url } = smoke.variables.shape;
  assertEquals(variablesOf([smoke, { name: "t", variables: z.object({ smoke_url }) }]).size, 4);
});

Deno.test("inventorySchema() has the variables of a project's tasks", () => {
  const { $defs } = inventorySchema(variables) as {
    $defs: { variables: { properties: Record<string, unknown> } };
  };
  assertEquals($defs.variables.properties.smoke_attempts, {
    anyOf: [
      { type: "integer", minimum: 1, maximum: Number.MAX_SAFE_INTEGER, default: 3 },
      { $ref: "#/$defs/template" },
    ],
  });
});
