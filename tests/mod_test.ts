import { assertEquals } from "@std/assert";
import * as lockstep from "../mod.ts";

Deno.test("mod.ts is a library when it is imported: nothing runs, and these are its names", () => {
  assertEquals(Object.keys(lockstep).sort(), [
    "EXIT",
    "Failure",
    "Fields",
    "UsageError",
    "command",
    "connector",
    "defineFact",
    "definePipeline",
    "defineProject",
    "defineTask",
    "formatFailure",
    "formatProblem",
    "jsonView",
    "loadInventory",
    "ndjsonView",
    "newRun",
    "openRun",
    "packages",
    "pipelines",
    "plainView",
    "prettyView",
    "printable",
    "program",
    "readArtifactSet",
    "reboot",
    "rollout",
    "selectHosts",
    "service",
    "settingsOf",
    "settingsOfAll",
    "variablesOf",
    "waitFor",
  ]);
});
