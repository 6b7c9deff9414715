/**
 * What a run keeps of its options, so that `resume` goes on under the same ones.
 * @module
 */
import process from "node:process";
import { resolve } from "@std/path";
import { z } from "zod";
import { inventorySources } from "../../ansible/mod.ts";
import { UsageError } from "../../errors.ts";
import type { ArtifactsSummary, Json } from "../../events.ts";
import { withoutSecrets } from "../../settings/mod.ts";
import type { ArtifactSet } from "../../manifest.ts";
import { firstOf } from "../../plain/left_out.ts";
import type { Configured } from "./configured.ts";
import { type FleetOptions, rolloutCommand } from "./rollout.ts";

/** How a run is shown and kept is not part of it. */
const NOT_KEPT: readonly string[] = [
  "output",
  "verbose",
  "reports",
  "reportsMode",
  "dryRun",
  "check",
  "listTasks",
  "diff",
  "configuration",
] satisfies (keyof Configured<FleetOptions>)[];

/** What a recorded option may be: what the option itself may be. */
function optionSchemas(): Record<string, z.ZodType> {
  const { options } = rolloutCommand("deploy", "");
  return Object.fromEntries(
    options.filter((option) => !NOT_KEPT.includes(option.attributeName())).map((option) => {
      const { argChoices, defaultValue, parseArg } = option;
      const schema: z.ZodType = argChoices !== undefined
        ? z.enum(argChoices)
        : Array.isArray(defaultValue)
        ? z.array(z.string())
        : option.isBoolean()
        ? z.boolean()
        : parseArg !== undefined
        ? z.number().min(0)
        : z.string();
      // A run that an earlier version has recorded knows nothing of newer ones.
      return [
        option.attributeName(),
        defaultValue === undefined ? schema.optional() : schema.default(defaultValue),
      ];
    }),
  );
}

const record = z.object({
  /** The folder in which the command was given. */
  cwd: z.string(),
  /** Release ids by artifact folder. */
  sets: z.record(z.string(), z.string()),
  given: z.record(z.string(), z.json()),
  /** Variables that were given with -e and are secret: they are not kept, and asked for again. */
  withheld: z.array(z.string()).default([]),
});

/** A run's options, and where they hold. */
export type Recorded = Omit<z.infer<typeof record>, "given"> & { readonly given: Partial<FleetOptions> };

/** For the event that begins the run. */
export function recordOf(options: Configured<FleetOptions>, sets: ReadonlyMap<string, ArtifactSet>): Json {
  const { configuration } = options;
  const { sources: named } = inventorySources(options.inventory, {
    env: process.env,
    cwd: process.cwd(),
    configuration,
  });
  const extra = withoutSecrets(options.extraVars);
  const project = options.project === undefined ? undefined : resolve(options.project);
  const given = Object.entries({ ...options, inventory: named, extraVars: extra.kept, project })
    .filter(([name, value]) => !NOT_KEPT.includes(name) && value !== undefined);
  return {
    cwd: process.cwd(),
    sets: Object.fromEntries([...sets].map(([dir, { id }]) => [dir, id])),
    given: Object.fromEntries(given) as Json,
    ...(extra.withheld.length === 0 ? {} : { withheld: extra.withheld }),
  };
}

/**
 * The recorded options with what was withheld of them, as the user has given it `again` with -e, which sets variables of these `names`. Throws a UsageError if some is missing, or
 * if something else is given: a run goes on under the options that it began with.
 */
export function restored(
  { given, withheld }: Recorded,
  again: readonly string[],
  names: readonly string[],
  run: string,
): Partial<FleetOptions> {
  const missing = withheld.filter((name) => !names.includes(name));
  const words = withheld.map((name) => `-e ${name}=VALUE`).join(" ");
  if (missing.length > 0) {
    throw UsageError.of(
      "resume",
      `${run} was given ${missing.join(", ")} with -e, which is secret and was not recorded`,
      `give it again: resume ${run} ${words} (or -e @FILE with it)`,
    );
  }
  const other = names.filter((name) => !withheld.includes(name));
  if (other.length > 0) {
    throw UsageError.of(
      "-e",
      `${other.join(", ")} was recorded by ${run}, and the recorded value is used`,
      withheld.length === 0 ? "leave it out, or start a new deploy" : `give only ${words}`,
    );
  }
  return { ...given, extraVars: [...given.extraVars ?? [], ...again] };
}

/** Throws a UsageError if the run has kept none (only a deploy does), or others than this version has. */
export function readRecord(options: Json | undefined, run: string): Recorded {
  const hint = "run its command again: it converges";
  const parsed = record.safeParse(options);
  if (!parsed.success) throw UsageError.of("resume", `${run} has no recorded options`, hint);
  const given = z.strictObject(optionSchemas()).safeParse(parsed.data.given);
  if (given.success) return { ...parsed.data, given: given.data as Partial<FleetOptions> };
  throw new UsageError(given.error.issues.map(({ path, message }) => ({
    where: "resume",
    path: ["options", "given", ...path].join("."),
    message: `${run} has recorded options that a deploy cannot have: ${message}`,
    hint,
  })));
}

/** Goes to the folder in which the run was begun, because relative names count from there. Returns what `--reports` means then. */
export function goTo({ cwd }: Recorded, reports: string): string {
  if (cwd === process.cwd()) return reports;
  const there = resolve(reports);
  try {
    process.chdir(cwd);
  } catch (error) {
    throw UsageError.of(
      "resume",
      `cannot go to ${cwd}, the folder where the run was started: ${
        error instanceof Error ? error.message : error
      }`,
      "deploy again from here: it converges",
    );
  }
  return there;
}

/** The same sets as then, or a UsageError: a run goes on with what it began with. */
export function checkSets({ sets }: Recorded, now: readonly ArtifactSet[], run: string): void {
  const problems = now.filter((set) => sets[resolve(set.dir)] !== set.id).map((set) => ({
    where: set.dir,
    message: `is release ${set.id} now, and was ${sets[resolve(set.dir)] ?? "not part of it"} in run ${run}`,
    hint: "deploy it as a separate run, or put the former set back there",
  }));
  if (problems.length > 0) throw new UsageError(problems);
}

/**
 * What the templates of the same sets came to then, for every host that is left to do, or a UsageError: somebody may have changed a variable
 * meanwhile, and a run that is half one configuration and half another is what nobody has asked for.
 */
export function checkRendered(
  then: readonly ArtifactsSummary[],
  now: readonly ArtifactsSummary[],
  finished: readonly { readonly host: string }[],
  run: string,
): void {
  const done = new Set(finished.map(({ host }) => host));
  // A host with several sets has each of them by HOST:SET.
  const isDone = (label: string): boolean => done.has(label) || done.has(label.replace(/:[^:]*$/, ""));
  const before = new Map(then.map(({ id, rendered }) => [id, rendered ?? {}]));
  const differ = now.flatMap(({ id, rendered = {} }) =>
    Object.entries(rendered).filter(([host, release]) => !isDone(host) && before.get(id)?.[host] !== release)
      .map(([host]) => host)
  );
  if (differ.length === 0) return;
  throw UsageError.of(
    "--inventory",
    `templates of the set come to something else than in run ${run} for ${
      firstOf(differ, 5, "hosts").join(", ")
    }`,
    "set their variables to what they were then, or deploy again: it converges",
  );
}
