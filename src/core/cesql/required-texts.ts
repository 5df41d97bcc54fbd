/**
 * What an expression asks of an attribute by exact text if it is to be true: `type = 'x'`, `type IN ('x', 'y')`, also as
 * operands of AND and OR.
 */
import { type Alternatives, either, strictest } from "./alternatives.ts";
import type { Expression } from "./expression.ts";

/** The attribute's value must be a text in every event, as `type` and `source` are: no cast changes what is compared. */
export function requiredTexts(expression: Expression, name: string): Alternatives {
  switch (expression.kind) {
    case "logic": {
      const operands = expression.operands.map((each) => requiredTexts(each, name));
      if (expression.operator === "AND") return strictest(operands);
      return expression.operator === "OR" ? either(operands) : undefined;
    }
    case "equality": {
      const { left, right, negated } = expression;
      return negated ? undefined : (comparedWith(left, [right], name) ?? comparedWith(right, [left], name));
    }
    case "in":
      return expression.negated ? undefined : comparedWith(expression.operand, expression.set, name);
    case "literal":
    case "attribute":
    case "exists":
    case "not":
    case "minus":
    case "order":
    case "arithmetic":
    case "like":
    case "call":
      return undefined;
    default:
      return expression satisfies never;
  }
}

function comparedWith(attribute: Expression, others: readonly Expression[], name: string): Alternatives {
  if (attribute.kind !== "attribute" || attribute.name !== name) return undefined;
  const texts = others.flatMap((each) =>
    each.kind === "literal" && typeof each.value === "string" ? [each.value] : [],
  );
  return texts.length === others.length ? [...new Set(texts)] : undefined;
}
