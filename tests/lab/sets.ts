/**
 * Artifact sets that make the lab's service sick.
 * @module
 */
import { type Artifacts, changeFile, makeArtifacts } from "../fleet/support/artifacts.ts";

/** What the service minds in a set; see `files/phase4.py`. */
export interface Sickness {
  /** False: it starts, but is never ready. */
  readonly ready?: boolean;
  /** Seconds until it is ready. */
  readonly start_seconds?: number;
  /** Seconds after which it ends with exit code 3. */
  readonly die_after?: number;
  /** It does not start, and says this. */
  readonly refuse?: string;
  /** Digests that it expects, by file, whatever `metadata.json` says. Not on a tiny device. */
  readonly expect?: Readonly<Record<string, string>>;
}

/** Makes a set like `makeArtifacts()` does, with a `sick.json` in it. */
export async function makeSickArtifacts(
  dir: string,
  sickness: Sickness,
  options: Omit<NonNullable<Parameters<typeof makeArtifacts>[1]>, "extra"> = {},
): Promise<Artifacts> {
  const set = await makeArtifacts(dir, { ...options, extra: ["sick.json"] });
  return await changeFile(
    set,
    "sick.json",
    JSON.stringify(sickness),
    `sick ${Object.keys(sickness).join(" ")}`,
  );
}
