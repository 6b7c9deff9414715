/**
 * A part of the kill matrix of `deno task torture`: the moments around the switch, on every kind of device.
 * @module
 */
import { assertEquals } from "@std/assert";
import { testWhere } from "../../support.ts";
import { Field, type Kind, needsOf } from "../field.ts";
import { type Row, runRow } from "./kill_matrix.ts";

const rows: readonly (Row & { readonly kind: Kind })[] = [
  { kind: "exchange", scene: "folder", deployed: "good", fate: "link" },
  { kind: "plain", scene: "folder", deployed: "sick", fate: "controller" },
  { kind: "tiny", scene: "release", deployed: "good", fate: "session" },
  { kind: "exchange", scene: "former", deployed: "good", fate: "controller" },
];

for (const { kind, ...row } of rows) {
  const { scene, deployed, fate } = row;
  testWhere(
    `deploy of a ${deployed} set over a ${scene} converges, when the ${fate} is cut around the switch of a device (${kind})`,
    { needs: [...needsOf(kind), ...(scene === "former" ? ["root" as const] : [])] },
    async () => {
      await using field = await Field.make({ kind, devices: 8 });
      const around = ["seal", "switch", "restart", "confirm"];
      let some = 0;
      const { moments } = await runRow(field, row, (_, request) => around.includes(request) && some++ < 8);
      assertEquals(moments, 8);
    },
  );
}
