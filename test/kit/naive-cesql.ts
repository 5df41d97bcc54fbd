/**
 * CESQL by its words: walks the tree for every event, throws where an error ends the evaluation, and matches LIKE with a
 * regular expression. Slow, and of another make than the product, which must come to the same.
 */
import type { CesqlValue, Expression } from "../../src/core/cesql/expression.ts";
import type { Attributes } from "../../src/core/event.ts";

export type NaiveResult = { readonly value: CesqlValue } | { readonly error: string };

export function evaluateNaively(expression: Expression, attributes: Attributes): NaiveResult {
  try {
    return { value: evaluated(expression, attributes) };
  } catch (error) {
    if (error instanceof CesqlError) return { error: error.message };
    throw error;
  }
}

class CesqlError extends Error {}

function evaluated(expression: Expression, attributes: Attributes): CesqlValue {
  const value = (each: Expression) => evaluated(each, attributes);
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "attribute": {
      const found = Object.entries(attributes).find(([name]) => name === expression.name)?.[1];
      if (found === undefined) throw new CesqlError("missingAttribute");
      return typeof found === "number" && (found | 0) !== found ? `${found}` : found;
    }
    case "exists":
      return Object.keys(attributes).includes(expression.name);
    case "not":
      return !boolean(value(expression.operand));
    case "minus":
      return inRange(0 - integer(value(expression.operand)));
    case "logic": {
      const [first, ...rest] = expression.operands;
      if (first === undefined) throw new Error("logic without operands");
      return rest.reduce(
        (left: boolean, right) => {
          if (expression.operator === "AND") return left && boolean(value(right));
          if (expression.operator === "OR") return left || boolean(value(right));
          return left !== boolean(value(right));
        },
        boolean(value(first)),
      );
    }
    case "equality": {
      const [left, right] = [value(expression.left), value(expression.right)];
      return (cast(left, right) === right) !== expression.negated;
    }
    case "order": {
      const [left, right] = [value(expression.left), value(expression.right)].map(integer);
      if (left === undefined || right === undefined) throw new Error("two operands give two integers");
      return { "<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right }[expression.operator];
    }
    case "arithmetic": {
      const [left, right] = [value(expression.left), value(expression.right)].map(integer);
      if (left === undefined || right === undefined) throw new Error("two operands give two integers");
      return computed(expression.operator, left, right);
    }
    case "like":
      return regularExpression(expression.pattern).test(String(value(expression.operand))) !== expression.negated;
    case "in": {
      const operand = value(expression.operand);
      return expression.set.some((each) => cast(value(each), operand) === operand) !== expression.negated;
    }
    case "call":
      return called(expression.name, expression.parameters, value);
    default:
      return expression satisfies never;
  }
}

/** Functions of one parameter; the property tests draw no others. */
function called(name: string, parameters: readonly Expression[], value: (each: Expression) => CesqlValue): CesqlValue {
  const [parameter] = parameters;
  if (parameter === undefined || parameters.length > 1) throw new CesqlError("missingFunction");
  switch (name) {
    case "INT":
      return integer(value(parameter));
    case "BOOL":
      return boolean(value(parameter));
    case "STRING":
      return String(value(parameter));
    case "LENGTH":
      return [...String(value(parameter))].length;
    case "UPPER":
      return String(value(parameter)).toUpperCase();
    case "ABS": {
      const number = integer(value(parameter));
      return inRange(number < 0 ? -number : number);
    }
    default:
      throw new CesqlError("missingFunction");
  }
}

function cast(value: CesqlValue, model: CesqlValue): CesqlValue {
  if (typeof model === "string") return String(value);
  return typeof model === "number" ? integer(value) : boolean(value);
}

function boolean(value: CesqlValue): boolean {
  if (typeof value === "number") return value !== 0;
  if (typeof value === "boolean") return value;
  if (!/^(true|false)$/i.test(value)) throw new CesqlError("cast");
  return /^t/i.test(value);
}

function integer(value: CesqlValue): number {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (!/^[+-]?[0-9]+$/.test(value)) throw new CesqlError("cast");
  const number = BigInt(value.replace(/^\+/, ""));
  if (BigInt.asIntN(32, number) !== number) throw new CesqlError("cast");
  return Number(number);
}

function computed(operator: "+" | "-" | "*" | "/" | "%", left: number, right: number): number {
  if (right === 0 && (operator === "/" || operator === "%")) throw new CesqlError("math");
  const [x, y] = [BigInt(left), BigInt(right)];
  const of = { "+": () => x + y, "-": () => x - y, "*": () => x * y, "/": () => x / y, "%": () => x % y };
  return inRange(Number(of[operator]()));
}

function inRange(number: number): number {
  if ((number | 0) !== number) throw new CesqlError("math");
  return number;
}

function regularExpression(pattern: string): RegExp {
  const source = pattern.replace(/\\([%_])|./gsu, (part, escaped: string | undefined) => {
    if (escaped !== undefined) return escaped;
    if (part === "%") return ".*";
    return part === "_" ? "." : part.replace(/[\\^$.*+?()[\]{}|/]/u, "\\$&");
  });
  return new RegExp(`^${source}$`, "su");
}
