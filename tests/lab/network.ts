/**
 * The lab's network: a cable from this machine to each device, in a network of the device's own.
 * @module
 */
import type { Namespaces } from "./namespaces.ts";

/** A device's end of its cable. */
export interface Link {
  /** The name of the device's network namespace. */
  readonly netns: string;
  readonly address: string;
  /** Pulls the device's end: packets get lost, connections stay open. */
  cut(): Promise<void>;
  mend(): Promise<void>;
}

/**
 * Gives every device its cable, in a 198.18.N.0/24 (set aside for benchmarks) that no other lab has: the name of the first cable, which
 * only one can have, is the claim.
 */
export async function makeNetwork(lab: Namespaces, names: readonly string[]): Promise<Link[]> {
  const links: Link[] = [];
  let net = Math.floor(Math.random() * 256);
  for (const [i, name] of names.entries()) {
    await lab.run(["ip", "netns", "add", name]);
    let tries = i === 0 ? 256 : 1;
    while (!await addCable(lab, `lab${net}-${i}`, name)) {
      if (--tries === 0) throw new Error(`the network 198.18.${net}.0/24 is taken`);
      net = (net + 1) % 256;
    }
    links.push(
      await connect(lab, name, `lab${net}-${i}`, `198.18.${net}.${2 * i}`, `198.18.${net}.${2 * i + 1}`),
    );
  }
  return links;
}

/** Adds a cable; false if there is one of that name. */
async function addCable(lab: Namespaces, cable: string, netns: string): Promise<boolean> {
  const added = await lab.execute(
    ["ip", "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", netns],
  );
  if (added.code === 0) return true;
  if ((await lab.execute(["ip", "link", "show", cable])).code === 0) return false;
  throw new Error(`cannot add a cable: ${added.stderr}`);
}

async function connect(
  lab: Namespaces,
  netns: string,
  cable: string,
  here: string,
  there: string,
): Promise<Link> {
  const inside = (...args: string[]) => lab.run(["ip", "-n", netns, ...args]);
  await lab.run(["ip", "address", "add", `${here}/31`, "dev", cable]);
  await lab.run(["ip", "link", "set", cable, "up"]);
  await inside("address", "add", `${there}/31`, "dev", "eth0");
  await inside("link", "set", "eth0", "up");
  await inside("link", "set", "lo", "up");
  return {
    netns,
    address: there,
    cut: async () => void await inside("link", "set", "eth0", "down"),
    mend: async () => void await inside("link", "set", "eth0", "up"),
  };
}
