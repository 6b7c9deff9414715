/**
 * Devices whose controller is gone, as in `deno task torture`.
 * @module
 */
import { longTestWhere } from "../support.ts";
import { comeTooLate, leaveAlone, takeOverInTime } from "./alone.ts";
import { needsOf } from "./field.ts";

longTestWhere("a tiny device restores itself in time, when its controller dies before the confirmation", {
  needs: needsOf("tiny"),
}, async () => {
  await leaveAlone("tiny", "folder", (request) => request === "restart");
});

longTestWhere("a device restores itself, unless a run takes it over in time: then not under its hands", {
  needs: needsOf("plain"),
}, async () => {
  await takeOverInTime("plain", "folder");
});

longTestWhere("deploy says that the device has gone back by itself, when it comes too late to confirm", {
  needs: needsOf("exchange"),
}, async () => {
  await comeTooLate("exchange", "folder");
});
