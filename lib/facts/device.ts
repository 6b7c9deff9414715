/**
 * What a device is and has: its user, its tools.
 * @module
 */
import { program } from "../remote/program.ts";
import text from "./device.sh" with { type: "text" };
import { defineFact, Fields } from "./fact.ts";

export interface Device {
  readonly root: boolean;
  readonly user: string;
  /** `Linux aarch64`. */
  readonly system: string;
  /** Tools that we cannot do without and the device lacks. */
  readonly missing: readonly string[];
  /** What can rename onto a link: "" if nothing can. */
  readonly rename: string;
  /** What can exchange two names in one step: "" if nothing can. */
  readonly exchange: string;
  /** The HTTP client: `curl`, `wget` or "". */
  readonly http: string;
  /** Whether it can unpack what comes compressed. */
  readonly gzip: boolean;
}

export const device = defineFact<Device>({
  program: program("device", text),
  args: () => [],
  parse: (output) => {
    const fields = new Fields(output);
    return {
      root: fields.get("uid") === "0",
      user: fields.get("user"),
      system: fields.get("system"),
      missing: fields.all("missing"),
      rename: fields.get("rename"),
      exchange: fields.get("exchange"),
      http: fields.get("http"),
      gzip: fields.get("gzip") === "yes",
    };
  },
});
