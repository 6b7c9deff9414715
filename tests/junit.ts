/**
 * Reads what `deno test --junit-path` writes.
 * @module
 */

/** How the tests of one `deno test` ended, each test by "NAME (FILE)". */
export interface Counts {
  readonly passed: readonly string[];
  readonly failed: readonly string[];
  readonly skipped: readonly string[];
}

/** The tests of a report; the steps inside a test do not count, as in deno's own summary. */
export function readJunit(xml: string): Counts {
  const cases = [
    ...xml.matchAll(/<testcase name="([^"]*)" classname="([^"]*)"[^>]*?(?:\/>|>([\s\S]*?)<\/testcase>)/g),
  ]
    .map(([, name = "", file = "", content = ""]) => ({
      name: unescape(name),
      file: unescape(file),
      content,
    }));
  const isStep = ({ name, file }: { name: string; file: string }) =>
    cases.some((other) => other.file === file && name.startsWith(`${other.name} > `));
  const counts = { passed: [] as string[], failed: [] as string[], skipped: [] as string[] };
  for (const test of cases.filter((test) => !isStep(test))) {
    const ended = /<(failure|error)\b/.test(test.content)
      ? "failed"
      : /<skipped\b/.test(test.content)
      ? "skipped"
      : "passed";
    counts[ended].push(`${test.name} (${test.file})`);
  }
  return counts;
}

function unescape(text: string): string {
  const characters: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return text.replace(/&(lt|gt|quot|apos|amp|#39|#x27);/g, (_, name: string) => characters[name] ?? "'");
}
