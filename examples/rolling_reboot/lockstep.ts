/**
 * Reboots a fleet a few hosts at a time: `run reboot --waves 1,10%,rest`. Each host leaves the pool, reboots, becomes ready and joins again
 * before the next one leaves; one that fails stops the rest. `run modules` loads kernel modules at boot, and reboots only
 * hosts on which that has changed something: run twice, it does nothing the second time.
 * @module
 */
import { command, defineProject, file, reboot, waitFor } from "lockstep";
import { z } from "zod";

const argv = z.array(z.string()).min(1).default(["true"]);
const variables = z.object({
  pool_leave: argv,
  pool_join: argv,
  kernel_modules: z.array(z.string().regex(/^[a-z0-9_-]+$/)).default(["loop"]),
});

const leave = command({ name: "leave-pool", variables, argv: (_host, { pool_leave }) => pool_leave });
const join = command({ name: "join-pool", variables, argv: (_host, { pool_join }) => pool_join });
const restart = reboot({ name: "reboot", within: 600 });
const ready = waitFor({
  name: "ready",
  url: ({ settings }) => `${settings.healthUrl}${settings.healthReady}`,
  attempts: 30,
  interval: 2,
});

const modules = file({
  name: "modules",
  variables,
  path: "/etc/modules-load.d/lockstep.conf",
  content: (_host, { kernel_modules }) => kernel_modules.map((name) => `${name}\n`).join(""),
  mode: 0o644,
});
const restartIfChanged = reboot({ name: "reboot-if-changed", onlyIf: [modules] });

export default defineProject({
  pipelines: {
    reboot: [leave, restart, ready, join],
    modules: [modules, restartIfChanged],
  },
});
