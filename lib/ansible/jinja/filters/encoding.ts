/**
 * Filters that write a value in another form, or read it: base64, JSON, digests.
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { figureOf } from "../../python/arithmetic.ts";
import { parseJson } from "../../python/python_number.ts";
import { jsonText } from "../../python/json_text.ts";
import type { Filter } from "../environment.ts";
import { isTrue } from "../values/operators.ts";
import { bind } from "../values/parameters.ts";
import { TemplateError, Unsupported } from "../values/template_error.ts";
import { dataOf, textOf } from "../values/text.ts";
import { typeName, type Value } from "../values/values.ts";

const digest = (name: string, algorithm: string): Filter => (value, args, { run }) => {
  bind(name, args, []);
  return digestOf(algorithm, textOf(value, run));
};

function digestOf(algorithm: string, text: string): string {
  return createHash(algorithm).update(text, "utf8").digest("hex");
}

/** Only UTF-8: other encodings are nobody's in an inventory. */
function utf8(name: string, encoding: Value | undefined): void {
  if (encoding !== undefined && !/^utf-?8$/i.test(String(encoding))) {
    throw new Unsupported(`${name} with the encoding ${JSON.stringify(encoding)}`);
  }
}

const json = (name: string, nice: boolean): Filter => (value, args, { run }) => {
  const [indent = nice ? 4 : null, sort = nice, ascii = true] = bind(name, args, [
    "indent",
    "sort_keys",
    "ensure_ascii",
  ]);
  const width = indent === null ? undefined : Number(figureOf(indent) ?? 0);
  if ((width ?? 0) > 100) throw new TemplateError(`${name} with too much indentation`);
  const text = jsonText(dataOf(value, run), { indent: width, sorted: isTrue(sort), ascii: isTrue(ascii) });
  run.size(text.length);
  return text;
};

export const encodingFilters: Readonly<Record<string, Filter>> = {
  b64encode: (value, args, { run }) => {
    utf8("b64encode", bind("b64encode", args, ["encoding"])[0]);
    return Buffer.from(textOf(value, run), "utf8").toString("base64");
  },
  b64decode: (value, args, { run }) => {
    utf8("b64decode", bind("b64decode", args, ["encoding"])[0]);
    const text = textOf(value, run).replaceAll(/[^A-Za-z\d+/=]/g, "");
    if (text.length % 4 !== 0) {
      throw new TemplateError("b64decode of text that is not base64");
    }
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.from(text, "base64"));
    } catch {
      throw new TemplateError("b64decode of bytes that are not UTF-8 text");
    }
  },
  md5: digest("md5", "md5"),
  sha1: digest("sha1", "sha1"),
  checksum: digest("checksum", "sha1"),
  hash: (value, args, { run }) => {
    const [kind = "sha1"] = bind("hash", args, ["hashtype"]);
    const algorithm = textOf(kind, run);
    if (!/^(?:md5|sha1|sha224|sha256|sha384|sha512)$/.test(algorithm)) {
      throw new Unsupported(`hash by ${JSON.stringify(algorithm)}`);
    }
    return digestOf(algorithm, textOf(value, run));
  },
  to_json: json("to_json", false),
  to_nice_json: json("to_nice_json", true),
  from_json: (value) => {
    if (typeof value !== "string") {
      throw new TemplateError(`from_json of ${typeName(value)}, expected a text`);
    }
    try {
      return parseJson(value);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new TemplateError("from_json of text that is not JSON");
    }
  },
};
