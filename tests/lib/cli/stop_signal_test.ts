import { assertEquals } from "@std/assert";
import { stopSignal } from "../../../lib/cli/stop_signal.ts";
import { testWhere } from "../../support.ts";

testWhere("stopSignal() asks at the first signal, and ends at a later one that is not the same", {
  needs: ["linux"],
}, async () => {
  let ended = 0;
  const { signal, dispose } = stopSignal(() => ended++);
  const send = async (): Promise<void> => {
    Deno.kill(Deno.pid, "SIGTERM");
    await new Promise((resolve) => setTimeout(resolve, 50));
  };
  try {
    assertEquals(signal.aborted, false);
    Deno.kill(Deno.pid, "SIGTERM");
    while (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 10));
    // A runner such as `deno task` passes on what the terminal has sent to all.
    await send();
    assertEquals(ended, 0);
    await new Promise((resolve) => setTimeout(resolve, 600));
    while (ended === 0) await send();
  } finally {
    dispose();
  }
});
