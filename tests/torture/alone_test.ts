/**
 * Devices whose controller is gone, as in `deno task torture`.
 * @module
 */
import { testWhere } from "../support.ts";
import { comeTooLate, leaveAlone, takeOverInTime } from "./alone.ts";
import { needsOf } from "./field.ts";

testWhere(
  "a device restores itself within confirm_timeout and 10 s, when its controller dies before the confirmation",
  {
    needs: needsOf("plain"),
  },
  async () => {
    await leaveAlone("plain", "folder");
  },
);

testWhere(
  "a tiny device restores itself within confirm_timeout and 10 s, when its controller dies before the confirmation",
  {
    needs: needsOf("tiny"),
  },
  async () => {
    await leaveAlone("tiny", "release");
  },
);

testWhere("a device does not restore itself under the hands of a run that has taken it over in time", {
  needs: needsOf("exchange"),
}, async () => {
  await takeOverInTime("exchange");
});

testWhere("deploy says that the device has gone back by itself, when it comes too late to confirm", {
  needs: needsOf("plain"),
}, async () => {
  await comeTooLate("plain");
});
