/**
 * `--fleets`: how many devices, and how large a set. Pure.
 * @module
 */

/** One fleet to measure on. */
export interface FleetSpec {
  readonly hosts: number;
  readonly setMb: number;
  /** Only these of the chosen states. */
  readonly states?: readonly string[];
}

/** Reads `50x2,200x2:first+nothing`: 50 devices and 2 MB; 200 and 2 MB, in two states only. */
export function readFleets(text: string): FleetSpec[] {
  return text.split(",").map((word) => {
    const match = /^([1-9]\d*)x([1-9]\d*)(?::([a-z-]+(?:\+[a-z-]+)*))?$/.exec(word);
    if (match === null) {
      throw new RangeError(`--fleets: found ${word}, expected HOSTSxMB or HOSTSxMB:STATE+STATE`);
    }
    const [, hosts, setMb, states] = match;
    return {
      hosts: Number(hosts),
      setMb: Number(setMb),
      ...(states === undefined ? {} : { states: states.split("+") }),
    };
  });
}

/** What goes to all devices together above which slow contenders are not measured in every state. */
export const LARGE_MB = 100;

/** Whether slow contenders take too long for all of it. */
export function isLarge({ hosts, setMb }: FleetSpec): boolean {
  return hosts * setMb > LARGE_MB;
}
