/**
 * The short form of the hostile devices of `deno task torture`.
 * @module
 */
import { assert } from "@std/assert";
import { testWhere } from "../../support.ts";
import { fuzzDevices } from "./hostile_hosts.ts";

testWhere("deploy serves every well device and keeps its record whole, when others misbehave at random", {
  needs: ["sshd"],
}, async () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
  console.log(`seed ${seed}`);
  const { ends } = await fuzzDevices({ hostile: 6, well: 2, rounds: 1, seed });
  assert(Object.keys(ends).length > 0);
});
