/**
 * A task guarantees a state of one host. It looks (`observe`), decides (`plan`, pure) and acts (`steps`, which are data). After its steps
 * it looks again and must find nothing left to do, so idempotence is enforced, not claimed; a dry run shows exactly these steps.
 * @module
 */
import { bounded, type Bounds, cutText, TASK_BOUNDS } from "./bounds.ts";
import { Failure, type FailureData, UsageError } from "./errors.ts";
import type { Json, TaskReport } from "./events.ts";
import type { Fact } from "./facts/fact.ts";
import type { ReleaseFault } from "./facts/releases/failed_mark.ts";
import type { HostSettings, TaskVariables, TemplateFile } from "./settings/mod.ts";
import type { Release } from "./release.ts";
import type { Program } from "./remote/program.ts";
import type { Answer, Payload, RunOptions } from "./remote/remote.ts";

/** One thing that a task does on a device. */
export interface Step {
  /** What it does, in words. The same in a dry run and in a real one: no times, no run ids. */
  readonly title: string;
  /** What the device runs. */
  readonly program: Program;
  /** The program's positional parameters. */
  readonly args: readonly string[];
  /** Seconds, where the usual limit is too short. */
  readonly timeout?: number;
  /** So many of them it may wait on purpose, for a service. */
  readonly waits?: number;
  /** Artifact files that it is sent. */
  readonly payload?: Payload;
  /** Its standard input, which ends, if that is no artifact: it does not count as sent. */
  readonly input?: Uint8Array;
  /** What its output says for the report. */
  readonly detail?: (output: string) => Detail;
  /** The session may end in this step; what comes after it has another one. */
  readonly reconnect?: Reconnect;
}

/** Which session a task goes on in. */
export interface Reconnect {
  /** Seconds until it must have come about. */
  readonly within: number;
  /** Exits with code 0 in it: a device that is going down still lets us in. */
  readonly isBack: { readonly program: Program; readonly args: readonly string[] };
}

/** What a task found, for reports. */
export type Detail = { readonly [key: string]: Json };

/** Why a task cannot do its work; the task and the host are added when it is thrown. */
export type Refusal = Omit<FailureData, "action" | "host">;

/** What a task decides. `warning` is said to the user, whatever the decision. */
export type Plan =
  & { readonly detail?: Detail; readonly warning?: string }
  & (
    | { readonly status: "ok" }
    | { readonly status: "skipped" }
    /** `why` names the difference: it is the evidence if the steps do not remove it. */
    | { readonly status: "change"; readonly why: string; readonly steps: readonly Step[] }
    | { readonly status: "failed"; readonly failure: Refusal }
  );

/** The run that a task is part of. */
export interface RunContext {
  /** The run's name: `20261124T021945Z-3f9a1c`. */
  readonly id: string;
  /** When it began. */
  readonly startedAt: Date;
  /** Nothing is written: steps are shown in place of being carried out. */
  readonly dryRun: boolean;
  /** `user@controller`, for the device's lock. */
  readonly who: string;
  /** Also put live what has failed on a host before. */
  readonly force: boolean;
  /** Show in what the content of files differs (`--diff`): a task puts that into its report, as the text `detail.diff`. */
  readonly diff?: boolean;
  /** Keeps a file of a host among the run's files, and says where from their folder. Left out if a run keeps none. */
  readonly keep?: (host: string, path: string, bytes: Uint8Array) => Promise<string>;
  /** Bytes are dear (`--bwlimit`): what shrinks travels compressed. */
  readonly slow?: boolean;
  /** `deploy` or `rollback`: what the device's history calls it. */
  readonly command: string;
}

/** A host as a task's `plan` sees it. */
export interface TaskHost {
  /** What Lockstep reads of the inventory for this host. */
  readonly settings: HostSettings;
  /** The run that the task is part of. */
  readonly run: RunContext;
  /** The release to put live; a fault if the command puts nothing live. */
  readonly release: Release;
  /** Set while the old set is brought back: what the live name linked to before. */
  readonly undo: string | null;
  /**
   * While the old set is brought back: how the service has failed on the new one, which therefore is marked on this host; null if the
   * release is not at fault.
   */
  readonly blamed: ReleaseFault | null;
  /** Other sets of this host have still to be switched: what is well is not confirmed yet, so that all can be undone together. */
  readonly holds?: boolean;
  /** Whether an earlier task of this run changed something here, or would in a dry run. */
  readonly changed: (task: Task) => boolean;
  /** Whether one that switches the live set has. */
  readonly switched: boolean;
}

