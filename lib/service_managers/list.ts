/**
 * The list of the service managers, in the order in which `auto` tries them.
 * @module
 */

/** The text of each. `as string`: without it `deno pack` makes no types for the whole package. */
export const texts = {
  systemd: (await import("./systemd.sh", { with: { type: "text" } })).default as string,
  openrc: (await import("./openrc.sh", { with: { type: "text" } })).default as string,
  runit: (await import("./runit.sh", { with: { type: "text" } })).default as string,
  sysv: (await import("./sysv.sh", { with: { type: "text" } })).default as string,
  command: (await import("./command.sh", { with: { type: "text" } })).default as string,
};
