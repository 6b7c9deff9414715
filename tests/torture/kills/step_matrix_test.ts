/**
 * A part of the step matrix of `deno task torture`: every change that the switch of a first deploy consists of.
 * @module
 */
import { assert } from "@std/assert";
import { testWhere } from "../../support.ts";
import { needsOf } from "../field.ts";
import { makeStepField, runStepRow, type StepRow } from "./step_matrix.ts";

const rows: readonly (StepRow & { readonly kind: "exchange" | "plain" })[] = [
  { kind: "exchange", scene: "folder", deployed: "good", fate: "session" },
  { kind: "plain", scene: "folder", deployed: "sick", fate: "command" },
];

for (const { kind, ...row } of rows) {
  const { scene, deployed, fate } = row;
  testWhere(
    `deploy of a ${deployed} set over a ${scene} converges, when a ${fate} ends in the middle of the switch (${kind})`,
    { needs: needsOf(kind) },
    async () => {
      await using field = await makeStepField({ kind, devices: 12 });
      // The last changes before the service is restarted, or the device is synced, are the switch.
      const isSwitch = (command: string) => /journal|live\.next|artifacts_phase2|python3|perl/.test(command);
      let some = 0;
      const { moments } = await runStepRow(
        field,
        row,
        (_, command) => isSwitch(command) && !/^cp|service/.test(command) && some++ < 12,
      );
      assert(moments >= 10, `${moments} moments`);
    },
  );
}
