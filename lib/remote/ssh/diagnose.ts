/**
 * Finds out why ssh could not get in, by asking ssh for its settings and the address for an answer: never from the wording of an error.
 * @module
 */
import { lookup } from "node:dns/promises";
import type { FailureKind } from "../../errors.ts";
import { start } from "./spawn.ts";
import { type Endpoint, sshArgv, type TransportOptions } from "./transport.ts";

export interface Diagnosis {
  readonly kind: FailureKind;
  readonly evidence: string;
  readonly next: string;
  /** Whether it may go well a moment later. An sshd or a jump host that has too many drops some, and says no more than a wrong key does. */
  readonly again: boolean;
}

/** Milliseconds for the address to answer. */
const PROBE_TIMEOUT = 3000;

/** Why there is no session with this host, after ssh ended with 255. */
export async function whyUnreachable(endpoint: Endpoint, options: TransportOptions): Promise<Diagnosis> {
  const settings = await settingsOfSsh(endpoint, options);
  const hostname = settings.get("hostname") ?? endpoint.address;
  const port = Number(settings.get("port") ?? 22);
  const at = `${hostname} port ${port}`;
  const byHand = `try: ssh${endpoint.port === undefined ? "" : ` -p ${endpoint.port}`} ${endpoint.address}`;
  // Behind a jump host the address says nothing to us.
  if (settings.has("proxycommand") || settings.has("proxyjump")) {
    const evidence = `ssh could not reach ${at} through its proxy`;
    return { kind: "unreachable", evidence, next: byHand, again: true };
  }
  const net = { name: "net", host: `${hostname}:${port}` } as const;
  if (Deno.permissions.querySync(net).state !== "granted") {
    const evidence = `ssh could not log in at ${at}, or nothing answers there`;
    const next = `grant --allow-net=${net.host} (or --allow-net) to find out which; ${byHand}`;
    return { kind: "unreachable", evidence, next, again: true };
  }
  if (await lookup(hostname).catch(() => null) === null) {
    const evidence = `the name ${hostname} does not resolve`;
    return { kind: "unreachable", evidence, next: `${evidence}: check ansible_host and DNS`, again: false };
  }
  switch (await answers(hostname, port)) {
    case "open":
      return {
        kind: "refused",
        again: true,
        evidence: `ssh could not log in at ${at}`,
        next: endpoint.hasPassword
          ? `${at} answers, but ssh could not log in: the inventory's password is not used, so install a key there (ssh-copy-id); ${byHand}`
          : `${at} answers, but ssh could not log in: check user, key (its mode must be 600) and host key; ${byHand}`,
      };
    case "dropped":
      return {
        kind: "refused",
        again: true,
        evidence: `${at} drops connections before the ssh greeting`,
        next:
          `${at} drops connections before the ssh greeting: it has too many (sshd's MaxStartups, a firewall); try again with fewer --forks`,
      };
    case "closed":
      return {
        kind: "unreachable",
        again: false,
        evidence: `nothing listens at ${at}`,
        next: `nothing listens at ${at}: check the address, the port and sshd`,
      };
    case "away":
      return {
        kind: "unreachable",
        again: false,
        evidence: `${at} does not answer`,
        next: `${at} does not answer: check its power, its link and the address`,
      };
    case "silent":
      return {
        kind: "timeout",
        again: false,
        evidence: `${at} accepts the connection and stays silent`,
        next:
          `${at} accepts the connection and stays silent: the server there hangs, or is not an ssh server`,
      };
  }
}

/** What `ssh -G` says it would do; empty if it says nothing. */
export async function settingsOfSsh(
  endpoint: Endpoint,
  options: TransportOptions,
): Promise<Map<string, string>> {
  const [ssh = "ssh", ...args] = sshArgv(endpoint, options, "");
  const probe = start([ssh, "-G", ...args.slice(0, -1)]);
  let text = "";
  probe.stdout.on("data", (chunk: Uint8Array) => text += new TextDecoder().decode(chunk));
  await probe;
  const settings = text.split("\n").map((line) => line.trim().split(" ")).map(([key = "", ...rest]) =>
    [key, rest.join(" ")] as const
  );
  return new Map(settings.filter(([, value]) => value !== "" && value !== "none"));
}

/** Whether an ssh server speaks at an address: nothing takes the connection, or it is dropped at once, or it is taken and nothing
 * is said. */
async function answers(
  hostname: string,
  port: number,
): Promise<"open" | "dropped" | "closed" | "silent" | "away"> {
  const connecting = Deno.connect({ hostname, port });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<"silent">((resolve) => timer = setTimeout(() => resolve("silent"), PROBE_TIMEOUT));
  let connected = false;
  const open = connecting.then(async (connection) => {
    connected = true;
    // An ssh server speaks first. One that accepts the connection and stays silent is stuck, or none.
    const first = await Promise.race([connection.read(new Uint8Array(1)), late]).catch(() => null);
    connection.close();
    return first === 1 ? "open" as const : first === null ? "dropped" as const : "silent" as const;
  }, () => "closed" as const);
  const answer = await Promise.race([open, late.then(() => connected ? "silent" as const : "away" as const)]);
  clearTimeout(timer);
  return answer;
}
