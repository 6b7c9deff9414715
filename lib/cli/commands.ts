/**
 * Every command of the program, in the order of `--help`; `complete`, which is for scripts, last and hidden.
 * @module
 */
import { backupsCommand, statusCommand } from "./commands/status.ts";
import { cleanupCommand, healthCheckCommand, verifyRemoteCommand } from "./commands/checks.ts";
import { configCommand } from "./commands/config.ts";
import { completeCommand, completionCommand } from "./commands/completion.ts";
import { deployCommand, planCommand } from "./commands/deploy.ts";
import { execCommand } from "./commands/exec.ts";
import { initCommand } from "./commands/init.ts";
import { inventoryShowCommand } from "./commands/inventory.ts";
import { manifestCommand } from "./commands/manifest.ts";
import { reportCommand } from "./commands/report.ts";
import { resumeCommand } from "./commands/resume.ts";
import { runCommand } from "./commands/run.ts";
import { rollbackCommand } from "./commands/rollback.ts";
import { verifyLocalCommand } from "./commands/verify_local.ts";
import type { LoadPipelines } from "./project/pipelines.ts";

export function commands(load: LoadPipelines, done: (exitCode: number) => void) {
  return [
    deployCommand(load, done),
    planCommand(load, done),
    runCommand(load, done),
    resumeCommand(load, done),
    verifyLocalCommand(done),
    verifyRemoteCommand(load, done),
    healthCheckCommand(load, done),
    rollbackCommand(load, done),
    cleanupCommand(load, done),
    statusCommand(done),
    backupsCommand(done),
    inventoryShowCommand(load, done),
    configCommand(done),
    initCommand(done),
    manifestCommand(done),
    execCommand(load, done),
    reportCommand(done),
    completionCommand(done),
    completeCommand(load, done),
  ];
}