/** A host as `observe` sees it. */
export interface ObservedHost extends TaskHost {
  /** The answer is kept until a task says that its steps change it. */
  look<T>(fact: Fact<T>): Promise<T>;
  /** Runs a program whose answer is nobody else's business, whatever its exit code. */
  ask(program: Program, args: readonly string[], options?: Pick<RunOptions, "output">): Promise<Answer>;
}

/** A host as `runTask()` uses it. */
export interface ActingHost extends ObservedHost {
  /** Runs steps up to the first that fails. What they change is looked at again in the same request. */
  act(steps: readonly Step[], changes?: readonly Fact<unknown>[]): Promise<Acted>;
}

/** What came of steps. */
export interface Acted {
  /** What those printed that went well. */
  readonly outputs: readonly string[];
  /** Why the next one did not. */
  readonly failure?: Failure;
}

/** A task as pipelines have it: made with `defineTask()`. */
export interface Task {
  /** In reports and options; no two tasks of a pipeline have the same. */
  readonly name: string;
  /** It may change what is live: from its beginning on a host that fails is taken back, and one that is interrupted is finished. */
  readonly switches: boolean;
  /** If a host has several sets it runs on each; else once, with the settings of the last. */
  readonly perSet?: boolean;
  /** It says that what was switched stays. With several sets on a host it runs once more on each, after all are well. */
  readonly confirms?: boolean;
  /** The variables of an inventory that it reads beside the settings. */
  readonly variables?: TaskVariables;
  /** What it renders of any variables of the inventory: `host.settings.templates` has what that comes to. */
  readonly template?: TemplateFile;
  /** Runs it on one host. Never throws: what goes wrong is in the report. */
  run(host: ActingHost): Promise<TaskOutcome>;
}

/** What came of a task on one host. */
export interface TaskOutcome {
  /** What reports carry. */
  readonly report: TaskReport;
  /** To be said to the user. */
  readonly warning?: string;
}

/** The values of a task's own variables, if it has none. */
export type NoVariables = Readonly<Record<string, never>>;

/** What a task is made of. */
export interface TaskDefinition<Observed, Values = NoVariables> {
  /** In reports and options: lower-case words joined by `-`. */
  readonly name: string;
  /** Whether it may change what is live: from its beginning on a host that fails is taken back, and one that is interrupted is finished. */
  readonly switches?: boolean;
  /** If a host has several sets (`sets`), whether it runs on each; else it runs once, with the settings of the last. */
  readonly perSet?: boolean;
  /** Whether it says that what was switched stays: it does nothing of that while `host.holds`, and runs once more then. */
  readonly confirms?: boolean;
  /** Variables of an inventory that it reads: checked for every host before any is contacted. */
  readonly variables?: TaskVariables<Values>;
  /** A template of any variables of the inventory: `host.settings.templates` has what it comes to. */
  readonly template?: TemplateFile;
  /** What the steps change: it is looked at again after them. A fact left out here makes the task fail as not converged. */
  readonly changes?: readonly Fact<unknown>[];
  /** What cannot be done, for errors: "stage 2.4.1". The name if it is left out. */
  readonly action?: (host: TaskHost) => string;
  /** How much of what it found goes into the record, if that is not the usual. */
  readonly bounds?: Bounds;
  /** The next move if what fails names none. */
  readonly next?: (host: TaskHost) => string | undefined;
  /** What it has to know of the host: facts by name, or a function if one look depends on another. */
  readonly observe:
    | FactsOf<Observed>
    | ((host: ObservedHost, variables: Values) => Promise<Observed>);
  /** Pure. `before` is what was found before the steps, when it is asked again after them: some steps leave nothing else to see. */
  plan(observed: Observed, host: TaskHost, variables: Values, before?: Observed): Plan;
}

/** The facts whose answers make up an observation, by name. */
export type FactsOf<Observed> = { readonly [Name in keyof Observed]: Fact<Observed[Name]> };

