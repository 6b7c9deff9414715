/**
 * What a host costs on a slow link: how often the runner waits for an answer.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { Connect } from "../../../lib/rollout/rollout.ts";
import { testWhere } from "../../support.ts";
import { makeLocalFleet, roll } from "./fleet.ts";

/** Counts sessions, and the round trips in them: requests that are sent before an answer to one of them has come share one. */
function counting(connect: Connect) {
  const count = { sessions: 0, roundTrips: 0, requests: [] as string[] };
  const counted: Connect = async (settings, signal, slow) => {
    const remote = await connect(settings, signal, slow);
    count.sessions++;
    let answered = true;
    return {
      close: () => remote.close(),
      run: async (program, args, options) => {
        if (answered) count.roundTrips++;
        answered = false;
        count.requests.push(program.name);
        const answer = await remote.run(program, args, options);
        answered = true;
        return answer;
      },
    };
  };
  return { connect: counted, count };
}

testWhere("rollout() takes one session and at most three round trips, when a host has the set already", {
  needs: ["linux"],
}, async () => {
  await using fleet = await makeLocalFleet(1);
  const release = await fleet.set("1.0.0");
  assertEquals(
    (await roll(fleet.hosts, release, { connect: fleet.connect })).host("edge-1").status,
    "changed",
  );
  const { connect, count } = counting(fleet.connect);
  assertEquals((await roll(fleet.hosts, release, { connect })).host("edge-1").status, "ok");
  assertEquals(count.sessions, 1);
  assert(count.roundTrips <= 3, `${count.roundTrips} round trips: ${count.requests.join(", ")}`);
});

testWhere("rollout() takes one session, when a host gets a new set", { needs: ["linux"] }, async () => {
  await using fleet = await makeLocalFleet(1);
  const { connect, count } = counting(fleet.connect);
  await roll(fleet.hosts, await fleet.set("1.0.0"), { connect });
  await roll(fleet.hosts, await fleet.set("1.0.1"), { connect });
  assertEquals(count.sessions, 2, count.requests.join(", "));
});
