/**
 * The form of a simulated device's answers.
 * @module
 */
import type { FailureKind } from "../../errors.ts";
import { exitOfKind } from "../exit_kinds.ts";
import type { SimulatedDevice } from "./device.ts";
import type { Answer, Payload } from "../remote.ts";

/** What a program does to a device, and prints: `values` are its arguments by name, `rest` those without one. */
export type Answering = (
  device: SimulatedDevice,
  values: { readonly [name: string]: string },
  rest: readonly string[],
  payload?: Payload,
) => Answer;

export function answer(stdout: string): Answer {
  return { code: 0, stdout, stderr: "" };
}

/** As `die` of prelude.sh. */
export function die(kind: FailureKind, message: string): Answer {
  return { code: exitOfKind(kind), stdout: "", stderr: `${message}\n` };
}
