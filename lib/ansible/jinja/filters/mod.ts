/**
 * The filters that there are: those of Jinja2 and of Ansible itself that work on values alone. What reads files, asks the network, or gives
 * another answer each time is not among them.
 * @module
 */
import type { Filter } from "../environment.ts";
import { encodingFilters } from "./encoding.ts";
import { generalFilters } from "./general.ts";
import { listFilters } from "./lists.ts";
import { mappingFilters } from "./mappings.ts";
import { numberFilters } from "./numbers.ts";
import { pathFilters } from "./paths.ts";
import { regexFilters } from "./regex.ts";
import { selectionFilters } from "./selection.ts";
import { textFilters } from "./text.ts";

/** Every filter by its name. */
export const FILTERS: ReadonlyMap<string, Filter> = new Map(Object.entries({
  ...generalFilters,
  ...textFilters,
  ...listFilters,
  ...selectionFilters,
  ...mappingFilters,
  ...numberFilters,
  ...pathFilters,
  ...regexFilters,
  ...encodingFilters,
}));

/** Filters that may be given what is not there. */
export const TOLERANT: ReadonlySet<string> = new Set(["default", "d", "mandatory", "items", "type_debug"]);

/** Filters whose text stays text, whatever it looks like: Ansible's STRING_TYPE_FILTERS. */
export const TEXT_FILTERS: ReadonlySet<string> = new Set(["string", "to_json", "to_nice_json"]);

/** Filters of Ansible's that are not evaluated: their names are no slip of the finger. */
export const NEVER_EVALUATED: ReadonlySet<string> = new Set(
  ("combinations comment expanduser expandvars fileglob filesizeformat from_yaml from_yaml_all groupby human_readable human_to_bytes ipaddr ipv4 ipv6 " +
    "ipsubnet ipwrap json_query password_hash permutations pprint random realpath shuffle strftime subelements to_datetime to_nice_yaml to_uuid to_yaml " +
    "urlize vault unvault wordwrap xmlattr").split(" "),
);
