/** The operators between two expressions: how tight they bind, and what they make of their operands. */
import type { ArithmeticOperator, Expression, LogicOperator, OrderOperator } from "./expression.ts";

type BinaryOperator = LogicOperator | OrderOperator | ArithmeticOperator | "=" | "!=" | "<>";

interface Binding {
  readonly operator: BinaryOperator;
  /** A higher level binds tighter. */
  readonly level: number;
}

/** From the loosest to the tightest. */
const LEVELS: readonly (readonly BinaryOperator[])[] = [
  ["AND", "OR", "XOR"],
  ["=", "!=", "<>", "<", "<=", ">", ">="],
  ["+", "-"],
  ["*", "/", "%"],
];

const BINDINGS: ReadonlyMap<string, Binding> = new Map(
  LEVELS.flatMap((operators, level) => operators.map((operator) => [operator, { operator, level }])),
);

/** `text` is a sign, or a word in upper case. */
export function binaryOperator(text: string): Binding | undefined {
  return BINDINGS.get(text);
}

export function binaryExpression(
  operator: BinaryOperator,
  at: number,
  { left, right }: { readonly left: Expression; readonly right: Expression },
): Expression {
  switch (operator) {
    case "AND":
    case "OR":
    case "XOR":
      if (left.kind === "logic" && left.operator === operator) return { ...left, operands: [...left.operands, right] };
      return { kind: "logic", at, operator, operands: [left, right] };
    case "=":
      return { kind: "equality", at, negated: false, left, right };
    case "!=":
    case "<>":
      return { kind: "equality", at, negated: true, left, right };
    case "<":
    case "<=":
    case ">":
    case ">=":
      return { kind: "order", at, operator, left, right };
    case "+":
    case "-":
    case "*":
    case "/":
    case "%":
      return { kind: "arithmetic", at, operator, left, right };
    default:
      return operator satisfies never;
  }
}
