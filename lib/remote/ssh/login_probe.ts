/**
 * Finds out why a login runs no shell of ours, by another one whose standard input ends at once: from what it does, never from its words.
 * @module
 */
import { NOISE } from "../limits.ts";
import { kill, start } from "./spawn.ts";
import { becoming, type Endpoint, remoteCommand, sshArgv, type TransportOptions } from "./transport.ts";

/** What is wrong with a login, and the way round it. */
export interface LoginFault {
  /** A first login that is slow, and a second that is not, look the same. */
  readonly unsure?: boolean;
  readonly evidence: string;
  readonly next: string;
}

/** What the probe saw. */
export interface Seen {
  /** The command was run. */
  readonly runs: boolean;
  /** `$-` of the shell that ran it. */
  readonly options: string;
  /** Standard input was taken for commands, by this shell if it says which. */
  readonly reader: string | null;
  /** It came to its end by itself. */
  readonly ended: boolean;
}

/** For the whole probe. Milliseconds. */
const LIMIT = 10_000;
/** Of what it prints, so much is kept. Characters. */
const KEPT = 64 * 1024;

/**
 * Why there is no shell, after the login has ended by itself (`exitCode`), or if it lets us wait (null). Null if the probe does not
 * tell.
 */
export async function probeLogin(
  endpoint: Endpoint,
  options: TransportOptions & { readonly signal?: AbortSignal },
  exitCode: number | null,
): Promise<LoginFault | null> {
  const marker = `lockstep-${crypto.randomUUID()}`;
  // If it waits, sudo or sh may be what it waits for: they are asked, too. A restricted shell refuses that exec, and goes on behind it.
  const first = exitCode === null
    ? remoteCommand(becoming(endpoint, ["sh", "-c", 'echo "$0" runs', marker]))
    : `echo ${marker} runs`;
  // What a shell does not know is for eval to find out.
  const command = `${first}; eval 'echo ${marker} options $-'`;
  const running = start(sshArgv(endpoint, options, command));
  let text = "";
  let ended = true;
  const give = (): void => {
    ended = false;
    kill(running);
  };
  const timer = setTimeout(give, LIMIT);
  options.signal?.addEventListener("abort", give);
  if (options.signal?.aborted) give();
  let received = 0;
  running.stdout.on("data", (chunk: Uint8Array) => {
    received += chunk.length;
    if (received > NOISE.received) return give();
    text = (text + new TextDecoder().decode(chunk)).slice(-KEPT);
  });
  running.stdin.on("error", () => {});
  // csh knows no variable that is not set.
  running.stdin.end(
    `echo ${marker} read "$FISH_VERSION" "$ZSH_VERSION" "$BASH_VERSION"\necho ${marker} read\n`,
  );
  const { exitCode: code } = await running;
  clearTimeout(timer);
  options.signal?.removeEventListener("abort", give);
  // A sudo that refuses says nothing of the login.
  const refused = endpoint.become && exitCode === null;
  return faultOf({ ...seenIn(text, marker), ended: ended && code !== 255 && !refused }, exitCode);
}

/** Pure: what a probe has printed. */
export function seenIn(text: string, marker: string): Omit<Seen, "ended"> {
  const said = text.split("\n").filter((line) => line.startsWith(`${marker} `))
    .map((line) => line.slice(marker.length + 1).trimEnd());
  const [reader] = said.filter((line) => /^read\b/.test(line));
  const versions = reader?.split(" ").slice(1) ?? [];
  const at = versions.findIndex((version) => version !== "");
  return {
    runs: said.includes("runs"),
    options: said.find((line) => line.startsWith("options "))?.slice(8) ?? "",
    reader: reader === undefined ? null : ["fish", "zsh", "bash"][at] ?? "",
  };
}

/** Pure: what that means. */
export function faultOf({ runs, options, reader, ended }: Seen, exitCode: number | null): LoginFault | null {
  if (reader !== null) {
    const shell = reader || "another shell";
    return {
      evidence:
        `a start file of the login ends in ${shell} (for example by exec), which waits for commands instead of our shell`,
      next:
        `in ~/.bashrc, ~/.profile or a file that it reads, start it only on a terminal: [ -t 0 ] && exec ${
          reader || "…"
        }`,
    };
  }
  if (options.includes("r")) {
    return {
      evidence: "the login shell is restricted: it starts no other shell",
      next: "give the user a shell that is not restricted (chsh -s /bin/sh), or name another as ansible_user",
    };
  }
  if (runs) {
    if (exitCode === null) {
      return {
        unsure: true,
        evidence: "a start file of the login reads standard input, and so waits forever",
        next:
          "in ~/.bashrc, ~/.profile or a file that it reads, read only on a terminal: if [ -t 0 ]; then …; fi",
      };
    }
    if (exitCode !== 127) return null;
    return {
      evidence: "the login runs commands, but finds no sh",
      next: "add the folder of sh (/bin) to the PATH of the login",
    };
  }
  if (!ended) return null;
  return {
    evidence: "the login runs another program instead of the given command",
    next: "on the device: ForceCommand (sshd_config) or command= (authorized_keys) must end in " +
      'exec /bin/sh -c "$SSH_ORIGINAL_COMMAND"; otherwise the user needs a login shell (chsh -s /bin/sh), ' +
      "whose start files neither exit nor exec without a terminal ([ -t 0 ])",
  };
}
