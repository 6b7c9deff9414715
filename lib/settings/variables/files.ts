/**
 * Variables that say what is deployed, and where it lies on the device.
 * @module
 */
import { z } from "zod";
import { expecting, integer, seconds, someText } from "./kinds.ts";
import type { Variables } from "./variable.ts";

const deployPath = expecting(
  'an absolute path below "/", or "~/" and a path, without ".." and NUL',
  someText.refine((value) => {
    const segments = value.split("/").filter((segment) => segment !== "" && segment !== ".");
    const below = value.startsWith("/") ? segments.length > 0 : value.startsWith("~/") && segments.length > 1;
    return below && !segments.includes("..") && !value.includes("\0");
  }).transform((value) => value.replace(/\/+$/, "")).pipe(z.string()),
);

const liveDir = expecting(
  'one plain name: no "/", no leading "-", not ".", "..", "backup" or ".lockstep"',
  someText.refine((value) =>
    !/[/\n]/.test(value) && !value.startsWith("-") && ![".", "..", "backup", ".lockstep"].includes(value)
  ),
);

/** What is deployed, and where. */
export const fileVariables = {
  deploy_path: {
    type: deployPath.default("/opt/iot-inference"),
    meaning: "Folder on the device; `~/` is the user's home there. Nothing outside it is written.",
  },
  artifacts_dir: {
    type: expecting("the path of a folder", someText).optional(),
    meaning: "Local artifact set; relative to the file that sets it, else to the current folder.",
    unset: "`artifacts_phase2`",
    example: "artifacts_phase2",
    derived: true,
  },
  live_dir: {
    type: liveDir.default("artifacts_phase2"),
    meaning: "Name under `deploy_path` that the service reads.",
  },
  keep_backups: {
    type: integer(1, 100_000).default(5),
    meaning: "Backups to keep. Only backups named by a time are removed: rename one to keep it.",
  },
  confirm_timeout: {
    type: seconds(0).default(120),
    meaning:
      "Seconds after the switch within which the release must be confirmed, or the device [restores itself](device.md#the-device-saves-itself); 0 for never.",
  },
} satisfies Variables;