/** A name that options can have in a list, and reports in a column. */
const NAME = /^[a-z][a-z0-9_-]{0,63}$/;

/** Makes a task of its definition. Throws a UsageError for a name that reports and options could not have. */
export function defineTask<Observed, Values = NoVariables>(
  definition: TaskDefinition<Observed, Values>,
): Task {
  const { name, variables, template } = definition;
  if (!NAME.test(name)) {
    throw UsageError.of(
      "task",
      `found the name ${
        JSON.stringify(name)
      }, expected up to 64 lower-case letters, digits, - and _, a letter first`,
    );
  }
  return {
    name: definition.name,
    switches: definition.switches ?? false,
    ...(definition.perSet === undefined ? {} : { perSet: definition.perSet }),
    ...(definition.confirms === undefined ? {} : { confirms: definition.confirms }),
    ...(variables === undefined ? {} : { variables }),
    ...(template === undefined ? {} : { template }),
    run: (host) => runTask(definition, host),
  };
}

/** Asks for all facts at once. */
async function observe<Observed, Values>(
  { observe }: TaskDefinition<Observed, Values>,
  host: ObservedHost,
  variables: Values,
): Promise<Observed> {
  if (typeof observe === "function") return await observe(host, variables);
  const names = Object.keys(observe) as (keyof Observed)[];
  const answers = await Promise.all(names.map((name) => host.look(observe[name])));
  return Object.fromEntries(names.map((name, at) => [name, answers[at]])) as Observed;
}

/** A warning is for a person to read, and may name what a device has. Characters. */
const WARNING = 4096;

async function runTask<Observed, Values>(
  definition: TaskDefinition<Observed, Values>,
  host: ActingHost,
): Promise<TaskOutcome> {
  const startedAt = new Date();
  const steps: string[] = [];
  let detail: Detail = {};
  let warning: string | undefined;
  const outcome = (status: TaskReport["status"], error?: FailureData): TaskOutcome => ({
    // Most of it is what the device has said.
    report: bounded({
      task: definition.name,
      status,
      startedAt: startedAt.toISOString(),
      durationMs: Date.now() - startedAt.getTime(),
      ...(error === undefined ? {} : { error }),
      steps,
      ...(Object.keys(detail).length > 0 ? { detail } : {}),
      ...(host.undo === null ? {} : { rollback: true as const }),
    }, definition.bounds ?? TASK_BOUNDS),
    ...(warning === undefined ? {} : { warning }),
  });
  // The settings have been checked against the very schema.
  const variables = host.settings.variables as Values;
  const action = (): string => definition.action?.(host) ?? definition.name;
  try {
    const before = await observe(definition, host, variables);
    const plan = definition.plan(before, host, variables);
    detail = plan.detail ?? {};
    warning = plan.warning === undefined ? undefined : cutText(plan.warning, WARNING);
    if (plan.status === "failed") throw refused(plan.failure, action(), host);
    if (plan.status !== "change") return outcome(plan.status);
    if (host.run.dryRun) {
      for (const step of plan.steps) steps.push(step.title);
      return outcome("changed");
    }
    const { outputs, failure } = await host.act(plan.steps, definition.changes);
    for (const [at, step] of plan.steps.entries()) {
      const output = outputs[at];
      if (at <= outputs.length) steps.push(step.title);
      if (output !== undefined && step.detail !== undefined) detail = { ...detail, ...step.detail(output) };
    }
    if (failure !== undefined) throw failure;
    const after = definition.plan(await observe(definition, host, variables), host, variables, before);
    if (after.status === "failed") throw refused(after.failure, action(), host);
    if (after.status === "change") {
      throw refused(
        { kind: "not-converged", evidence: `still not done after its steps: ${after.why}` },
        action(),
        host,
      );
    }
    detail = { ...detail, ...after.detail };
    return outcome("changed");
  } catch (error) {
    const failure = Failure.from(error, action(), host.settings.name);
    const next = failure.data.next ?? definition.next?.(host);
    // Deeper layers name the program that failed; a person knows tasks.
    return outcome("failed", { ...failure.data, action: action(), ...(next === undefined ? {} : { next }) });
  }
}

function refused(refusal: Refusal, action: string, host: TaskHost): Failure {
  return new Failure({ ...refusal, action, host: host.settings.name });
}
