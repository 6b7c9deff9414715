/** Types for `@std/encoding/hex`; the package on npm carries none. */
export function encodeHex(src: string | Uint8Array | ArrayBuffer): string;
