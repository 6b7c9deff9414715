/**
 * The part of `deno task torture` that needs the lab of real devices: power cuts, lost controllers, sick sets, owners and modes.
 * @module
 */
import { losses, LostField } from "./kills/lost_controller.ts";
import { runOwnership } from "./ownership.ts";
import { type Before, PowerField } from "./disks/power_cuts.ts";
import { illnesses, SickField } from "./hosts/sick_sets.ts";

export interface RealDevicesOptions {
  /** Decides the moments of the power cuts. */
  readonly seed: number;
  /** Takes a line that a person reads. */
  readonly say: (line: string) => void;
}

const scenes: readonly Before[] = ["release", "folder", "former"];

/** Runs all of it; throws if a promise is broken. */
export async function runOnRealDevices({ seed, say }: RealDevicesOptions): Promise<void> {
  await cutPower(seed, say);
  await loseControllers(say);
  {
    await using field = await SickField.make(["root", "user"]);
    const cases = await field.run();
    say(
      `sick sets: ${cases} (${illnesses.length} illnesses), each undone with the service's own words, refused, forced and undone`,
    );
  }
  say(`owner and modes: kept through ${await runOwnership()} changes of the live set`);
}

async function cutPower(seed: number, say: (line: string) => void): Promise<void> {
  {
    await using field = await PowerField.make({ syncs: true });
    for (const before of scenes) {
      const { cuts, old, next } = await field.cut({ before, deploys: 8, moments: 8, seed });
      say(`power cuts over a ${before}, seed ${seed}: ${cuts} pictures, ${old} old, ${next} new, 0 torn`);
    }
    for (const before of scenes) {
      const { old, next } = await field.cutAndBoot({ before, deploys: 4, seed });
      say(
        `power cut, booted and deployed again, over a ${before}, seed ${seed}: ${
          old + next
        }, ${old} old, ${next} new`,
      );
    }
  }
  await using field = await PowerField.make({ syncs: false });
  for (const before of scenes) {
    const { cuts, old, next, torn } = await field.cut({ before, deploys: 2, moments: 8, seed });
    say(
      `the same cuts of devices that do not sync, over a ${before}: ${cuts} pictures, ${old} old, ${next} new, ${torn.length} torn`,
    );
    if (torn.length === 0) {
      throw new Error("no picture was torn although nothing was synced: the cuts are not honest");
    }
  }
}

async function loseControllers(say: (line: string) => void): Promise<void> {
  await using field = await LostField.make();
  for (const loss of losses) {
    const results = await field.lose(loss);
    const each = results.map(({ device, seconds }) =>
      `${device} ${seconds === null ? "at the next contact" : `${seconds.toFixed(1)} s`}`
    );
    say(`lost controller, ${loss}: back on the old set: ${each.join(", ")}`);
  }
}
