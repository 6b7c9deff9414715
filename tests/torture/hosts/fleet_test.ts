/**
 * Short forms of the fleet's part of `deno task torture`.
 * @module
 */
import { longTestWhere } from "../../support.ts";
import { allOrNothing } from "../all_or_nothing.ts";
import { hangAtOffsets } from "./hanging_hosts.ts";
import { killAndResume } from "../kills/resume_kills.ts";

longTestWhere(
  "resume ends with every host on the new set, deployed once, when a rollout in waves is killed",
  {
    needs: ["sshd", "curl"],
  },
  async () => {
    await killAndResume({ devices: 3, waves: "1,100%", kills: 1, seed: 20261204, scene: "folder" });
  },
);

longTestWhere(
  "deploy --all-or-nothing changes no live set, when one cannot stage, and keeps none, when one is sick",
  {
    needs: ["sshd", "curl", "python3"],
  },
  async () => {
    await allOrNothing(2, "folder", 0.01);
  },
);

longTestWhere("deploy loses no more than its deadline, when a host hangs at any byte", {
  needs: ["sshd", "curl"],
}, async () => {
  await hangAtOffsets({ offsets: 2, well: 1, hostTimeout: 30, confirmTimeout: 5, scene: "folder" });
});
