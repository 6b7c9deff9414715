/** Types for `@std/fmt/bytes`; the package on npm carries none. */
export interface FormatOptions {
  bits?: boolean;
  binary?: boolean;
  signed?: boolean;
  locale?: boolean | string | string[];
  minimumFractionDigits?: number;
  maximumFractionDigits?: number;
}
/** 1337 → "1.34 kB". */
export function format(num: number, options?: FormatOptions): string;
