/**
 * The names that an inventory may give a host: an address or a host name, with a port and with ranges. Ansible's rules, including
 * what it makes of a name that fits none of them: it stays as it is written.
 * @module
 */

const numericRange = String.raw`\[[0-9]+:[0-9]+(?::[0-9]+)?\]`;
const hexRange = String.raw`\[[0-9a-f]+:[0-9a-f]+(?::[0-9]+)?\]`;
const alphanumericRange = String.raw`\[(?:[a-z]:[a-z]|[0-9]+:[0-9]+)(?::[0-9]+)?\]`;
const octet = String.raw`(?:[01]?[0-9]{1,2}|2[0-4][0-9]|25[0-5]|${numericRange})`;
const hex = String.raw`(?:[0-9a-f]{1,4}|${hexRange})`;
const word = String.raw`[\p{L}\p{M}\p{N}_]`;
const label = String
  .raw`(?:${word}|${alphanumericRange})(?:[\p{L}\p{M}\p{N}_\-]|${alphanumericRange})*(?<![_\-])`;

const hostForms: readonly RegExp[] = [
  new RegExp(`^(?:${octet}\\.){3}${octet}$`, "iu"),
  new RegExp(
    "^(?:" + [
      `(?:${hex}:){7}${hex}`,
      `(?:${hex}:){1,6}:`,
      `(?:${hex}:)(?::${hex}){1,6}`,
      `(?:${hex}:){2}(?::${hex}){1,5}`,
      `(?:${hex}:){3}(?::${hex}){1,4}`,
      `(?:${hex}:){4}(?::${hex}){1,3}`,
      `(?:${hex}:){5}(?::${hex}){1,2}`,
      `(?:${hex}:){6}(?::${hex})`,
      `:(?::${hex}){1,6}`,
      `${hex}?::`,
      `(?:0:){6}(?:${octet}\\.){3}${octet}`,
      `::(?:ffff:)?(?:${octet}\\.){3}${octet}`,
      // Only the last of Ansible's alternatives reaches to the end: for the others it is enough how the text begins.
      `(?:0:){5}ffff:(?:${octet}\\.){3}${octet}$`,
    ].join("|") + ")",
    "iu",
  ),
  new RegExp(`^${label}(?:\\.${label})*$`, "iu"),
];

/** A host and its port; ranges in the host are not expanded. */
export interface Address {
  readonly host: string;
  readonly port?: number;
}

/** Reads `edge-1`, `edge-[01:50]:2222`, `10.0.0.7:22`, `[fe80::7]:22`; undefined if the text is no address. */
export function parseAddress(text: string): Address | undefined {
  let host = text;
  let port: number | undefined;
  for (const form of [/^\[(.+)\]:([0-9]+)$/, /^((?:[^:[\]]|\[[^\]]*\])*):([0-9]+)$/]) {
    const match = form.exec(host);
    if (!match) continue;
    host = match[1]!;
    port = Number(match[2]);
  }
  if (!hostForms.some((form) => form.test(host))) return undefined;
  return { host, ...(port === undefined ? {} : { port }) };
}
