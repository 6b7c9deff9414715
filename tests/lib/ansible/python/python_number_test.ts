import { assertEquals, assertThrows } from "@std/assert";
import {
  decimalInteger,
  isFalsy,
  negated,
  parseJson,
  pythonFloat,
  pythonInteger,
} from "../../../../lib/ansible/python/python_number.ts";

/** What Python 3.11 prints of each: `print(json.loads(text))`. */
const printed: Readonly<Record<string, string>> = {
  "0": "0",
  "-0": "0",
  "7": "7",
  "1.5": "1.5",
  "2.0": "2.0",
  "-2.0": "-2.0",
  "1e3": "1000.0",
  "1E-5": "1e-05",
  "0.0001": "0.0001",
  "0.00012345": "0.00012345",
  "-0.0": "-0.0",
  "1e15": "1000000000000000.0",
  "1e16": "1e+16",
  "123456.789e3": "123456789.0",
  "5e-324": "5e-324",
  "1.7976931348623157e308": "1.7976931348623157e+308",
  "9007199254740991": "9007199254740991",
  "9007199254740993": "9007199254740993",
  "-8944500312345678901": "-8944500312345678901",
};

Deno.test("parseJson() keeps every number as Python prints it, in a text and in JSON", () => {
  for (const [written, text] of Object.entries(printed)) {
    const value = parseJson(written);
    assertEquals(String(value), text, written);
    assertEquals(JSON.stringify({ a: [value] }), `{"a":[${text}]}`, written);
  }
  assertEquals(parseJson('{"a": ["2.0", null, true, 3]}'), { a: ["2.0", null, true, 3] });
});

Deno.test("parseJson() refuses a number that has no word in JSON", () => {
  assertThrows(() => parseJson("1e400"), SyntaxError, "1e400");
  assertThrows(() => parseJson("9".repeat(4301)), SyntaxError);
  assertEquals(String(parseJson("9".repeat(4300))), "9".repeat(4300));
});

Deno.test("pythonInteger(), pythonFloat() and decimalInteger() give a plain number, if it prints as Python's", () => {
  assertEquals(pythonInteger(12n), 12);
  assertEquals(pythonFloat(1.5), 1.5);
  assertEquals(decimalInteger("+0012"), 12);
  assertEquals(String(decimalInteger("+12345678901234567890")), "12345678901234567890");
  assertEquals([pythonFloat(Infinity), pythonFloat(NaN)], [undefined, undefined]);
});

Deno.test("negated() and isFalsy() see through a number that is kept as its text", () => {
  const texts = ["2.0", "-2.0", "0.0", "-0.0", "0", "9007199254740992", "-9007199254740992"];
  assertEquals(
    texts.map((text) => String(negated(parseJson(text)))),
    ["-2.0", "2.0", "-0.0", "0.0", "0", "-9007199254740992", "9007199254740992"],
  );
  assertEquals(texts.map((text) => isFalsy(parseJson(text))), [false, false, true, true, true, false, false]);
});
