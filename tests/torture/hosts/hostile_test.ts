/**
 * The short form of the hostile devices of `deno task torture`.
 * @module
 */
import { longTestWhere } from "../../support.ts";
import { fuzzDevices } from "./hostile_hosts.ts";

longTestWhere("deploy serves every well device and keeps its record whole, when others misbehave at random", {
  needs: ["sshd"],
}, async () => {
  // Of these, one ends its session, and two fall silent.
  await fuzzDevices({ hostile: 3, well: 1, rounds: 1, seed: 20 });
});
