/**
 * The table of rollouts: what happens, where in the waves, under which budget and order for failures; and what comes of it on each of
 * the hosts `h1` … `h5`. Where nothing else is said, the waves are 1, 2 and the rest: `h1`, then `h2` and `h3`, then `h4` and `h5`.
 * @module
 */
import type { HostStatus } from "../../lib/events.ts";
import type { Inventory, Misdeeds } from "./support/lane.ts";

export interface Row {
  readonly what: string;
  readonly misdeeds: Misdeeds;
  /** Options of `deploy`. */
  readonly options: string;
  readonly inventory?: Inventory;
  /** How each host ends; `h1` to `h3` alone where it is three. */
  readonly ends: readonly HostStatus[];
  /** What is live on each device then. */
  readonly live: readonly ("old" | "new")[];
  readonly code: number;
}

/** Waves of one host, two and the rest. */
const waves = "--waves 1,2,100%";

const words: Readonly<Record<string, HostStatus>> = {
  changed: "changed",
  ok: "ok",
  failed: "failed",
  back: "rolled_back",
  away: "unreachable",
  "-": "skipped",
};

/** A row, short: "changed failed changed - -" and "new old new old old". */
function row(
  what: string,
  misdeeds: Misdeeds,
  options: string,
  ends: string,
  live: string,
  code: number,
  inventory?: Inventory,
): Row {
  return {
    what,
    misdeeds,
    options,
    ends: ends.split(" ").map((word) => words[word]!),
    live: live.split(" ").map((word) => word === "new" ? "new" : "old"),
    code,
    ...(inventory === undefined ? {} : { inventory }),
  };
}

/** How a misdeed ends its host, and the exit code where it is the only one. */
const misdeedEnds = [
  ["refuses", "away", 4],
  ["is silent", "away", 4],
  ["drops its link early", "away", 4],
  ["hangs early", "failed", 2],
  ["is full", "failed", 2],
  ["cannot stage", "failed", 2],
  ["is sick", "back", 2],
  ["cannot start", "back", 2],
  ["hangs late", "back", 2],
  ["drops its link late", "back", 2],
] as const;

/** Every misdeed in the middle wave, and at the end of all or nothing. */
const eachMisdeed: readonly Row[] = misdeedEnds.flatMap(([misdeed, ends, code]) => [
  row(
    `h2 ${misdeed}: the wave is ended, the rest not begun`,
    { 2: misdeed },
    waves,
    `changed ${ends} changed - -`,
    "new old new old old",
    code,
  ),
  row(
    `h3 ${misdeed}, all or nothing: nobody keeps the new set`,
    { 3: misdeed },
    "--all-or-nothing",
    // Before the switch of the first, nobody has anything to undo.
    ends === "back" ? `back back ${ends}` : `- - ${ends}`,
    "old old old",
    code,
  ),
]);

/** Those that differ in what is left of the host: away, untouched, back, back over a new connection. */
const someMisdeeds: readonly Row[] = misdeedEnds
  .filter(([misdeed]) =>
    ["refuses", "hangs early", "cannot stage", "is sick", "drops its link late"].includes(misdeed)
  )
  .map(([misdeed, ends]) =>
    row(
      `h2 ${misdeed}: all is undone`,
      { 2: misdeed },
      `${waves} --on-failure rollback-all`,
      `back ${ends} back - -`,
      "old old old old old",
      2,
    )
  );

/** One of those that are away, and one that went back. */
const twoMisdeeds: readonly Row[] = misdeedEnds
  .filter(([misdeed]) => ["refuses", "is sick"].includes(misdeed))
  .flatMap(([misdeed, ends, code]) => [
    row(
      `h2 ${misdeed}: its wave is undone`,
      { 2: misdeed },
      `${waves} --on-failure rollback-wave`,
      `changed ${ends} back - -`,
      "new old old old old",
      2,
    ),
    row(
      `h2 ${misdeed}, and one may: the run goes on`,
      { 2: misdeed },
      `${waves} --max-failures 1 --on-failure rollback-all`,
      `changed ${ends} changed changed changed`,
      "new old new new new",
      code,
    ),
  ]);

