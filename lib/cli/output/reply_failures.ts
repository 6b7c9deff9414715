/**
 * What kept hosts from answering, in words. Pure.
 * @module
 */
import { formatFailure } from "../../errors.ts";
import type { Reply } from "../../rollout/ask.ts";
import { failureKey } from "../../report/words/groups.ts";
import { count, nameList } from "../../report/words/text.ts";

/** Each failure once, with the hosts that it is true of. */
export function failureTexts(replies: readonly Reply<unknown>[]): string[] {
  const failed = replies.flatMap(({ host, error }) => error ? [{ host, error }] : []);
  return [...Map.groupBy(failed, ({ host, error }) => failureKey(error, host)).values()].map((alike) => {
    const [{ error }, ...others] = alike as [typeof alike[0], ...typeof alike];
    const names = nameList(others.map(({ host }) => host));
    const also = others.length > 0 ? `\n  the same on ${count(others.length, "other host")}: ${names}` : "";
    return formatFailure(error) + also;
  });
}
