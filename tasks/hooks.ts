/**
 * Promises that the user's commands for the moments of a deploy (`hooks`) have been run on the host, each at most once a run, and only if the
 * release was not live before. A `before_deploy` that fails ends the host before anything has changed; an `after_commit` that fails
 * takes it back; an `after_deploy` that fails is a failed host with the new set. `ok` when a command ended well: what it
 * changes is the user's affair. `skipped` where there is none, or nothing is deployed.
 * @module
 */
import type { HostStatus } from "../lib/events.ts";
import { layout } from "../lib/facts/releases/layout.ts";
import { slotRelease } from "../lib/release.ts";
import type { OutputLimit } from "../lib/remote/limits.ts";
import { program } from "../lib/remote/program.ts";
import { masked } from "../lib/secrets.ts";
import type { Hooks, HostSettings } from "../lib/settings/mod.ts";
import { defineTask, type ObservedHost, type Task } from "../lib/task.ts";
import text from "./hook.sh" with { type: "text" };

const runHook = program("hook", text, {
  takes: ["command", "run", "device", "release", "version", "ended"],
  simulate: () => "",
});
/** What a hook prints is evidence, no result. */
const OUTPUT: OutputLimit = { bytes: 64 * 1024, past: "cut" };

/** The pipeline with the hooks that any of these hosts has. One that switches nothing has no hooks. */
export function withHooks(pipeline: readonly Task[], hosts: readonly HostSettings[]): readonly Task[] {
  const at = pipeline.findIndex(({ switches }) => switches);
  const has = (moment: keyof Hooks) => hosts.some(({ hooks }) => hooks[moment]?.host !== undefined);
  if (at < 0 || !(["before_deploy", "after_commit", "after_deploy"] as const).some(has)) return pipeline;
  const first = pipeline.findIndex(({ name }) => name === "preflight") + 1;
  return [
    ...pipeline.slice(0, first),
    ...(has("before_deploy") ? [hookTask("before_deploy", isDue)] : []),
    ...pipeline.slice(first, at + 1),
    ...(has("after_commit") ? [hookTask("after_commit", hasSwitched)] : []),
    ...pipeline.slice(at + 1),
    ...(has("after_deploy") ? [hookTask("after_deploy", hasSwitched)] : []),
  ];
}

/** What is run on a host that has failed, and ended with this status. */
export function afterFailure(settings: HostSettings, status: HostStatus): readonly Task[] {
  if (settings.hooks.on_failure?.host === undefined) return [];
  return [hookTask("on_failure", () => Promise.resolve(true), status)];
}

/** Whether there is something to deploy. */
async function isDue(host: ObservedHost): Promise<boolean> {
  const { journal, slot } = await host.look(layout);
  return journal !== null || slot === null || slotRelease(slot) !== host.release.id;
}

function hasSwitched(host: ObservedHost): Promise<boolean> {
  return Promise.resolve(host.switched);
}

function hookTask(
  moment: keyof Hooks,
  due: (host: ObservedHost) => Promise<boolean>,
  status: HostStatus | "" = "",
): Task {
  /** A host that is prepared in one session and switched in another has its hook once. */
  const done = new Set<string>();
  return defineTask({
    name: moment.replace("_", "-"),
    perSet: true,
    action: () => `run the hook ${moment}`,
    observe: async (host) => {
      const { settings, run } = host;
      const command = settings.hooks[moment]?.host ?? "";
      const who = `${settings.set ?? ""} ${settings.name}`;
      if (command === "" || done.has(who) || !await due(host)) return null;
      if (run.dryRun) return { command, answer: null };
      done.add(who);
      const { id, version } = host.release;
      const args = runHook.args({
        command,
        run: run.id,
        device: settings.name,
        release: id,
        version: version ?? "",
        ended: status,
      });
      return { command, answer: await host.ask(runHook, args, { output: OUTPUT }) };
    },
    plan: (observed, { settings }) => {
      if (observed === null) {
        return settings.hooks[moment]?.host ? { status: "ok" } : { status: "skipped" };
      }
      const { command, answer } = observed;
      if (answer === null) {
        const title = `run ${moment}: ${masked(command)}`;
        return { status: "change", why: "it is a hook", steps: [{ title, program: runHook, args: [] }] };
      }
      const { code, stdout, stderr } = answer;
      const detail = { rc: code, ...(stdout === "" ? {} : { stdout }), ...(stderr === "" ? {} : { stderr }) };
      if (code === 0) return { status: "ok", detail };
      const said = (stderr.trim() || stdout.trim()).split("\n").at(-1) ?? "";
      const evidence = `${moment} exited with code ${code}${said === "" ? "" : `: ${said}`}`;
      return { status: "failed", detail, failure: { kind: "exit", evidence } };
    },
  });
}
