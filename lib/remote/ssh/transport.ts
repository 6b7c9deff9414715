/**
 * The command lines that start a session: ssh's, a local shell's, and the loop that either runs. Pure.
 * @module
 */
import { append } from "../../plain/append.ts";
import login from "./login.sh" with { type: "text" };
import loop from "./loop.sh" with { type: "text" };
import { quote } from "../quote.ts";

/** What it takes to reach a host. */
export interface Endpoint {
  readonly name: string;
  /** `simulated` is never opened here: see simulated/. */
  readonly connection: "ssh" | "local" | "simulated";
  readonly address: string;
  readonly port?: number;
  readonly user?: string;
  readonly identityFile?: string;
  /** The inventory has a password for it, which is not used: worth saying if a key does not do. */
  readonly hasPassword?: boolean;
  /** ansible_ssh_common_args and ansible_ssh_extra_args, as words. */
  readonly commonArgs: readonly string[];
  /** The device may use the user's agent. Never without this, whatever ssh's configuration says. */
  readonly forwardAgent?: boolean;
  readonly become: boolean;
  readonly becomeUser: string;
}

export interface TransportOptions {
  /** Handed to ssh as -F. */
  readonly sshConfig?: string;
  /** Seconds for the connection and ssh's own handshake. */
  readonly connectTimeout: number;
}

/** A program on one line, without its comments. */
function onOneLine(text: string): string {
  return text.split("\n").map((line) => line.trim()).filter((line) => line && !line.startsWith("#")).join(
    " ",
  );
}

/** The loop as `sh -c` takes it. */
const LOOP = onOneLine(loop);

/** What the loop is told behind the marker: it puts away what the login has set. */
export const PUT_AWAY = onOneLine(login);

/** The words that start the loop in a shell that is at hand. */
export function loopArgv(marker: string, endpoint: Pick<Endpoint, "become" | "becomeUser">): string[] {
  const shell = ["sh", "-c", LOOP, "lockstep", marker];
  return becoming(endpoint, endpoint.become ? [...shell, "became"] : shell);
}

/** A command, as the user who is to run it. */
export function becoming(
  { become, becomeUser }: Pick<Endpoint, "become" | "becomeUser">,
  words: readonly string[],
): string[] {
  return become ? ["sudo", "-n", "-H", "-u", becomeUser, "--", ...words] : [...words];
}

/**
 * ssh's command line. Host keys and everything else are checked as ssh's configuration says; we only make sure that it never asks, never
 * forwards (an agent only if the inventory says so), never becomes somebody's master and notices a dead link (15 s).
 */
export function sshArgv(endpoint: Endpoint, options: TransportOptions, command: string): string[] {
  const argv = ["ssh"];
  if (options.sshConfig !== undefined) argv.push("-F", options.sshConfig);
  // ssh keeps the first value that it is given: these are not for the user to change …
  for (
    const option of [
      "BatchMode=yes",
      "ControlMaster=no",
      "ClearAllForwardings=yes",
      "RequestTTY=no",
      "RemoteCommand=none",
      "PermitLocalCommand=no",
    ]
  ) argv.push("-o", option);
  if (endpoint.port !== undefined) argv.push("-p", String(endpoint.port));
  if (endpoint.user !== undefined) argv.push("-l", endpoint.user);
  // Not by -i: a key that is not there would be skipped, and the user's own tried in its place.
  if (endpoint.identityFile !== undefined) {
    argv.push("-o", `IdentityFile=${configValue(endpoint.identityFile)}`);
  }
  // … and these are, by ansible_ssh_common_args.
  append(argv, endpoint.commonArgs);
  // … but for what would lend a device the user's keys, tickets or screen: these flags win over all that was said before.
  argv.push(endpoint.forwardAgent ? "-A" : "-a", "-k", "-x");
  for (
    const option of [
      `ConnectTimeout=${options.connectTimeout}`,
      "ServerAliveInterval=5",
      "ServerAliveCountMax=3",
    ]
  ) {
    argv.push("-o", option);
  }
  argv.push("--", endpoint.address, command);
  return argv;
}

/** A path as ssh's configuration takes it: in quotes, with nothing to be expanded. */
function configValue(path: string): string {
  return `"${path.replaceAll("%", "%%").replaceAll(/["\\]/g, "\\$&")}"`;
}

/** The whole command line of a session with this host. */
export function sessionArgv(endpoint: Endpoint, options: TransportOptions, marker: string): string[] {
  const words = loopArgv(marker, endpoint);
  if (endpoint.connection === "local") return words;
  return sshArgv(endpoint, options, remoteCommand(words));
}

/** sshd hands a line to the user's login shell, whichever that is: exec of quoted words is the same in all of them. */
export function remoteCommand(words: readonly string[]): string {
  return `exec ${words.map(quote).join(" ")}`;
}

/**
 * Why ssh must not be given this address or user, or null. ssh takes a leading `-` for an option, and a ProxyCommand of the user's
 * configuration hands both to a shell; OpenSSH before 9.6 does not look.
 */
export function refusal(endpoint: Endpoint): string | null {
  if (endpoint.connection === "local") return null;
  if (endpoint.connection === "simulated") return "it is simulated, so it must not be contacted";
  const { address, user } = endpoint;
  if (address === "") return "the address is empty";
  if (address.startsWith("-")) {
    return `the address ${JSON.stringify(address)} begins with "-": ssh would read it as an option`;
  }
  if (/[\s\p{Cc}'"`$\\;&<>|(){}*?!#]/u.test(address)) return `${JSON.stringify(address)} is not an address`;
  if (user !== undefined && (user === "" || user.startsWith("-") || /[\s\p{Cc}'"`$;&<>|(){}]/u.test(user))) {
    return `${JSON.stringify(user)} is not a user name`;
  }
  return null;
}
