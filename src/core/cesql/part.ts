/**
 * A compiled part of an expression: a closure over the attributes of an event, with the type of what it yields. An
 * attribute's type is known only when its event is there; everything else has one type for good.
 */
import type { Attributes } from "../event.ts";
import type { CesqlValue } from "./expression.ts";
import { type Failure, isFailure, uncastable } from "./failure.ts";
import { type Cast, TO_BOOLEAN, TO_INTEGER, TO_TEXT } from "./values.ts";

export type Run<T extends CesqlValue> = (attributes: Attributes) => T | Failure;

export type Part =
  | { readonly type: "Boolean"; readonly at: number; readonly run: Run<boolean> }
  | { readonly type: "Integer"; readonly at: number; readonly run: Run<number> }
  | { readonly type: "String"; readonly at: number; readonly run: Run<string> }
  | { readonly type: "Any"; readonly at: number; readonly run: Run<CesqlValue> };

export function asBoolean(part: Part): Run<boolean> {
  return part.type === "Boolean" ? part.run : cast(part, TO_BOOLEAN);
}

export function asInteger(part: Part): Run<number> {
  return part.type === "Integer" ? part.run : cast(part, TO_INTEGER);
}

export function asText(part: Part): Run<string> {
  return part.type === "String" ? part.run : cast(part, TO_TEXT);
}

export function booleanPart(at: number, run: Run<boolean>): Part {
  return { type: "Boolean", at, run };
}

export function integerPart(at: number, run: Run<number>): Part {
  return { type: "Integer", at, run };
}

export function textPart(at: number, run: Run<string>): Part {
  return { type: "String", at, run };
}

function cast<T extends CesqlValue>(part: Part, { type, convert }: Cast<T>): Run<T> {
  const run: Run<CesqlValue> = part.run;
  const failure = uncastable(part.at, type);
  return (attributes) => {
    const value = run(attributes);
    return isFailure(value) ? value : (convert(value) ?? failure);
  };
}
