import { assertEquals, assertThrows } from "@std/assert";
import {
  ArithmeticProblem,
  calculate,
  type Figure,
  figureOf,
  rounded,
  valueOfFigure,
} from "../../../../lib/ansible/python/arithmetic.ts";
import { pythonFloat } from "../../../../lib/ansible/python/python_number.ts";

Deno.test("calculate() gives what Python gives, if whole numbers, floats and signs meet", () => {
  const table: [left: Figure, operator: string, right: Figure, text: string][] = [
    [7n, "/", 2n, "3.5"],
    [6n, "/", 2n, "3.0"],
    [-7n, "//", 2n, "-4"],
    [-7n, "%", 3n, "2"],
    [7n, "%", -3n, "-2"],
    [-7.5, "//", 2n, "-4.0"],
    [-7.5, "%", 2n, "0.5"],
    [1n, "+", 1, "2.0"],
    [0.1, "+", 0.2, "0.30000000000000004"],
    [2n, "**", 100n, "1267650600228229401496703205376"],
    [2n, "**", -1n, "0.5"],
    [9007199254740993n, "+", 1n, "9007199254740994"],
    [8944500312345678901n, "*", 1n, "8944500312345678901"],
  ];
  for (const [left, operator, right, text] of table) {
    assertEquals(
      String(valueOfFigure(calculate(operator, left, right))),
      text,
      `${left} ${operator} ${right}`,
    );
  }
});

Deno.test("calculate() refuses, if there is no such number or one of too many digits", () => {
  const table: [left: Figure, operator: string, right: Figure][] = [
    [1n, "/", 0n],
    [1n, "%", 0n],
    [1.5, "//", 0],
    [0, "**", -1],
    [2n, "**", 1_000_000n],
    [10n ** 4000n, "*", 10n ** 4000n],
  ];
  for (const [left, operator, right] of table) {
    assertThrows(() => calculate(operator, left, right), ArithmeticProblem);
  }
  assertThrows(() => valueOfFigure(1e308 * 10), ArithmeticProblem);
});

Deno.test("rounded() takes the even one of two that are equally near, as Python does", () => {
  const table: [value: Figure, digits: number, expected: Figure][] = [
    [2.5, 0, 2],
    [3.5, 0, 4],
    [-2.5, 0, -2],
    [0.5, 0, 0],
    [2.675, 2, 2.67],
    [0.125, 2, 0.12],
    [0.375, 2, 0.38],
    [1234n, -2, 1200n],
    [1250n, -2, 1200n],
    [1350n, -2, 1400n],
    [5n, 1, 5n],
  ];
  for (const [value, digits, expected] of table) {
    assertEquals(rounded(value, digits), expected, `${value} ${digits}`);
  }
});

Deno.test("figureOf() knows a number however it is kept, and a boolean for one", () => {
  assertEquals([7, true, false, pythonFloat(2), pythonFloat(1e22), "7", null].map(figureOf), [
    7n,
    1n,
    0n,
    2,
    1e22,
    undefined,
    undefined,
  ]);
});
