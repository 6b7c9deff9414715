/**
 * The names that Ansible keeps for itself: an inventory may set them, but templates see Ansible's own value, and no list has them.
 * @module
 */

const NAMES: ReadonlySet<string> = new Set(
  ("ansible_config_file ansible_diff_mode ansible_facts ansible_forks ansible_inventory_sources ansible_limit ansible_playbook_python " +
    "ansible_run_tags ansible_skip_tags ansible_verbosity ansible_version group_names groups inventory_dir inventory_file " +
    "inventory_hostname inventory_hostname_short omit playbook_dir").split(" "),
);

/** Whether a variable of this name would be Ansible's own. */
export function isInternalName(name: string): boolean {
  return NAMES.has(name);
}

/** The same variables, without those of Ansible's own names. */
export function withoutInternalNames<T>(vars: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  const names = Object.keys(vars);
  if (!names.some(isInternalName)) return vars;
  return Object.fromEntries(Object.entries(vars).filter(([name]) => !isInternalName(name)));
}
