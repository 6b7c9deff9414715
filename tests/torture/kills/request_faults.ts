/**
 * What can happen to a deploy at one of its requests: the controller is killed, the device's session is, or the link is cut. The fault is
 * carried out by `controller.ts`, which counts the requests.
 * @module
 */
import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import type { Artifacts } from "../../fleet/support/artifacts.ts";
import type { Device } from "../../fleet/support/fleet.ts";
import type { FaultMatrix } from "../fault_matrix.ts";
import type { Field, Scene } from "../field.ts";
import type { Moment, Orders, Word } from "./controller.ts";

export type Fate = Exclude<Orders["fate"], "nothing">;
/** `good` deploys a set that is well; `sick` one whose service never gets ready, so that it is rolled back. */
export type Deployed = "good" | "sick";

/** What is counted, requests or commands, has two points each: 2n - 1 is before the Nth and 2n after it. */
export function momentOf(point: number): Moment {
  return { n: Math.ceil(point / 2), when: point % 2 === 1 ? "before" : "after" };
}

/** The points of so many of them, or those that `chosen` leaves. */
export function pointsOf(
  names: readonly string[],
  chosen: (moment: Moment, name: string) => boolean,
): number[] {
  return names.flatMap((_, i) => [2 * i + 1, 2 * i + 2])
    .filter((point) => chosen(momentOf(point), names[momentOf(point).n - 1]!));
}

/** "before 3 (seal)". */
export function inWords(names: readonly string[]): (point: number) => string {
  return (point) =>
    `${momentOf(point).when} ${momentOf(point).n} (${names[momentOf(point).n - 1] ?? "behind the last"})`;
}

/** A fault, and the deploy of a set that it happens to; for `faultMatrix()`. */
export function deployUnder(
  fate: Fate,
  { field, set, requests }: {
    readonly field: Field;
    readonly set: Artifacts;
    readonly requests: readonly string[];
  },
): Pick<FaultMatrix<Device, Controlled, never>, "fault" | "body"> {
  const moments: Record<string, Moment> = {};
  return {
    fault: {
      name: fate,
      at: inWords(requests),
      arm: ({ name }, point) => void (moments[name] = momentOf(point)),
      fired: ({ name }, { words }) => {
        // A request that another one has taken the place of would be missed silently.
        for (const word of words) {
          if (word.type !== "request" || word.host !== name || word.n > moments[name]!.n) continue;
          assertEquals(word.name, requests[word.n - 1], `${name}'s request ${word.n}`);
        }
        return words.some((word) => word.type === "met" && word.host === name);
      },
    },
    body: async (devices) => {
      const run = await deployAs(field, devices, set, { fate, moments, links: field.links.url });
      if (fate === "controller") {
        assertEquals(run.code, 128 + 9, `the controller was not killed: ${run.text}`);
      }
      return run;
    },
  };
}

/** The names of the requests that an undisturbed deploy sends to a device. */
export async function requestsOf(field: Field, scene: Scene, deployed: Deployed): Promise<string[]> {
  const devices = field.devices.slice(0, 1);
  await field.reset(devices, scene);
  const set = setOf(field, deployed);
  const { words, text } = await deployAs(field, devices, set, { fate: "nothing", moments: {} });
  const end = words.find((word) => word.type === "end");
  assertEquals(end?.exitCode, deployed === "sick" ? 2 : 0, text);
  return words.filter((word) => word.type === "request").map(({ name }) => name);
}

export function setOf({ sets }: Field, deployed: Deployed): Artifacts {
  return deployed === "sick" ? sets.sick : sets.next;
}

async function deployAs(field: Field, devices: readonly Device[], set: Artifacts, orders: Orders) {
  const inventory = await field.inventory(devices, orders.fate === "link" ? "links" : "directly", {
    // A dead link is noticed after 3 s instead of 15.
    ansible_ssh_common_args: "-o ServerAliveInterval=1",
    ...(orders.fate === "nothing" ? { confirm_timeout: 120 } : {}),
  });
  return await control(orders, [
    ...["--inventory", inventory, "--limit", "some", "--ssh-config", field.fleet.sshConfig],
    ...["--artifacts", set.dir, "--connect-timeout", "4", "--forks", "100"],
  ]);
}

/** How a controller ended, and what it has told. */
export interface Controlled {
  readonly words: readonly Word[];
  readonly code: number;
  readonly text: string;
}

/** Runs `controller.ts` to its end, whichever that is. */
export async function control(orders: Orders, options: readonly string[]): Promise<Controlled> {
  const controller = fromFileUrl(new URL("./controller.ts", import.meta.url));
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", controller, JSON.stringify(orders), ...options],
    stdin: "null",
  }).output();
  assertEquals(new TextDecoder().decode(stderr), "", "the controller has nothing to say on stderr");
  const text = new TextDecoder().decode(stdout);
  const words = text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line) as Word);
  return { words, code, text };
}
