/** Types for `@std/text/levenshtein-distance`; the package on npm carries none. */
export function levenshteinDistance(str1: string, str2: string): number;
