/**
 * Checks that the model gives the expected answer to a golden input: the service is asked on the device itself, at `smoke_url`, until it
 * answers, at most `smoke_attempts` times. Changes nothing; `ok` if the answer has the expected label.
 * @module
 */
import { defineTask, program } from "lockstep";
import { z } from "zod";

// $1: URL, $2: the input, as JSON, $3: attempts. Prints the last answer.
const predict = program(
  "predict",
  `
  attempt=1
  while :; do
    if command -v curl >/dev/null 2>&1; then
      answer=$(curl -fsS -m 10 -H 'Content-Type: application/json' --data-binary "$2" "$1" 2>&1) && break
    else
      answer=$(wget -q -O - --header 'Content-Type: application/json' --post-data "$2" "$1" 2>&1) && break
    fi
    if [ "$attempt" -ge "$3" ]; then printf '%s\\n' "$answer" >&2; exit 1; fi
    attempt=$((attempt + 1))
    sleep 1
  done
  printf '%s\\n' "$answer"
  `,
  { simulate: () => '{"label": "ok"}' },
);

export const smoke = defineTask({
  name: "smoke",
  variables: z.object({
    smoke_url: z.url(),
    smoke_input: z.string().default('{"features": [0, 0, 0, 0]}'),
    smoke_label: z.string().default("ok"),
    smoke_attempts: z.int().min(1).max(60).default(5),
  }),
  observe: (host, { smoke_url, smoke_input, smoke_attempts }) =>
    host.ask(predict, [smoke_url, smoke_input, String(smoke_attempts)]),
  plan: ({ code, stdout, stderr }, _host, { smoke_url, smoke_label }) => {
    if (code !== 0) {
      return {
        status: "failed",
        failure: { kind: "unhealthy", evidence: `${smoke_url} does not answer: ${stderr.trim()}` },
      };
    }
    const label = labelOf(stdout);
    if (label === smoke_label) return { status: "ok", detail: { label } };
    return {
      status: "failed",
      failure: {
        kind: "unhealthy",
        evidence: `${smoke_url} says ${JSON.stringify(label)}, expected ${JSON.stringify(smoke_label)}`,
        next: "compare the model with the golden input on this machine",
      },
    };
  },
});

/** The label of an answer; null if it has none. */
function labelOf(answer: string): string | null {
  try {
    const { label } = z.object({ label: z.string() }).parse(JSON.parse(answer));
    return label;
  } catch {
    return null;
  }
}
