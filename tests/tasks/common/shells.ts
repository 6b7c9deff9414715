/**
 * The shells and tools that devices have, for tests of what runs there.
 * @module
 */
import { everyTest } from "../../sampled.ts";
import type { ToolboxOptions } from "../../local_device.ts";
import type { Need } from "../../support.ts";

export interface ShellKind {
  readonly name: string;
  readonly needs: readonly Need[];
  readonly tools: ToolboxOptions;
}

/** With bash, which is tried where quoting could differ (and not in the ordinary run). */
export const everyShell: readonly ShellKind[] = [
  { name: "dash", needs: ["linux", "dash"], tools: { shell: "dash" } },
  { name: "bash", needs: ["linux", "bash"], tools: { shell: "bash" } },
  { name: "busybox", needs: ["linux", "busybox"], tools: { shell: "busybox", busybox: true } },
];

/** The two that devices have: Debian's and busybox's. The ordinary run tries busybox's, where more is missing. */
export const shellKinds = everyShell.filter(({ name }) =>
  name === "busybox" || (everyTest && name === "dash")
);
