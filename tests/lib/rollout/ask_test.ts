import { assert, assertEquals } from "@std/assert";
import { Failure } from "../../../lib/errors.ts";
import { layout } from "../../../lib/facts/releases/layout.ts";
import { ask, type Reply } from "../../../lib/rollout/ask.ts";
import type { Connect } from "../../../lib/rollout/rollout.ts";
import { diffTrees } from "../../fleet/support/tree.ts";
import { newRun } from "../../local_device.ts";
import { testWhere } from "../../support.ts";
import { connectLocal, makeLocalFleet } from "./fleet.ts";

testWhere("ask() has every host's reply in the order of the hosts, as each comes, and writes nothing", {
  needs: ["linux"],
}, async () => {
  await using fleet = await makeLocalFleet(4);
  const trees = await Promise.all(fleet.devices.map((device) => device.tree()));
  const heard: string[] = [];
  const connect: Connect = async (settings, signal) => {
    if (settings.name === "edge-2") {
      throw new Failure({ kind: "unreachable", action: "connect", host: "edge-2", evidence: "no" });
    }
    // The first is the last.
    if (settings.name === "edge-1") await new Promise((resolve) => setTimeout(resolve, 300));
    return await connectLocal(settings, signal);
  };
  const replies = await ask({
    hosts: fleet.hosts,
    run: newRun(true),
    forks: 4,
    connect,
    question: async (host) => {
      if (host.settings.name === "edge-3") throw new TypeError("cannot tell");
      return (await host.look(layout)).root;
    },
    stop: new AbortController().signal,
  }, ({ host }) => void heard.push(host));
  const short = (reply: Reply<string>): string =>
    reply.error ? `${reply.status} ${reply.error.kind}` : reply.answer;
  assertEquals(replies.map(({ host }) => host), ["edge-1", "edge-2", "edge-3", "edge-4"]);
  assertEquals(replies.map(short), ["present", "unreachable unreachable", "failed fault", "present"]);
  assertEquals([heard.length, heard.at(-1)], [4, "edge-1"]);
  for (const [i, device] of fleet.devices.entries()) {
    assertEquals(diffTrees(trees[i]!, await device.tree()), []);
  }
});

testWhere("ask() asks nobody any more once it is stopped", { needs: ["linux"] }, async () => {
  await using fleet = await makeLocalFleet(3);
  const stop = new AbortController();
  const replies = await ask({
    hosts: fleet.hosts,
    run: newRun(true),
    forks: 1,
    connect: connectLocal,
    question: (host) => {
      if (host.settings.name === "edge-1") stop.abort();
      return host.look(layout);
    },
    stop: stop.signal,
  });
  assert(replies.every((reply) => reply.error?.kind === "interrupted"));
  assertEquals(replies.length, 3);
});
