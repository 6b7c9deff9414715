/**
 * Variables that say how a device's health is asked for.
 * @module
 */
import { extendedRegexProblem } from "../../plain/extended_regex.ts";
import { expecting, integer, seconds, text, textOrNone, urlPath } from "./kinds.ts";
import type { Variables } from "./variable.ts";

const httpUrl = expecting(
  "a URL that begins with http:// or https://, or empty for none",
  textOrNone.refine((value) =>
    // deno-lint-ignore no-control-regex -- a URL that reaches the device must not hold any
    value === "" || /^https?:\/\/[^/\s][^\s\0-\x1f]*$/i.test(value) && URL.canParse(value)
  ),
);

const extendedRegex = expecting(
  "a POSIX extended regular expression, as for grep -E",
  text.refine((value) => extendedRegexProblem(value) === undefined),
);

/** How a device's health is asked for. */
export const healthVariables = {
  health_url: {
    type: httpUrl.default("http://localhost:9208"),
    meaning: "Where the service answers, as the device itself sees it; empty for none.",
    isUrl: true,
  },
  health_ready: {
    type: urlPath.default("/ready"),
    meaning: "Path that answers 200 once the service is ready.",
    isUrl: true,
  },
  health_status: { type: urlPath.default("/health"), meaning: "Path of the health JSON.", isUrl: true },
  health_metrics: { type: urlPath.default("/metrics"), meaning: "Path of the metrics.", isUrl: true },
  health_attempts: { type: integer(1, 10_000).default(10), meaning: "Tries before a host is unhealthy." },
  health_interval: { type: seconds(0).default(3), meaning: "Seconds between two tries." },
  health_metrics_match: {
    type: extendedRegex.default("phase4_uptime|phase4_memory_rss"),
    meaning: "Metric lines kept in the report.",
  },
} satisfies Variables;
