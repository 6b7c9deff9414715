/**
 * How the service is, as the device itself sees it: ready, its health JSON, and the metric lines that the user asked for.
 * @module
 */
import type { Json } from "../events.ts";
import { program } from "../remote/program.ts";
import { isSecret } from "../secrets.ts";
import text from "./health.sh" with { type: "text" };
import { defineFact, type FactSubject, Fields } from "./fact.ts";

export interface Health {
  /** Which attempt was answered, from 1. */
  readonly attempts: number;
  /** What the health path answered: JSON if it is that, else text; null if it answered nothing. */
  readonly health: Json;
  readonly metrics: readonly string[];
}

/** What `fetch` (see prelude.sh) gives a service to answer. Seconds. */
const ANSWER = 10;

const waitForHealth = program("health", text, {
  takes: [
    "ready_url",
    "health_url",
    "metrics_url",
    "pattern",
    "attempts",
    "interval",
    "service",
    "root",
    "private",
  ],
});

const askIfReady = program("ready", 'if fetch "$ready_url" >/dev/null 2>&1; then echo ready=yes; fi', {
  takes: ["ready_url", "private"],
});

/** Waits for as many attempts as the host's settings allow; a Failure (`unhealthy`) if the service does not get ready. */
export const health = defineFact<Health>({
  program: waitForHealth,
  timeout: 1800,
  // Each attempt may let us wait for an answer, too.
  waits: ({ settings }) => settings.healthAttempts * (settings.healthInterval + ANSWER),
  args: ({ settings }) =>
    waitForHealth.args({
      ready_url: urlOf(settings, settings.healthReady),
      health_url: urlOf(settings, settings.healthStatus),
      metrics_url: urlOf(settings, settings.healthMetrics),
      pattern: settings.healthMetricsMatch,
      attempts: settings.healthAttempts,
      interval: settings.healthInterval,
      service: settings.service,
      root: settings.deployPath,
      private: isPrivate(settings),
    }),
  parse: parseHealth,
});

/** Whether the service answers at this moment that it is ready. */
export const ready = defineFact<boolean>({
  program: askIfReady,
  args: ({ settings }) =>
    askIfReady.args({ ready_url: urlOf(settings, settings.healthReady), private: isPrivate(settings) }),
  parse: (output) => new Fields(output).get("ready") === "yes",
});

/** Whether a URL that the service is asked at holds a secret, as the device is told. */
function isPrivate(settings: FactSubject["settings"]): string {
  const { healthReady, healthStatus, healthMetrics } = settings;
  return [healthReady, healthStatus, healthMetrics].some((path) => isSecret(urlOf(settings, path)))
    ? "yes"
    : "no";
}

/** A path of the service, as the device itself asks for it. */
export function urlOf(settings: FactSubject["settings"], path: string): string {
  return settings.healthUrl.replace(/\/+$/, "") + path;
}

/** Pure: what health.sh printed. */
export function parseHealth(output: string): Health {
  const cut = output.indexOf("= health\n");
  const [head = "", metrics = ""] = (cut < 0 ? output : output.slice(0, cut)).split("= metrics\n");
  const health = cut < 0 ? "" : output.slice(cut + "= health\n".length);
  return {
    attempts: new Fields(head).number("attempts") ?? 1,
    health: jsonOrText(health.trim()),
    metrics: metrics.split("\n").filter((line) => line !== ""),
  };
}

function jsonOrText(text: string): Json {
  if (text === "") return null;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
