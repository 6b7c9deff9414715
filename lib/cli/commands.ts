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

export function commands(load: LoadPipelines) {
  return [
    deployCommand(load),
    planCommand(load),
    runCommand(load),
    resumeCommand(load),
    verifyLocalCommand(),
    verifyRemoteCommand(load),
    healthCheckCommand(load),
    rollbackCommand(load),
    cleanupCommand(load),
    statusCommand(),
    backupsCommand(),
    inventoryShowCommand(load),
    configCommand(),
    initCommand(),
    manifestCommand(),
    execCommand(load),
    reportCommand(),
    completionCommand(),
    completeCommand(load),
  ];
}