const places: readonly Row[] = [
  row("h1 refuses: nobody else is begun", { 1: "refuses" }, waves, "away - - - -", "old old old old old", 4),
  row("h1 is sick: nobody else is begun", { 1: "is sick" }, waves, "back - - - -", "old old old old old", 2),
  row(
    "h5 is sick: all others stay",
    { 5: "is sick" },
    waves,
    "changed changed changed changed back",
    "new new new new old",
    2,
  ),
  row(
    "h5 is sick: its wave is undone",
    { 5: "is sick" },
    `${waves} --on-failure rollback-wave`,
    "changed changed changed back back",
    "new new new old old",
    2,
  ),
  row(
    "h5 refuses: all is undone",
    { 5: "refuses" },
    `${waves} --on-failure rollback-all`,
    "back back back back away",
    "old old old old old",
    2,
  ),
  row(
    "h4 and h5 are sick: both are counted, all is undone",
    { 4: "is sick", 5: "is sick" },
    `${waves} --on-failure rollback-all`,
    "back back back back back",
    "old old old old old",
    2,
  ),
  row(
    "without waves all are begun together, and end by themselves",
    { 3: "is sick" },
    "",
    "changed changed back changed changed",
    "new new old new new",
    2,
  ),
  row(
    "one at a time, without waves: none is begun after the failure",
    { 3: "refuses" },
    "--forks 1",
    "changed changed away - -",
    "new new old old old",
    4,
  ),
  row("all is well", {}, waves, "changed changed changed changed changed", "new new new new new", 0),
  row(
    "the last of the waves repeats",
    { 3: "is sick" },
    "--waves 1",
    "changed changed back - -",
    "new new old old old",
    2,
  ),
  row(
    "percentages are of the whole fleet, rounded down, one at least",
    { 3: "cannot stage" },
    "--waves 10%,50%",
    "changed changed failed - -",
    "new new old old old",
    2,
  ),
];

const budgets: readonly Row[] = [
  row(
    "a wave that fails whole is within the budget",
    { 1: "refuses" },
    `${waves} --max-failures 1`,
    "away changed changed changed changed",
    "old new new new new",
    4,
  ),
  row(
    "the second failure is one too many",
    { 1: "refuses", 3: "is sick" },
    `${waves} --max-failures 1`,
    "away changed back - -",
    "old new old old old",
    2,
  ),
  row(
    "20% of five is one",
    { 1: "is sick", 2: "cannot stage" },
    `${waves} --max-failures 20%`,
    "back failed changed - -",
    "old old new old old",
    2,
  ),
  row(
    "19% of five is none",
    { 1: "is sick" },
    `${waves} --max-failures 19%`,
    "back - - - -",
    "old old old old old",
    2,
  ),
  row(
    "100% may fail: everybody is begun",
    { 1: "refuses", 2: "is sick", 4: "cannot stage" },
    `${waves} --max-failures 100%`,
    "away back changed failed changed",
    "old old new old new",
    2,
  ),
  row(
    "one may be unreachable, none may fail: the unreachable one is let pass",
    { 2: "refuses" },
    `${waves} --max-unreachable 1`,
    "changed away changed changed changed",
    "new old new new new",
    4,
  ),
  row(
    "one may be unreachable, none may fail: the sick one ends it",
    { 1: "refuses", 2: "is sick" },
    `${waves} --max-unreachable 1`,
    "away back changed - -",
    "old old new old old",
    2,
  ),
  row(
    "two may fail, none may be unreachable: the unreachable one ends it",
    { 1: "is sick", 2: "refuses" },
    `${waves} --max-failures 2 --max-unreachable 0`,
    "back away changed - -",
    "old old new old old",
    2,
  ),
  row(
    "each budget is for its own: one may fail, one may be unreachable",
    { 1: "refuses", 2: "is sick" },
    `${waves} --max-failures 1 --max-unreachable 1`,
    "away back changed changed changed",
    "old old new new new",
    2,
  ),
  row(
    "the budget is spent late: what is undone is the wave alone",
    { 1: "refuses", 4: "is sick" },
    `${waves} --max-failures 1 --on-failure rollback-wave`,
    "away changed changed back back",
    "old new new old old",
    2,
  ),
  row(
    "the budget is spent late: all that had changed is undone",
    { 1: "refuses", 4: "is sick" },
    `${waves} --max-failures 1 --on-failure rollback-all`,
    "away back back back back",
    "old old old old old",
    2,
  ),
  row(
    "a host that another run holds does not count",
    { 2: "is locked" },
    waves,
    "changed failed changed changed changed",
    "new old new new new",
    75,
  ),
  row(
    "a host that had the new set already stays, when all is undone",
    { 1: "is done", 4: "is sick" },
    `${waves} --on-failure rollback-all`,
    "ok back back back back",
    "new old old old old",
    2,
  ),
  row(
    "a host that vanishes after the switch restores itself",
    { 2: "vanishes late" },
    waves,
    "changed failed changed - -",
    "new old new old old",
    2,
  ),
  row(
    "a host that vanishes after the switch restores itself, and all others are undone",
    { 2: "vanishes late" },
    `${waves} --on-failure rollback-all`,
    "back failed back - -",
    "old old old old old",
    2,
  ),
];

