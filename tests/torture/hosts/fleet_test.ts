/**
 * Short forms of the fleet's part of `deno task torture`.
 * @module
 */
import { assert } from "@std/assert";
import { testWhere } from "../../support.ts";
import { allOrNothing } from "../all_or_nothing.ts";
import { hangAtOffsets } from "./hanging_hosts.ts";
import { killAndResume } from "../kills/resume_kills.ts";

testWhere("resume ends with every host on the new set, deployed once, when a rollout in waves is killed", {
  needs: ["sshd", "curl"],
}, async () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
  try {
    const { killed } = await killAndResume({ devices: 10, waves: "1,20%,100%", kills: 3, seed });
    assert(killed > 0, "none was killed");
  } catch (error) {
    throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
});

testWhere(
  "deploy --all-or-nothing changes no live set, when one device cannot stage, and keeps none, when one is sick",
  {
    needs: ["sshd", "curl", "python3"],
  },
  async () => {
    await allOrNothing(5);
  },
);

testWhere("deploy loses no more than its deadline, when a host hangs at any byte", {
  needs: ["sshd", "curl"],
}, async () => {
  await hangAtOffsets({ offsets: 6, well: 1, hostTimeout: 12, confirmTimeout: 5 });
});
