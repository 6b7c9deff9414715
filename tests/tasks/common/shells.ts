/**
 * The shells and tools that devices have, for tests of what runs there.
 * @module
 */
import type { ToolboxOptions } from "../../local_device.ts";
import type { Need } from "../../support.ts";

export interface ShellKind {
  readonly name: string;
  readonly needs: readonly Need[];
  readonly tools: ToolboxOptions;
}

export const shellKinds: readonly ShellKind[] = [
  { name: "dash", needs: ["linux", "dash"], tools: { shell: "dash" } },
  { name: "bash", needs: ["linux", "bash"], tools: { shell: "bash" } },
  { name: "busybox", needs: ["linux", "busybox"], tools: { shell: "busybox", busybox: true } },
];