const allOrNothing: readonly Row[] = [
  row(
    "all or nothing, all well",
    {},
    "--all-or-nothing",
    "changed changed changed",
    "new new new",
    0,
  ),
  row(
    "all or nothing in waves: none is begun after the sick one, and those before it are undone",
    { 2: "is sick" },
    `${waves} --all-or-nothing`,
    "back back back - -",
    "old old old old old",
    2,
  ),
  row(
    "all or nothing in waves: one of the last that cannot stage keeps the first from committing",
    { 5: "cannot stage" },
    `${waves} --all-or-nothing`,
    "- - - - failed",
    "old old old old old",
    2,
  ),
  row(
    "all or nothing: a host that another run holds keeps all from committing",
    { 3: "is locked" },
    "--all-or-nothing",
    "- - failed",
    "old old old",
    75,
  ),
  row(
    "all or nothing: who had the new set already keeps it",
    { 1: "is done", 3: "is sick" },
    "--all-or-nothing",
    "ok back back",
    "new old old",
    2,
  ),
  row(
    "all or nothing over a host that vanishes after the switch",
    { 3: "vanishes late" },
    "--all-or-nothing",
    "back back failed",
    "old old old",
    2,
  ),
];

const canary: Inventory["groups"] = { canary: ["h4"], hall: ["h1", "h2"] };

const fromInventory: readonly Row[] = [
  row(
    "waves by name: the canary is sick",
    { 4: "is sick" },
    "--waves canary,hall,rest",
    "- - - back -",
    "old old old old old",
    2,
    { groups: canary },
  ),
  row(
    "waves by name: one of the hall is sick",
    { 2: "is sick" },
    "--waves canary,hall,rest",
    "changed back - changed -",
    "new old old new old",
    2,
    { groups: canary },
  ),
  row(
    "the inventory's rollout: waves as text",
    { 1: "is sick" },
    "",
    "back - - - -",
    "old old old old old",
    2,
    { vars: { rollout: "1,100%" } },
  ),
  row(
    "the inventory's rollout: waves, budget and order",
    { 1: "refuses", 3: "is sick" },
    "",
    "away back back - -",
    "old old old old old",
    2,
    { vars: { rollout: { waves: ["1", 2, "100%"], max_failures: 1, on_failure: "rollback-all" } } },
  ),
  row(
    "the inventory's rollout: an option wins over it",
    { 1: "refuses", 3: "is sick" },
    "--max-failures 2",
    "away changed back changed changed",
    "old new old new new",
    2,
    { vars: { rollout: { waves: "1,2,100%", max_failures: 0 } } },
  ),
  row(
    "the inventory's rollout: all or nothing",
    { 3: "cannot stage" },
    "",
    "- - failed - -",
    "old old old old old",
    2,
    { vars: { rollout: { all_or_nothing: true } } },
  ),
];

export const rows: readonly Row[] = [
  ...eachMisdeed,
  ...someMisdeeds,
  ...twoMisdeeds,
  ...places,
  ...budgets,
  ...allOrNothing,
  ...fromInventory,
];
