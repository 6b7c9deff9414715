/**
 * Lockstep: rolls a set of artifacts out to a fleet of devices, atomically, over plain ssh. The program when run, the library when imported:
 * tasks and pipelines of one's own, and rollouts from a program of one's own.
 * @module
 */
import { definePipeline, type Pipeline } from "./lib/pipeline.ts";
import { pipelines as own } from "./tasks/mod.ts";

export * from "./lib/errors.ts";
export type * from "./lib/events.ts";
export type { Bounds } from "./lib/bounds.ts";

export { definePipeline, type Pipeline } from "./lib/pipeline.ts";
export { defineProject, type Project, type ProjectDefinition } from "./lib/project.ts";
export { defineTask } from "./lib/task.ts";
export type * from "./lib/task.ts";
export { defineFact, type Fact, type FactSubject, Fields } from "./lib/facts/fact.ts";
export {
  type NamedProgram,
  type Program,
  program,
  type Simulate,
  type Simulated,
  type SimulateNamed,
} from "./lib/remote/program.ts";
export type { ValuesOf } from "./lib/remote/program_arguments.ts";
export type { ManagerName } from "./lib/service_managers/mod.ts";
export type { Answer, Call, Payload, Remote, RunOptions } from "./lib/remote/remote.ts";
export type { OutputLimit } from "./lib/remote/limits.ts";
export { readConfiguration, selectHosts } from "./lib/ansible/mod.ts";
export type {
  Configuration,
  ConfigurationOptions,
  Configured,
  ConfiguredSettings,
  Fleet,
  Group,
  Host,
  Inventory,
  LeftOut,
  Origin,
  Variables,
} from "./lib/ansible/mod.ts";
export {
  type Hook,
  type Hooks,
  type HostSettings,
  loadInventory,
  type LoadOptions,
  type RolloutVariable,
  type ServiceManager,
  settingsOf,
  settingsOfAll,
  type SettingsOptions,
  type TaskVariables,
  type TemplateFile,
  type VariableIssue,
  type VariableSchema,
  type VariableSchemas,
  type VariableSettings,
  variablesOf,
} from "./lib/settings/mod.ts";
export type { SimulatedFault, Simulation } from "./lib/remote/simulated/faults.ts";
export {
  type Artifact,
  type ArtifactSet,
  type ArtifactTemplate,
  type LinkOptions,
  type MetadataForm,
  type OutsideLink,
  readArtifactSet,
  type ReleaseHost,
  type Releases,
  releasesOf,
  type RenderedEntry,
  type SetTemplates,
} from "./lib/manifest.ts";
export type { ReleaseFault } from "./lib/facts/releases/failed_mark.ts";
export type { Listing, Release, ReleaseFile } from "./lib/release.ts";

export { connector, type ConnectorOptions } from "./lib/rollout/connector.ts";
export { newRun, type RunChoices } from "./lib/run/context.ts";
export {
  type AfterFailure,
  type Allowance,
  type Connect,
  type Deadlines,
  type OnFailure,
  rollout,
  type RolloutOptions,
  type RolloutRequest,
  type TakeBack,
} from "./lib/rollout/rollout.ts";
export { openRun, type RecordModes, type RunDir } from "./lib/report/record/run_dir.ts";
export type { Warn } from "./lib/report/record/runs.ts";
export { plainView } from "./lib/report/terminal/plain.ts";
export {
  type Clock,
  type PrettyOptions,
  prettyView,
  type TerminalSize,
} from "./lib/report/terminal/pretty.ts";
export { jsonView, ndjsonView } from "./lib/report/terminal/json.ts";
export type { View, ViewOptions, Writer } from "./lib/report/terminal/view.ts";

// Tasks to build with.
export { command, type CommandOptions } from "./tasks/common/command/command.ts";
export type { PerHost } from "./tasks/common/per_host.ts";
export { type PackageOptions, packages } from "./tasks/common/package.ts";
export { reboot, type RebootOptions } from "./tasks/common/reboot.ts";
export { service, type ServiceOptions, type ServiceState } from "./tasks/common/service.ts";
export { waitFor, type WaitForOptions } from "./tasks/common/wait_for.ts";
export { copy, type CopyOptions } from "./tasks/common/files/copy.ts";
export { fetch, type FetchOptions } from "./tasks/common/files/fetch.ts";
export { file, type FileOptions, type RightsOptions } from "./tasks/common/files/file.ts";
export { template, type TemplateOptions } from "./tasks/common/files/template.ts";

/** The pipelines of Lockstep's own commands. `before()`, `after()` and `without()` make others of them. */
export const pipelines: { readonly [Name in "deploy" | "rollback" | "undo"]: Pipeline } = {
  deploy: definePipeline(own.deploy),
  rollback: definePipeline(own.rollback),
  undo: definePipeline(own.undo),
};

if (import.meta.main) {
  // Not awaited here: a project imports this module, which has to be whole by then. What ends before it has an exit code is a fault.
  Deno.exitCode = 1;
  Promise.all([import("./lib/cli/main.ts"), import("./deno.json", { with: { type: "json" } })])
    .then(([{ main }, { default: config }]) =>
      main(Deno.args, config.version, () => import("./tasks/mod.ts"))
    )
    .then((exitCode) => Deno.exit(exitCode));
}
