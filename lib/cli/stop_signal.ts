/**
 * Ctrl-C: the first asks the run to stop, the second ends the program.
 * @module
 */

/** A runner such as `deno task` or npx passes on the Ctrl-C that the terminal has sent to all: so soon, it is the same one. Milliseconds. */
const SAME_SIGNAL = 500;

/**
 * The user's wish to stop: aborted at the first Ctrl-C (or SIGTERM), so that no host is begun any more. `now` runs at the second, which ends
 * the program at once.
 */
export function stopSignal(now: () => void): { signal: AbortSignal; dispose: () => void } {
  const controller = new AbortController();
  let first = 0;
  const stop = (): void => {
    if (!controller.signal.aborted) {
      first = performance.now();
      controller.abort();
    } else if (performance.now() - first > SAME_SIGNAL) now();
  };
  // Windows knows no SIGTERM.
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  for (const signal of signals) Deno.addSignalListener(signal, stop);
  return {
    signal: controller.signal,
    dispose: () => signals.forEach((signal) => Deno.removeSignalListener(signal, stop)),
  };
}
