/**
 * The project of a user: found beside the inventory or named with `--project`, and loaded as code.
 * @module
 */
import { stat } from "node:fs/promises";
import process from "node:process";
import { dirname, join, resolve, toFileUrl } from "@std/path";
import { type Configuration, inventorySources } from "../../ansible/mod.ts";
import { UsageError } from "../../errors.ts";
import { didYouMean } from "../../plain/near_miss.ts";
import { isProject, type Project } from "../../project.ts";
import { type VariableSchemas, variablesOf } from "../../settings/mod.ts";
import type { Task } from "../../task.ts";
import type { LoadPipelines, Pipelines } from "./pipelines.ts";
import { demandTrust } from "./trust.ts";

/** What a project is called beside an inventory. */
const PROJECT_FILE = "lockstep.ts";

/** Which project an invocation means. */
export interface ProjectOptions {
  /** `--project`. */
  readonly project?: string | undefined;
  readonly inventory: readonly string[];
  readonly configuration?: Configuration | undefined;
}

/** The pipelines of a project over Lockstep's own. */
export interface ProjectPipelines extends Pipelines {
  /** The absolute path of the project's file; undefined if there is none. */
  readonly file?: string;
  /** Those that `run` knows. */
  readonly named: ReadonlyMap<string, readonly Task[]>;
}

/**
 * Lockstep's pipelines with those of the project that `options` mean. A file beside the inventory is loaded only if it and its folder belong to
 * us and nobody else can write them; throws a UsageError otherwise, and for a file that is no project.
 */
export async function projectPipelines(
  options: ProjectOptions,
  load: LoadPipelines,
): Promise<ProjectPipelines> {
  const own = await load();
  const file = options.project === undefined ? await beside(options) : resolve(options.project);
  if (file === undefined) return { ...own, named: new Map() };
  const { pipelines } = await loadProject(file);
  return {
    ...own,
    file,
    named: pipelines,
    pipelines: {
      ...own.pipelines,
      deploy: pipelines.get("deploy") ?? own.pipelines.deploy,
      rollback: pipelines.get("rollback") ?? own.pipelines.rollback,
      undo: pipelines.get("undo") ?? own.pipelines.undo,
    },
  };
}

/** Every task of the project, each once. */
export function tasksOf({ named }: ProjectPipelines): ReadonlySet<Task> {
  return new Set([...named.values()].flat());
}

/** The variables that a pipeline reads on a host, also while the host is taken back. Throws a UsageError for one that means two things. */
export function variablesFor(pipeline: readonly Task[], { pipelines }: Pipelines): VariableSchemas {
  const { undo, rollback } = pipelines;
  return variablesOf(
    new Set(pipeline.some(({ switches }) => switches) ? [...pipeline, ...undo, ...rollback] : pipeline),
  );
}

/** The pipeline that `run` is asked for. Throws a UsageError if there is none of that name. */
export function pipelineNamed(name: string, { named, file }: ProjectPipelines): readonly Task[] {
  const pipeline = named.get(name);
  if (pipeline !== undefined) return pipeline;
  if (file === undefined) {
    throw UsageError.of(
      "run",
      `found no project, so no pipeline ${JSON.stringify(name)}`,
      `write ${PROJECT_FILE} beside the inventory, or name one with --project FILE`,
    );
  }
  const names = [...named.keys()];
  throw UsageError.of(
    "run",
    `found no pipeline ${JSON.stringify(name)} in ${file}, expected one of ${names.join(", ")}`,
    didYouMean(name, names),
  );
}

/** The project beside the inventory, if there is one that can be trusted. */
async function beside({ inventory, configuration }: ProjectOptions): Promise<string | undefined> {
  const { sources } = inventorySources(inventory, { env: process.env, cwd: process.cwd(), configuration });
  const found = new Set<string>();
  for (const source of sources.filter((source) => !source.includes(","))) {
    const info = await look(resolve(source));
    if (info === undefined) continue;
    const folder = info.isDirectory() ? resolve(source) : dirname(resolve(source));
    const file = join(folder, PROJECT_FILE);
    if (await look(file) !== undefined) found.add(file);
  }
  if (found.size > 1) {
    throw UsageError.of(
      "--inventory",
      `found several projects beside it: ${[...found].join(", ")}`,
      "choose one with --project FILE",
    );
  }
  const [file] = found;
  if (file !== undefined) {
    await demandTrust(
      file,
      `the project ${file} is not loaded automatically`,
      `name it explicitly: --project ${file}`,
    );
  }
  return file;
}

async function look(path: string) {
  try {
    return await stat(path);
  } catch {
    return undefined;
  }
}

/** Loads a project. Throws a UsageError for a file that is not there, does not load, or is none. */
export async function loadProject(file: string): Promise<Project> {
  if (await look(file) === undefined) throw UsageError.of("--project", `found no ${file}`);
  let module: { readonly default?: unknown };
  try {
    module = await import(toFileUrl(file).href);
  } catch (error) {
    if (error instanceof UsageError) {
      throw new UsageError(
        error.problems.map((problem) => ({ ...problem, where: `${file}: ${problem.where}` })),
      );
    }
    throw UsageError.of(file, `cannot be loaded: ${error instanceof Error ? error.message : error}`);
  }
  if (isProject(module.default)) return module.default;
  throw UsageError.of(
    file,
    "found no project in it",
    'write: import { defineProject } from "lockstep"; export default defineProject({ pipelines: { … } })',
  );
}
