/** Types for `@std/text/closest-string`; the package on npm carries none. */
export function closestString(
  givenWord: string,
  possibleWords: ReadonlyArray<string>,
  options?: { caseSensitive?: boolean; compareFn?: (a: string, b: string) => number },
): string;
