import { assert, assertEquals } from "@std/assert";
import { payloadOfBytes } from "../../../lib/remote/payload.ts";
import { program } from "../../../lib/remote/program.ts";
import { connector } from "../../../lib/rollout/connector.ts";
import { makeLocalDevice } from "../../local_device.ts";
import { testWhere } from "../../support.ts";

testWhere("connector() shares --bwlimit between the hosts of a run", { needs: ["linux"] }, async () => {
  await using device = await makeLocalDevice();
  const connect = connector({ connectTimeout: 5, timeout: 60, bwlimit: 300_000 });
  const signal = new AbortController().signal;
  const remotes = await Promise.all([1, 2].map(() => connect(device.settings, signal)));
  try {
    const began = performance.now();
    const payload = payloadOfBytes(new Uint8Array(90_000));
    const bytes = program("bytes", "head -c 90000 | wc -c");
    const counts = await Promise.all(remotes.map((remote) => remote.run(bytes, [], { payload })));
    // The first tenth of a second is free.
    assert(performance.now() - began >= 400);
    assertEquals(counts.map(({ stdout }) => Number(stdout)), [90_000, 90_000]);
  } finally {
    await Promise.all(remotes.map((remote) => remote.close()));
  }
});
