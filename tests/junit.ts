/**
 * Reads what `deno test --junit-path` writes.
 * @module
 */

/** How the tests of one `deno test` ended, each by its name. */
export interface Counts {
  readonly passed: readonly string[];
  readonly failed: readonly string[];
  readonly skipped: readonly string[];
}

/** The tests of a report; the steps inside a test do not count, as in deno's own summary. */
export function readJunit(xml: string): Counts {
  const cases = [...xml.matchAll(/<testcase name="([^"]*)"[^>]*?(?:\/>|>([\s\S]*?)<\/testcase>)/g)]
    .map(([, name = "", content = ""]) => ({ name: unescape(name), content }));
  const isStep = ({ name }: { name: string }) => cases.some((other) => name.startsWith(`${other.name} > `));
  const counts = { passed: [] as string[], failed: [] as string[], skipped: [] as string[] };
  for (const { name, content } of cases.filter((test) => !isStep(test))) {
    const ended = /<(failure|error)\b/.test(content)
      ? "failed"
      : /<skipped\b/.test(content)
      ? "skipped"
      : "passed";
    counts[ended].push(name);
  }
  return counts;
}

function unescape(text: string): string {
  const characters: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return text.replace(/&(lt|gt|quot|apos|amp|#39|#x27);/g, (_, name: string) => characters[name] ?? "'");
}
