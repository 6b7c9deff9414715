/**
 * Two of the losses of `deno task torture`.
 * @module
 */
import { longTestWhere } from "../../support.ts";
import { LostField } from "./lost_controller.ts";

longTestWhere(
  "a device brings its old set back by itself, when its controller is lost before the confirmation",
  {
    needs: ["lab"],
  },
  async (t) => {
    await using field = await LostField.make(["root"]);
    await t.step("after the restart", async () => void await field.lose("restarted"));
    await t.step("and the device reboots", async () => void await field.lose("reboot"));
  },
);
