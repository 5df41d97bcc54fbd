/** CESQL's operators (3.4) as closures. Operands are asked from left to right; the first that fails decides. */
import type { ArithmeticOperator, CesqlValue, LogicOperator, OrderOperator } from "./expression.ts";
import { type Failure, isFailure, mathFailure, uncastable } from "./failure.ts";
import type { TextTest } from "./like-pattern.ts";
import { asBoolean, asInteger, asText, type Part, type Run } from "./part.ts";
import { type Cast, castLike, isInteger, TO_BOOLEAN, TO_INTEGER, TO_TEXT } from "./values.ts";

/** Where the other operand is an attribute, its type is known only with the event. */
const OTHERS = "the type of what it is compared with";

interface Operands {
  readonly left: Part;
  readonly right: Part;
}

export function not(operand: Part): Run<boolean> {
  const run = asBoolean(operand);
  return (attributes) => {
    const value = run(attributes);
    return isFailure(value) ? value : !value;
  };
}

export function minus(operand: Part, at: number): Run<number> {
  const run = asInteger(operand);
  const overflow = beyondRange(at);
  return (attributes) => {
    const value = run(attributes);
    return isFailure(value) ? value : ranged(0 - value, overflow);
  };
}

/** AND and OR stop at the operand that decides, so that what comes after it cannot fail (CESQL 3.6). */
export function logic(operator: LogicOperator, operands: readonly Part[]): Run<boolean> {
  const runs = operands.map(asBoolean);
  switch (operator) {
    case "AND":
      return untilOneIs(false, runs);
    case "OR":
      return untilOneIs(true, runs);
    case "XOR":
      return (attributes) => {
        let odd = false;
        for (const run of runs) {
          const value = run(attributes);
          if (isFailure(value)) return value;
          odd = odd !== value;
        }
        return odd;
      };
    default:
      return operator satisfies never;
  }
}

function untilOneIs(decisive: boolean, runs: readonly Run<boolean>[]): Run<boolean> {
  return (attributes) => {
    for (const run of runs) {
      const value = run(attributes);
      // What decides, or a failure.
      if (value !== !decisive) return value;
    }
    return !decisive;
  };
}

/** The right operand's type is the one that both are compared in (CESQL 3.7). */
export function equality(left: Part, right: Part, negated: boolean): Run<boolean> {
  switch (right.type) {
    case "Boolean":
      return binary(TO_BOOLEAN, { left, right }, (x, y) => (x === y) !== negated);
    case "Integer":
      return binary(TO_INTEGER, { left, right }, (x, y) => (x === y) !== negated);
    case "String":
      return binary(TO_TEXT, { left, right }, (x, y) => (x === y) !== negated);
    case "Any":
      return equalAsRight(left, right, negated);
    default:
      return right satisfies never;
  }
}

function equalAsRight(left: Part, right: Part, negated: boolean): Run<boolean> {
  const runLeft: Run<CesqlValue> = left.run;
  const runRight: Run<CesqlValue> = right.run;
  const failure = uncastable(left.at, OTHERS);
  return (attributes) => {
    const x = runLeft(attributes);
    if (isFailure(x)) return x;
    const y = runRight(attributes);
    if (isFailure(y)) return y;
    const cast = castLike(x, y);
    return cast === undefined ? failure : (cast === y) !== negated;
  };
}

export function order(operator: OrderOperator, left: Part, right: Part): Run<boolean> {
  return binary(TO_INTEGER, { left, right }, comparison(operator));
}

/** Both operands are evaluated before either is cast, so that an absent attribute is what an event is told first. */
function binary<T extends CesqlValue, Result extends CesqlValue>(
  { type, convert }: Cast<T>,
  { left, right }: Operands,
  apply: (x: T, y: T) => Result | Failure,
): Run<Result> {
  const runLeft: Run<CesqlValue> = left.run;
  const runRight: Run<CesqlValue> = right.run;
  const [leftFailure, rightFailure] = [uncastable(left.at, type), uncastable(right.at, type)];
  return (attributes) => {
    const x = runLeft(attributes);
    if (isFailure(x)) return x;
    const y = runRight(attributes);
    if (isFailure(y)) return y;
    const castX = convert(x);
    if (castX === undefined) return leftFailure;
    const castY = convert(y);
    return castY === undefined ? rightFailure : apply(castX, castY);
  };
}

function comparison(operator: OrderOperator): (x: number, y: number) => boolean {
  switch (operator) {
    case "<":
      return (x, y) => x < y;
    case "<=":
      return (x, y) => x <= y;
    case ">":
      return (x, y) => x > y;
    case ">=":
      return (x, y) => x >= y;
    default:
      return operator satisfies never;
  }
}

/** A result beyond 32 bits is an error and not another number: a filter must not pass by wrapping around. */
export function arithmetic(operator: ArithmeticOperator, at: number, operands: Operands): Run<number> {
  const compute = computation(operator);
  const overflow = beyondRange(at);
  const byZero = mathFailure(at, "division by zero");
  const divides = operator === "/" || operator === "%";
  return binary(TO_INTEGER, operands, (x, y) => (divides && y === 0 ? byZero : ranged(compute(x, y), overflow)));
}

/** Rounded towards zero; the remainder has the sign of `x`. */
function computation(operator: ArithmeticOperator): (x: number, y: number) => number {
  switch (operator) {
    case "+":
      return (x, y) => x + y;
    case "-":
      return (x, y) => x - y;
    case "*":
      return (x, y) => x * y;
    case "/":
      return (x, y) => Math.trunc(x / y);
    case "%":
      return (x, y) => x % y;
    default:
      return operator satisfies never;
  }
}

export function like(operand: Part, matches: TextTest, negated: boolean): Run<boolean> {
  const run = asText(operand);
  return (attributes) => {
    const text = run(attributes);
    return isFailure(text) ? text : matches(text) !== negated;
  };
}

/** The left operand's type is the one that the elements are compared in (CESQL 3.7). */
export function among(operand: Part, set: readonly Part[], negated: boolean): Run<boolean> {
  const run: Run<CesqlValue> = operand.run;
  const elements = set.map((part): readonly [Run<CesqlValue>, Failure] => [part.run, uncastable(part.at, OTHERS)]);
  return (attributes) => {
    const value = run(attributes);
    if (isFailure(value)) return value;
    for (const [runElement, failure] of elements) {
      const element = runElement(attributes);
      if (isFailure(element)) return element;
      const cast = castLike(element, value);
      if (cast === undefined) return failure;
      if (cast === value) return !negated;
    }
    return negated;
  };
}

function beyondRange(at: number): Failure {
  return mathFailure(at, "the result is beyond 32 bits");
}

/** Also turns -0 into 0, which is the same integer. */
function ranged(value: number, overflow: Failure): number | Failure {
  return isInteger(value) ? value + 0 : overflow;
}
