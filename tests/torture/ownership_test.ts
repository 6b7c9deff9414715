/**
 * Owners and modes on a real device.
 * @module
 */
import { longTestWhere } from "../support.ts";
import { runOwnership } from "./ownership.ts";

longTestWhere(
  "owner, group and mode of a set stay what they were, when root deploys, rolls back or is lost",
  {
    needs: ["lab"],
  },
  async () => {
    await runOwnership();
  },
);
