/**
 * The kill matrix: at every request of a deploy, before it is sent and after it is answered, the controller is killed, the device's
 * session is killed, or the link is cut and mended later. At once and after the mend the invariants hold, and deploying again converges.
 * One deploy to many devices, each of which meets its fate at a moment of its own, is one row.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import type { Artifacts } from "../../fleet/support/artifacts.ts";
import type { Device } from "../../fleet/support/fleet.ts";
import { statuses } from "../../fleet/support/program.ts";
import type { Moment, Orders, Word } from "./controller.ts";
export type { Moment };
import type { Field, Scene } from "../field.ts";

export type Fate = Exclude<Orders["fate"], "nothing">;
/** `good` deploys a set that is well; `sick` one whose service never gets ready, so that it is rolled back. */
export type Deployed = "good" | "sick";

export interface Row {
  readonly scene: Scene;
  readonly deployed: Deployed;
  readonly fate: Fate;
}

/** How a row went. */
export interface RowResult {
  /** The requests of an undisturbed deploy, in order. */
  readonly requests: readonly string[];
  readonly moments: number;
  /** How many devices had the old and the new set live when it was over. */
  readonly old: number;
  readonly next: number;
}

/** The names of the requests that an undisturbed deploy sends to a device. */
export async function requestsOf(field: Field, { scene, deployed }: Omit<Row, "fate">): Promise<string[]> {
  const [device] = field.devices;
  await field.reset([device!], scene);
  const { words } = await control(field, [device!], setOf(field, deployed), { fate: "nothing", moments: {} });
  const end = words.find((word) => word.type === "end");
  assertEquals(end?.exitCode, deployed === "sick" ? 2 : 0, JSON.stringify(words));
  return words.filter((word) => word.type === "request").map(({ name }) => name);
}

/** Every moment of a deploy with so many requests. */
export function momentsOf(requests: readonly string[]): Moment[] {
  return requests.flatMap((_, i) => [{ n: i + 1, when: "before" }, { n: i + 1, when: "after" }] as const);
}

/** Runs a row: all moments, or those that `chosen` leaves. Throws where a promise is broken. */
export async function runRow(
  field: Field,
  row: Row,
  chosen: (moment: Moment, request: string) => boolean = () => true,
): Promise<RowResult> {
  const requests = await requestsOf(field, row);
  const moments = momentsOf(requests).filter((moment) => chosen(moment, requests[moment.n - 1]!));
  let [old, next] = [0, 0];
  for (let at = 0; at < moments.length; at += field.devices.length) {
    const part = moments.slice(at, at + field.devices.length);
    for (const live of await runMoments(field, row, part, requests)) {
      if (live === field.sets.old.id) old++;
      else next++;
    }
  }
  return { requests, moments: moments.length, old, next };
}

/** One deploy, each of whose devices meets its fate at one of the moments. Returns what was live on each when it was over. */
async function runMoments(
  field: Field,
  { scene, deployed, fate }: Row,
  moments: readonly Moment[],
  requests: readonly string[],
): Promise<string[]> {
  const devices = field.devices.slice(0, moments.length);
  const set = setOf(field, deployed);
  const { old, next } = field.sets;
  await field.reset(devices, scene);
  const fates = Object.fromEntries(devices.map(({ name }, i) => [name, moments[i]!]));
  const { words, code } = await control(field, devices, set, {
    fate,
    moments: fates,
    links: field.links.url,
  });
  const told = words.map((word) => JSON.stringify(word)).join("\n");
  const where = (device: Device) => {
    const { n, when } = fates[device.name]!;
    return `${scene}, ${deployed}, ${fate} ${when} ${n} (${requests[n - 1]})\n${told}`;
  };
  for (const device of devices) {
    const { n } = fates[device.name]!;
    const met = words.some((word) => word.type === "met" && word.host === device.name);
    const request = words.find((word) =>
      word.type === "request" && word.host === device.name && word.n === n
    );
    assert(
      met && request?.type === "request" && request.name === requests[n - 1],
      `${where(device)}: it was not met`,
    );
  }
  if (fate === "controller") assertEquals(code, 128 + 9, `the controller was not killed: ${told}`);

  const judgeAll = async () => {
    const lives: string[] = [];
    for (const device of devices) {
      try {
        lives.push(await field.judge(device, old, set));
      } catch (error) {
        throw new Error(`${where(device)}: ${error instanceof Error ? error.message : error}`, {
          cause: error,
        });
      }
    }
    return lives;
  };
  let lives = await judgeAll();
  if (fate === "link") {
    // What was on its way when the link was cut arrives now, however late, or never.
    for (const [i, { name }] of devices.entries()) field.links.mend(name, i % 2 === 0 ? "resume" : "reset");
    await new Promise((resolve) => setTimeout(resolve, 300));
    lives = await judgeAll();
  }
  try {
    if (deployed === "sick") await assertRefusesSick(field, devices);
    await field.assertConverges(devices, next, 60);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const each = devices.map(({ name }) =>
      `${name}: ${JSON.stringify(fates[name])} ${requests[fates[name]!.n - 1]}`
    );
    throw new Error(`${scene}, ${deployed}, ${fate}: ${message}\n${each.join("\n")}\n${told}`, {
      cause: error,
    });
  }
  return lives;
}

/** The same sick set again ends with 2 on every device, with the old set live and the service on it. */
export async function assertRefusesSick(field: Field, devices: readonly Device[]): Promise<void> {
  const run = await field.deploy(devices, field.sets.sick);
  assertEquals(run.code, 2, run.text);
  const found = statuses(await run.report());
  for (const device of devices) {
    const status = found[device.name]!;
    assert(["rolled_back", "failed"].includes(status), `${device.name} ended ${status}: ${run.text}`);
    await field.judge(device, field.sets.old);
    assertEquals(await field.served(device), field.sets.old.id, `${device.name}'s service: ${run.text}`);
  }
}

function setOf(field: Field, deployed: Deployed): Artifacts {
  return deployed === "sick" ? field.sets.sick : field.sets.next;
}

/** Runs `controller.ts` to its end, whichever that is. */
export async function control(
  field: Field,
  devices: readonly Device[],
  set: Artifacts,
  orders: Orders,
): Promise<{ words: Word[]; code: number }> {
  const inventory = await field.inventory(devices, orders.fate === "link" ? "links" : "directly", {
    // A dead link is noticed after 3 s instead of 15.
    ansible_ssh_common_args: "-o ServerAliveInterval=1",
  });
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      fromFileUrl(new URL("./controller.ts", import.meta.url)),
      JSON.stringify(orders),
      "--inventory",
      inventory,
      "--limit",
      "some",
      "--ssh-config",
      field.fleet.sshConfig,
      "--artifacts",
      set.dir,
      "--connect-timeout",
      "4",
      "--forks",
      "100",
    ],
    stdin: "null",
  }).output();
  const text = new TextDecoder().decode(stdout);
  const errors = new TextDecoder().decode(stderr);
  assertEquals(errors, "", "the controller has nothing to say on stderr");
  const words = text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line) as Word);
  return { words, code };
}
