/**
 * The JSON schema of an inventory in YAML, for editors: made from the same definition that checks an inventory.
 * @module
 */
import { z } from "zod";
import type { Json } from "../plain/json.ts";
import type { VariableSchemas } from "./task_variables.ts";
import { descriptionOf, presetOf } from "./reference/words.ts";
import { hostVariables, prefixedNames, unprefixed, variableNames } from "./variables.ts";

type Schema = { readonly [key: string]: Json };

/** What an editor needs to know of an inventory, in which a project's tasks read variables of their own. */
export function inventorySchema(own: VariableSchemas = new Map()): Schema {
  const reference = (name: string) => ({ $ref: `#/$defs/${name}` });
  /** Nothing written stands for none. */
  const mappingOf = (members: Schema, what: string) => ({
    description: what,
    type: ["object", "null"],
    additionalProperties: members,
  });
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Lockstep inventory",
    ...mappingOf(
      reference("group"),
      "Groups by name, in Ansible's shape; `all` holds every other. Made by `deno task schema`.",
    ),
    $defs: {
      group: {
        type: ["object", "null"],
        additionalProperties: false,
        properties: {
          hosts: {
            ...mappingOf(reference("host"), "Hosts by name; `edge-[01:12]` is twelve."),
            type: ["object", "string", "null"],
          },
          children: {
            ...mappingOf(reference("group"), "Groups whose hosts also belong to this one."),
            type: ["object", "string", "null"],
          },
          vars: { ...reference("groupVariables"), description: "Variables of every host of this group." },
        },
      },
      host: { ...reference("variables"), description: "Variables of this host; nothing for none." },
      groupVariables: {
        type: ["object", "null"],
        allOf: [reference("variables")],
        properties: {
          ansible_group_priority: {
            type: ["integer", "string"],
            description: "Among groups of equal depth the highest wins; default: 1.",
          },
        },
      },
      variables: { type: ["object", "null"], properties: { ...variables(), ...ownVariables(own) } },
      template: { type: "string", pattern: "\\{\\{", description: "`{{ other_variable }}`" },
    },
  };
}

/** Every variable as it may be written, or as a reference to another. Any other variable is the user's own. */
function variables(): Schema {
  const { properties } = z.toJSONSchema(hostVariables, { io: "input" }) as {
    properties: Record<string, Schema>;
  };
  const plain = Object.fromEntries(
    variableNames.map((name) => {
      const { default: _, ...rest } = properties[name]!;
      const preset = presetOf(name) as Json | undefined;
      return [name, {
        description: descriptionOf(name),
        ...(preset === undefined ? {} : { default: preset }),
        anyOf: [rest, { $ref: "#/$defs/template" }],
      }];
    }),
  );
  const prefixed = prefixedNames.map((name) =>
    [name, { $ref: `#/$defs/variables/properties/${unprefixed(name)}` }] as const
  );
  return { ...plain, ...Object.fromEntries(prefixed) };
}

/** Variables of a project's tasks. */
function ownVariables(own: VariableSchemas): Schema {
  return Object.fromEntries([...own].map(([name, schema]) => {
    const { $schema: _, ...rest } = z.toJSONSchema(schema as z.ZodType, {
      io: "input",
      unrepresentable: "any",
    });
    return [name, { anyOf: [rest as Schema, { $ref: "#/$defs/template" }] }];
  }));
}
