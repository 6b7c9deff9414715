/**
 * In which order the sets of a host go through a pipeline. All that can fail early is done for every set before the first is switched; then each
 * is switched, restarted and asked whether it is well; and only when all are, the switches are confirmed, the last one first. Pure.
 * @module
 */

/** What of a task decides when it has its turns. */
export interface TurnTask {
  readonly switches: boolean;
  readonly perSet?: boolean;
  readonly confirms?: boolean;
}

/** One task on one set. */
export interface Turn<T, S> {
  readonly task: T;
  readonly set: S;
  /** What is well is not confirmed yet, because other sets have still to be switched. */
  readonly holds: boolean;
  /** The task has had a turn on this set before, and held. */
  readonly again: boolean;
}

/** Every turn, in order. A task that is not `perSet` is the whole host's and has one, on the last set. */
export function turnsOf<T extends TurnTask, S>(pipeline: readonly T[], sets: readonly S[]): Turn<T, S>[] {
  const turn = (task: T, set: S, kind: Partial<Turn<T, S>> = {}) => ({
    task,
    set,
    holds: false,
    again: false,
    ...kind,
  });
  const [last] = sets.slice(-1);
  const isOf = (task: T, set: S): boolean => task.perSet === true || set === last;
  const begins = pipeline.findIndex(({ switches }) => switches);
  if (sets.length < 2) return sets.flatMap((set) => pipeline.map((task) => turn(task, set)));
  const before = begins < 0 ? pipeline : pipeline.slice(0, begins);
  const rest = begins < 0 ? [] : pipeline.slice(begins);
  const confirms = rest.findLastIndex((task) => task.confirms === true && task.perSet === true);
  const each = rest.slice(0, confirms + 1);
  const behind = rest.slice(confirms + 1);
  const inTurn = (tasks: readonly T[], kind: (task: T) => Partial<Turn<T, S>> = () => ({})) =>
    sets.flatMap((set) => tasks.filter((task) => isOf(task, set)).map((task) => turn(task, set, kind(task))));
  return [
    ...before.flatMap((task) => sets.filter((set) => isOf(task, set)).map((set) => turn(task, set))),
    ...inTurn(each, (task) => ({ holds: task.confirms === true })),
    // The device waits longest for the first one's confirmation: what fails before is still undone as a whole.
    ...sets.toReversed().flatMap((set) =>
      each.filter((task) => task.confirms === true).map((task) => turn(task, set, { again: true }))
    ),
    ...inTurn(behind),
  ];
}
