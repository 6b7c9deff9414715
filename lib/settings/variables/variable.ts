/**
 * What an entry says about a variable of the inventory.
 * @module
 */
import type { z } from "zod";
import type { ConfiguredSettings } from "../../ansible/mod.ts";

/** A variable: an entry is the only place of each. */
export interface Variable {
  /** What it may be, with its default. */
  readonly type: z.ZodType;
  /** What it is for, in Markdown; links are relative to `docs`. The first sentence is the comment in `inventory/example.yaml`. */
  readonly meaning: string;
  /** What holds if it is not set, in words, if its type has no default. */
  readonly unset?: string;
  /** A value for `inventory/example.yaml`, if that is not the default. */
  readonly example?: string;
  /** The setting of Ansible's configuration that holds if the inventory does not set it. */
  readonly configured?: keyof ConfiguredSettings;
  /** It is a URL, or a part of one, and may hold passwords and tokens. */
  readonly isUrl?: true;
  /** No setting has it as it is: see `host/derived_settings.ts`. */
  readonly derived?: true;
}

/** Variables by name. */
export type Variables = Readonly<Record<string, Variable>>;
