/**
 * What becomes of a part that cannot be evaluated: it fails, and so does every part around it that asks for its value
 * (CESQL's *fail fast mode*, 4.1). Failures are made when an expression is compiled, so that an event that fails costs
 * nothing; only that of LEFT and RIGHT, whose value is the text, is made then.
 */
import type { CesqlValue } from "./expression.ts";

/** CESQL's types of errors (3.3). `parse` has no event to it. */
export type FailureKind = "math" | "cast" | "missingAttribute" | "missingFunction" | "functionEvaluation";

export interface Failure {
  readonly kind: FailureKind;
  /** Offset of the part that failed. */
  readonly at: number;
  readonly message: string;
  /** The value of the part that failed; parts around it have their own zero. */
  readonly value: CesqlValue;
}

export function isFailure<T extends CesqlValue>(result: T | Failure): result is Failure {
  return typeof result === "object";
}

export function missingAttribute(at: number, name: string): Failure {
  // Of a part whose type is not known it is a Boolean's zero (CESQL 3.2).
  return { kind: "missingAttribute", at, message: `the event has no attribute ${name}`, value: false };
}

export function missingFunction(at: number, name: string, parameters: number): Failure {
  const message = `there is no function ${name} with ${parameters} parameter${parameters === 1 ? "" : "s"}`;
  return { kind: "missingFunction", at, message, value: false };
}

/** The part at `at` has a value; what stands around it cannot use it, and fails with a zero of its own. */
export function uncastable(at: number, type: string): Failure {
  return { kind: "cast", at, message: `the value cannot be cast to ${type}`, value: false };
}

export function mathFailure(at: number, message: string, value = 0): Failure {
  return { kind: "math", at, message, value };
}

export function functionFailure(at: number, message: string, value: string): Failure {
  return { kind: "functionEvaluation", at, message, value };
}
