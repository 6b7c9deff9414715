/**
 * Who runs when: contenders run in turns, so that what disturbs the machine disturbs all of them. Pure but for what is run.
 * @module
 */

/** What one contender's runs came to. */
export interface Runs<S> {
  readonly samples: readonly S[];
  /** Why it was given up: from then on it did not run. */
  readonly failed?: string;
}

/**
 * Lets every contender run as often as `runsOf` says, in turns, and once at least. One that would have run for more than `seconds` with its
 * next run is done. The first of three or more runs is a warm-up that does not count.
 */
export async function takeTurns<C, S extends { readonly wallMs: number }>(
  contenders: readonly C[],
  { runsOf, seconds }: { readonly runsOf: (contender: C) => number; readonly seconds: number },
  run: (contender: C, round: number) => Promise<S>,
): Promise<Map<C, Runs<S>>> {
  const runs = new Map(contenders.map((contender) => [contender, [] as S[]]));
  const failed = new Map<C, string>();
  const rounds = Math.max(0, ...contenders.map(runsOf));
  for (let round = 1; round <= rounds; round++) {
    for (const [contender, done] of runs) {
      if (failed.has(contender) || round > runsOf(contender) || !hasTimeLeft(done, seconds)) continue;
      try {
        done.push(await run(contender, round));
      } catch (error) {
        failed.set(contender, told(error));
      }
    }
  }
  return new Map([...runs].map(([contender, done]) => {
    const samples = done.length > 2 ? done.slice(1) : done;
    const why = failed.get(contender);
    return [contender, why === undefined ? { samples } : { samples: [], failed: why }];
  }));
}

function hasTimeLeft(done: readonly { readonly wallMs: number }[], seconds: number): boolean {
  if (done.length === 0) return true;
  const spent = done.reduce((sum, { wallMs }) => sum + wallMs, 0);
  return spent + spent / done.length <= seconds * 1000;
}

/** An error and what led to it. */
function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${told(error.cause)}`;
}
