/**
 * What runs are called.
 * @module
 */

/**
 * A new run's name: when it began, in UTC, and six hex digits, of which the first three go on with the time (4096 to a second) and the last
 * three are random. Names sort by time.
 */
export function newRunId(now: Date): string {
  const time = now.toISOString().replace(/\.\d+/, "").replace(/[-:]/g, "");
  const part = Math.floor(now.getUTCMilliseconds() * 4.096);
  const random = crypto.getRandomValues(new Uint16Array(1))[0]! >> 4;
  return `${time}-${part.toString(16).padStart(3, "0")}${random.toString(16).padStart(3, "0")}`;
}

/** Whether something is called as a run is. */
export function isRunId(name: string): boolean {
  return /^\d{8}T\d{6}Z-[0-9a-f]{6}$/.test(name);
}
