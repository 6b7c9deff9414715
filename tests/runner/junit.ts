/**
 * Reads what `deno test --junit-path` writes.
 * @module
 */

/** How the tests of one `deno test` ended, each by its name. */
export interface Counts {
  readonly passed: readonly string[];
  readonly failed: readonly string[];
  /** Of the failed ones, how each failed. */
  readonly why: ReadonlyMap<string, string>;
  readonly skipped: readonly string[];
}

/** The tests of a report; the steps inside a test do not count, as in deno's own summary. */
export function readJunit(xml: string): Counts {
  const cases = [...xml.matchAll(/<testcase name="([^"]*)"[^>]*?(?:\/>|>([\s\S]*?)<\/testcase>)/g)]
    .map(([, name = "", content = ""]) => ({ name: unescape(name), content }));
  const isStep = ({ name }: { name: string }) => cases.some((other) => name.startsWith(`${other.name} > `));
  const counts = { passed: [] as string[], failed: [] as string[], skipped: [] as string[] };
  const why = new Map<string, string>();
  for (const { name, content } of cases.filter((test) => !isStep(test))) {
    const ended = /<(failure|error)\b/.test(content)
      ? "failed"
      : /<skipped\b/.test(content)
      ? "skipped"
      : "passed";
    counts[ended].push(name);
    if (ended !== "failed") continue;
    const steps = cases.filter((other) => other.name.startsWith(`${name} > `));
    why.set(name, [content, ...steps.map((step) => step.content)].map(messageOf).filter(Boolean).join("\n"));
  }
  return { ...counts, why };
}

/** How a case failed; that a step of its failed is said by the step. */
function messageOf(content: string): string {
  const [, message = ""] = /<(?:failure|error)\b[^>]*?\bmessage="([^"]*)"/.exec(content) ?? [];
  return /^\d+ test steps? failed$/.test(message) ? "" : unescape(message);
}

function unescape(text: string): string {
  const characters: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return text.replace(/&(lt|gt|quot|apos|amp|#39|#x27);/g, (_, name: string) => characters[name] ?? "'");
}
