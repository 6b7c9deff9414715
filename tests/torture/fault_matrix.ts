/**
 * The fault matrix, after SQLite's `do_faultsim_test`: `prep` makes a state, `body` does work in which a fault happens at one point,
 * `check` asserts what must hold afterwards; and that for every point in turn, until the work comes through without the fault. Several
 * places (devices, say) meet the fault side by side in one round, each at a point of its own.
 * @module
 */

/** What can happen to work, as data. Points are numbers: the Nth request, so many bytes or milliseconds. */
export interface Fault<Place, Run> {
  readonly name: string;
  /** Makes it happen in a place once the work that comes is at the point. */
  arm(place: Place, point: number): void | Promise<void>;
  /** Whether it has happened there. */
  fired(place: Place, run: Run): boolean | Promise<boolean>;
  /** A point in words. */
  at?(point: number): string;
}

/** What the work said, for the message of a broken promise. */
interface Told {
  readonly text: string;
}

export interface FaultMatrix<Place, Run extends Told, Seen> {
  readonly fault: Fault<Place, Run>;
  /** Where the work is done, side by side. */
  readonly places: readonly Place[];
  /** These points alone, each of which must be met. Otherwise 1, 2, 3…, up to the first that the work does not come to. */
  readonly points?: readonly number[];
  /** With `points`: some may lie behind the work's end, as moments do that are left to chance. */
  readonly mayMiss?: boolean;
  prep(places: readonly Place[]): Promise<void>;
  body(places: readonly Place[]): Promise<Run>;
  /** Throws if a promise is broken, whether the fault has fired or not; all places are checked at once. */
  check(place: Place, run: Run, point: number): Promise<Seen>;
  /** What must hold once all of a round were checked: that they converge, say. */
  after?(places: readonly Place[], run: Run): Promise<unknown>;
}

/** One point that was tried, and what `check` has seen there. */
export interface Tried<Seen> {
  readonly point: number;
  readonly fired: boolean;
  readonly seen: Seen;
}

/** Tries the points; those that fired, or with `mayMiss` all. Throws if a promise is broken, and where the fault has never fired. */
export async function faultMatrix<Place, Run extends Told, Seen>(
  matrix: FaultMatrix<Place, Run, Seen>,
): Promise<Tried<Seen>[]> {
  const { fault: { name, at = String }, places, points, mayMiss = false } = matrix;
  const tried: Tried<Seen>[] = [];
  for (let from = 0; points === undefined || from < points.length; from += places.length) {
    const round = points?.slice(from, from + places.length) ?? places.map((_, i) => from + i + 1);
    tried.push(...await tryRound(matrix, round));
    if (points === undefined && !tried.at(-1)!.fired) break;
  }
  const fired = tried.filter((one) => one.fired);
  if (fired.length === 0) throw new Error(`${name}: it has never happened, so nothing is proven`);
  if (mayMiss) return tried;
  const missed = tried.find((one, i) => !one.fired && (points !== undefined || tried[i + 1]?.fired));
  if (missed !== undefined) throw new Error(`${name}: the work has not come to ${at(missed.point)}`);
  return fired;
}

/** "old 8, new 16". */
export function tally(kinds: readonly string[]): string {
  const counts = Map.groupBy(kinds, (kind) => kind);
  const most = [...counts].sort(([, a], [, b]) => b.length - a.length);
  return most.map(([kind, { length }]) => `${kind} ${length}`).join(", ");
}

async function tryRound<Place, Run extends Told, Seen>(
  { fault, places, prep, body, check, after }: FaultMatrix<Place, Run, Seen>,
  points: readonly number[],
): Promise<Tried<Seen>[]> {
  const some = places.slice(0, points.length);
  const words = points.map((point) => `${fault.name} at ${fault.at?.(point) ?? point}`);
  let told = "";
  try {
    await prep(some);
    for (const [i, place] of some.entries()) await fault.arm(place, points[i]!);
    const run = await body(some);
    told = run.text;
    const trials = some.map(async (place, i): Promise<Tried<Seen>> => {
      const point = points[i]!;
      try {
        return { point, fired: await fault.fired(place, run), seen: await check(place, run, point) };
      } catch (error) {
        throw new Error(`${words[i]}: ${messageOf(error)}`, { cause: error });
      }
    });
    await Promise.allSettled(trials);
    const tried = await Promise.all(trials);
    await after?.(some, run);
    return tried;
  } catch (error) {
    throw new Error(`${messageOf(error)}\n${words.join("\n")}\n${told}`, { cause: error });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
