/**
 * A part of the step matrix of `deno task torture`: changes that the switch of a first deploy consists of.
 * @module
 */
import { longTestWhere } from "../../support.ts";
import { needsOf } from "../field.ts";
import { makeStepField, runStepRow, type StepRow } from "./step_matrix.ts";

const rows: readonly (StepRow & { readonly kind: "exchange" | "plain" })[] = [
  { kind: "exchange", scene: "folder", deployed: "good", fate: "session" },
  { kind: "plain", scene: "folder", deployed: "good", fate: "command" },
];

for (const { kind, ...row } of rows) {
  const { scene, deployed, fate } = row;
  longTestWhere(
    `deploy of a ${deployed} set over a ${scene} converges, when a ${fate} ends in the middle of the switch (${kind})`,
    { needs: needsOf(kind) },
    async () => {
      await using field = await makeStepField({ kind, devices: 2 });
      // The last changes before the service is restarted, or the device is synced, are the switch: two of them.
      const isSwitch = (command: string) =>
        /journal|live\.next|artifacts_phase2|python3|perl/.test(command) && !/^cp|service/.test(command);
      let some = 0;
      await runStepRow(field, row, (_, command) => isSwitch(command) && [4, 9].includes(some++));
    },
  );
}
