/**
 * Keeps the program's memory small, because it starts hundreds of ssh processes. V8 lets the heap grow to four times the memory in use
 * before it collects garbage, and its limits can be set only at start; so this asks it to collect earlier.
 * @module
 */
import v8 from "node:v8";
import vm from "node:vm";

/**
 * To be called now and then: collects when the heap has grown by `growth` bytes since it last did, and to twice of what was in use then, so
 * that all collections together take time in proportion to what is made. One takes about a millisecond for each megabyte in use.
 */
export function heapKeeper(growth: number): () => void {
  // Of what is there now nobody knows how much is in use.
  let limit = growth;
  return () => {
    if (heapUsed() < limit) return;
    collect();
    const used = heapUsed();
    limit = used + Math.max(growth, used);
  };
}

function heapUsed(): number {
  return v8.getHeapStatistics().used_heap_size;
}

let gc: (() => void) | undefined;

function collect(): void {
  gc ??= collector();
  gc();
}

/** V8's own collection: a context that is made after the flag was set has it. */
function collector(): () => void {
  v8.setFlagsFromString("--expose-gc");
  const found: unknown = vm.runInNewContext("globalThis.gc");
  return typeof found === "function" ? () => void found() : () => {};
}
