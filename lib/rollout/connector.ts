/**
 * How sessions with hosts are opened: over ssh, in a local shell, or with devices that are made up, as each host's settings say.
 * @module
 */
import { gentleConnector } from "../remote/ssh/connect.ts";
import { simulatedConnector } from "../remote/simulated/connect.ts";
import { Throttle } from "../remote/ssh/throttle.ts";
import type { Connect } from "./one_host.ts";

/** What sessions have in common. Times are seconds, sizes bytes. */
export interface ConnectorOptions {
  /** Handed to ssh as `-F`. */
  readonly sshConfig?: string | undefined;
  /** For ssh to connect; default: 10. */
  readonly connectTimeout?: number | undefined;
  /** For anything that a host is asked; default: 300, and what a program asks for. */
  readonly timeout?: number | undefined;
  /** Bytes per second that all sessions together send at most. */
  readonly bwlimit?: number | undefined;
  /** That one program on a host may print; default: 2 MiB. */
  readonly maxOutput?: number | undefined;
}

/** Seconds for ssh to connect. */
export const CONNECT_TIMEOUT = 10;
/** For what a host is asked, where neither it nor the user sets a limit. */
const TIMEOUT = 300;

/** Opens sessions with these options. Devices that are made up live as long as the connector. */
export function connector(options: ConnectorOptions = {}): Connect {
  const throttle = options.bwlimit === undefined ? {} : { throttle: new Throttle(options.bwlimit) };
  const connect = gentleConnector();
  const simulate = simulatedConnector();
  return (settings, signal, slow, warn) =>
    (settings.connection === "simulated" ? simulate : connect)(settings, {
      connectTimeout: options.connectTimeout ?? CONNECT_TIMEOUT,
      commandTimeout: options.timeout ?? TIMEOUT,
      ...(options.timeout === undefined ? {} : { longest: options.timeout }),
      ...(options.maxOutput === undefined ? {} : { maxOutput: options.maxOutput }),
      signal,
      ...(warn === undefined ? {} : { warn }),
      ...throttle,
      ...(options.sshConfig === undefined ? {} : { sshConfig: options.sshConfig }),
    }, slow);
}
