/**
 * The list of the service managers, in the order in which `auto` tries them.
 * @module
 */

/** The text of each. */
export const texts = {
  systemd: (await import("./systemd.sh", { with: { type: "text" } })).default,
  openrc: (await import("./openrc.sh", { with: { type: "text" } })).default,
  runit: (await import("./runit.sh", { with: { type: "text" } })).default,
  sysv: (await import("./sysv.sh", { with: { type: "text" } })).default,
  command: (await import("./command.sh", { with: { type: "text" } })).default,
};
