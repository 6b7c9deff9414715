/**
 * Python's tuple: a list to JSON and to anyone who reads it, but written down in round brackets.
 * @module
 */

/** A list that Python would write as `(1, 2)`. Made by `Tuple.from()`. */
export class Tuple<T> extends Array<T> {
  // What is made of one by map() or slice() is a plain list.
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }
}
