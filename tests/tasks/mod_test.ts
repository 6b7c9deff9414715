import { assertEquals } from "@std/assert";
import { execPipeline, pipelines, verifyRemotePipeline } from "../../tasks/mod.ts";

const names = (tasks: readonly { readonly name: string }[]): string[] => tasks.map(({ name }) => name);

Deno.test("pipelines have their tasks in the order of the contract", () => {
  assertEquals(names(pipelines.deploy), [
    "preflight",
    "backup",
    "stage",
    "verify",
    "commit",
    "restart",
    "health",
  ]);
  assertEquals(names(pipelines.rollback), ["preflight", "stage", "verify", "commit", "restart", "health"]);
  assertEquals(names(pipelines.undo), ["commit", "restart", "health"]);
  assertEquals(names(pipelines["health-check"]), ["health"]);
  assertEquals(names(pipelines.cleanup), ["cleanup"]);
  assertEquals(names(execPipeline(["true"])), ["exec"]);
  assertEquals(names(verifyRemotePipeline(() => undefined)), ["verify-remote"]);
});
