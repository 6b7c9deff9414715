/**
 * A part of the kill matrix of `deno task torture`: a moment at the switch, and one behind it. The session is killed in the step matrix.
 * @module
 */
import { sampled } from "../../sampled.ts";
import { testWhere } from "../../support.ts";
import { Field, type Kind, needsOf } from "../field.ts";
import { type Row, runRow } from "./kill_matrix.ts";

const rows: readonly (Row & { readonly kind: Kind; readonly after: string })[] = [
  { kind: "exchange", scene: "folder", deployed: "good", fate: "link", after: "switch" },
  { kind: "tiny", scene: "folder", deployed: "sick", fate: "controller", after: "restart" },
];

for (const { kind, after, ...row } of sampled(rows)) {
  const { scene, deployed, fate } = row;
  testWhere(
    `deploy of a ${deployed} set over a ${scene} converges, when the ${fate} is cut after the ${after} of a device (${kind})`,
    { needs: needsOf(kind) },
    async () => {
      await using field = await Field.make({ kind, devices: 1 });
      await runRow(field, row, ({ when }, request) => when === "after" && request === after);
    },
  );
}
