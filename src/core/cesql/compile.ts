/**
 * CESQL v1 (CloudEvents SQL Expression Language 1.0.0): a text becomes one closure over an event's attributes.
 *
 *   text ──tokens──▶ ──parse──▶ tree ──compile──▶ parts with types ──▶ { value, error }
 *
 * Evaluation is in CESQL's *fail fast mode* (4.1): the first error ends it, and the value is the zero of the expression's
 * type. That is all a filter needs, because an event with an error does not pass.
 */
import { type Attributes, attributeOf } from "../event.ts";
import type { CesqlType, CesqlValue, Expression } from "./expression.ts";
import { type Failure, isFailure, missingAttribute, missingFunction } from "./failure.ts";
import { compileCall } from "./functions.ts";
import { likePattern } from "./like-pattern.ts";
import { among, arithmetic, equality, like, logic, minus, not, order } from "./operators.ts";
import { parseCesql } from "./parse.ts";
import { booleanPart, integerPart, type Part, type Run, textPart } from "./part.ts";
import { isInteger, ZERO } from "./values.ts";

export interface Evaluation {
  readonly value: CesqlValue;
  /** Absent when all went well. */
  readonly error?: Failure;
}

export interface CesqlProgram {
  readonly expression: Expression;
  /** `Any` for an attribute alone: the event decides. */
  readonly type: CesqlType | "Any";
  /** The first call of a function that does not exist; whoever reaches it gets an error, whatever the event. */
  readonly unknownFunction?: Failure;
  evaluate(attributes: Attributes): Evaluation;
  /** Whether it yields true and no error: what a filter asks. */
  holds(attributes: Attributes): boolean;
}

export type Compiled =
  | { readonly kind: "program"; readonly program: CesqlProgram }
  /** `at` is an offset from 0. */
  | { readonly kind: "malformed"; readonly at: number; readonly message: string };

export function compileCesql(text: string): Compiled {
  const parsed = parseCesql(text);
  return parsed.kind === "malformed" ? parsed : { kind: "program", program: programOf(parsed.expression) };
}

function programOf(expression: Expression): CesqlProgram {
  const compiler = new Compiler();
  const { type, at, run } = compiler.part(expression);
  const zero = type === "Any" ? false : ZERO[type];
  return {
    expression,
    type,
    ...(compiler.unknownFunction === undefined ? {} : { unknownFunction: compiler.unknownFunction }),
    evaluate(attributes) {
      const result: CesqlValue | Failure = run(attributes);
      if (!isFailure(result)) return { value: result };
      // A part that fails may have a value of its own; what stands around it has not.
      return { value: result.at === at ? result.value : zero, error: result };
    },
    holds: (attributes) => run(attributes) === true,
  };
}

class Compiler {
  unknownFunction: Failure | undefined;

  part(expression: Expression): Part {
    const { at } = expression;
    switch (expression.kind) {
      case "literal":
        return literal(at, expression.value);
      case "attribute":
        return { type: "Any", at, run: attributeReader(at, expression.name) };
      case "exists":
        return booleanPart(at, (attributes) => attributeOf(attributes, expression.name) !== undefined);
      case "not":
        return booleanPart(at, not(this.part(expression.operand)));
      case "minus":
        return integerPart(at, minus(this.part(expression.operand), at));
      case "logic":
        return booleanPart(at, logic(expression.operator, this.#parts(expression.operands)));
      case "equality":
        return booleanPart(at, equality(this.part(expression.left), this.part(expression.right), expression.negated));
      case "order":
        return booleanPart(at, order(expression.operator, this.part(expression.left), this.part(expression.right)));
      case "arithmetic": {
        const operands = { left: this.part(expression.left), right: this.part(expression.right) };
        return integerPart(at, arithmetic(expression.operator, at, operands));
      }
      case "like":
        return booleanPart(
          at,
          like(this.part(expression.operand), likePattern(expression.pattern), expression.negated),
        );
      case "in":
        return booleanPart(at, among(this.part(expression.operand), this.#parts(expression.set), expression.negated));
      case "call":
        return this.#call(expression.name, at, this.#parts(expression.parameters));
      default:
        return expression satisfies never;
    }
  }

  #parts(expressions: readonly Expression[]): readonly Part[] {
    return expressions.map((each) => this.part(each));
  }

  /** An unknown function is an error of evaluation, not of the text (CESQL 3.5). */
  #call(name: string, at: number, parameters: readonly Part[]): Part {
    const known = compileCall(name, at, parameters);
    if (known !== undefined) return known;
    const failure = missingFunction(at, name, parameters.length);
    this.unknownFunction ??= failure;
    return booleanPart(at, () => failure);
  }
}

function literal(at: number, value: CesqlValue): Part {
  if (typeof value === "string") return textPart(at, () => value);
  return typeof value === "number" ? integerPart(at, () => value) : booleanPart(at, () => value);
}

/** A number that is no 32-bit integer is a text, as everything that CESQL has no type for (3.2). */
function attributeReader(at: number, name: string): Run<CesqlValue> {
  const missing = missingAttribute(at, name);
  return (attributes) => {
    const value = attributeOf(attributes, name);
    if (value === undefined) return missing;
    return typeof value === "number" && !isInteger(value) ? String(value) : value;
  };
}
