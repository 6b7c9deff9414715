/**
 * Starts a program through zx, with no local shell in between: the words of `argv` reach the program as they are.
 * @module
 */
import { spawn as nodeSpawn } from "node:child_process";
import process from "node:process";
import type { ProcessPromise } from "zx/core";
import defer * as zx from "zx/core";
import { quote } from "../quote.ts";

/** zx keeps all output of a process until it ends; a session lives long and reads its own output, so nothing is kept. */
const keepNothing: never[] = Object.assign([], { push: () => 0 });

/**
 * Starts `argv` with pipes for its three streams. It has a process group of its own, so that a Ctrl-C on our terminal is ours to
 * handle and does not end it.
 */
export function start(argv: readonly string[]): ProcessPromise {
  const [file = "", ...args] = argv;
  return zx.$({
    spawn: ((_file: string, _args: readonly string[], options: object) =>
      nodeSpawn(file, args, { ...options, shell: false, windowsHide: true })) as typeof nodeSpawn,
    // zx only builds a label of the words with these; no shell sees it.
    quote,
    shell: "sh",
    prefix: "",
    postfix: "",
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
    nothrow: true,
    quiet: true,
    store: { stdout: keepNothing, stderr: keepNothing, stdall: keepNothing },
  })`${[...argv]}`;
}

/** Ends a process and what it started, at once. */
export function kill(running: ProcessPromise): void {
  const pid = running.child?.pid;
  if (pid === undefined) return;
  try {
    // The group, so that a ProxyCommand goes too. zx's own kill would start `ps` to find the children.
    if (process.platform === "win32") running.child?.kill("SIGKILL");
    else process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
  // A child of it may still hold the pipes; without this they would keep us waiting.
  running.child?.stdout?.destroy();
  running.child?.stderr?.destroy();
}
