/** CESQL's built-in functions (3.5) and casts. A name and a number of parameters choose one; users define none. */
import assert from "../assert.ts";
import type { CesqlValue } from "./expression.ts";
import { functionFailure, isFailure, mathFailure } from "./failure.ts";
import { asBoolean, asInteger, asText, booleanPart, integerPart, type Part, type Run, textPart } from "./part.ts";
import { leftOf, lengthOf, lower, rightOf, substringOf, trimmed, upper } from "./texts.ts";
import { type Cast, LARGEST_INTEGER, SMALLEST_INTEGER, TO_BOOLEAN, TO_INTEGER } from "./values.ts";

interface Builtin {
  readonly least: number;
  readonly most: number;
  /** `at` is where the call stands; there are as many parameters as it takes. */
  compile(at: number, parameters: readonly Part[]): Part;
}

const ANY_NUMBER = Number.POSITIVE_INFINITY;
/** Units of a joined text, as many as all attributes of an event may have: what is repeated in a call must not grow freely. */
const MAX_JOINED_LENGTH = 131_072;

const BUILTINS: ReadonlyMap<string, Builtin> = new Map([
  ["INT", ofOne((at, part) => integerPart(at, asInteger(part)))],
  ["BOOL", ofOne((at, part) => booleanPart(at, asBoolean(part)))],
  ["STRING", ofOne((at, part) => textPart(at, asText(part)))],
  ["IS_INT", ofOne((at, part) => booleanPart(at, mapped(part.run, isCastable(TO_INTEGER))))],
  ["IS_BOOL", ofOne((at, part) => booleanPart(at, mapped(part.run, isCastable(TO_BOOLEAN))))],
  ["ABS", ofOne((at, part) => integerPart(at, absolute(at, asInteger(part))))],
  ["LENGTH", ofOne((at, part) => integerPart(at, mapped(asText(part), lengthOf)))],
  ["LOWER", ofOne((at, part) => textPart(at, mapped(asText(part), lower)))],
  ["UPPER", ofOne((at, part) => textPart(at, mapped(asText(part), upper)))],
  ["TRIM", ofOne((at, part) => textPart(at, mapped(asText(part), trimmed)))],
  ["LEFT", endOfText(leftOf)],
  ["RIGHT", endOfText(rightOf)],
  ["SUBSTRING", { least: 2, most: 3, compile: substring }],
  ["CONCAT", { least: 0, most: ANY_NUMBER, compile: concatenation }],
  ["CONCAT_WS", { least: 1, most: ANY_NUMBER, compile: concatenationWithSeparator }],
]);

/** The call as a part, or undefined where there is no such function. `name` is in upper case. */
export function compileCall(name: string, at: number, parameters: readonly Part[]): Part | undefined {
  const builtin = BUILTINS.get(name);
  if (builtin === undefined || parameters.length < builtin.least || parameters.length > builtin.most) return undefined;
  return builtin.compile(at, parameters);
}

function ofOne(compile: (at: number, parameter: Part) => Part): Builtin {
  return { least: 1, most: 1, compile: (at, parameters) => compile(at, parameterAt(parameters, 0)) };
}

function parameterAt(parameters: readonly Part[], index: number): Part {
  const part = parameters[index];
  assert(part !== undefined, "a function is compiled with the parameters it takes");
  return part;
}

function isCastable<T extends CesqlValue>({ convert }: Cast<T>): (value: CesqlValue) => boolean {
  return (value) => convert(value) !== undefined;
}

function mapped<From extends CesqlValue, To extends CesqlValue>(run: Run<From>, of: (value: From) => To): Run<To> {
  return (attributes) => {
    const value = run(attributes);
    return isFailure(value) ? value : of(value);
  };
}

/** Nothing of 32 bits is the absolute value of the smallest integer; CESQL names what stands for it. */
function absolute(at: number, run: Run<number>): Run<number> {
  const overflow = mathFailure(at, "the absolute value is beyond 32 bits", LARGEST_INTEGER);
  return (attributes) => {
    const value = run(attributes);
    if (isFailure(value)) return value;
    return value === SMALLEST_INTEGER ? overflow : Math.abs(value);
  };
}

/** LEFT and RIGHT: a negative count is an error whose value is the whole text. */
function endOfText(cut: (text: string, count: number) => string): Builtin {
  const compile = (at: number, parameters: readonly Part[]) => {
    const runText = asText(parameterAt(parameters, 0));
    const runCount = asInteger(parameterAt(parameters, 1));
    return textPart(at, (attributes) => {
      const text = runText(attributes);
      if (isFailure(text)) return text;
      const count = runCount(attributes);
      if (isFailure(count)) return count;
      return count < 0 ? functionFailure(at, `${count} characters are asked for`, text) : cut(text, count);
    });
  };
  return { least: 2, most: 2, compile };
}

function substring(at: number, parameters: readonly Part[]): Part {
  const runText = asText(parameterAt(parameters, 0));
  const runPosition = asInteger(parameterAt(parameters, 1));
  const runLength: Run<number> = parameters.length > 2 ? asInteger(parameterAt(parameters, 2)) : () => LARGEST_INTEGER;
  const outside = functionFailure(at, "the text has no such position", "");
  const negative = functionFailure(at, "the length is negative", "");
  return textPart(at, (attributes) => {
    const text = runText(attributes);
    if (isFailure(text)) return text;
    const position = runPosition(attributes);
    if (isFailure(position)) return position;
    const length = runLength(attributes);
    if (isFailure(length)) return length;
    return length < 0 ? negative : (substringOf(text, position, length) ?? outside);
  });
}

function concatenation(at: number, parameters: readonly Part[]): Part {
  return textPart(
    at,
    joined(at, parameters.map(asText), () => ""),
  );
}

function concatenationWithSeparator(at: number, parameters: readonly Part[]): Part {
  const [separator, ...texts] = parameters.map(asText);
  assert(separator !== undefined, "CONCAT_WS is compiled with a separator");
  return textPart(at, joined(at, texts, separator));
}

function joined(at: number, texts: readonly Run<string>[], separator: Run<string>): Run<string> {
  const tooLong = functionFailure(at, `the text has more than ${MAX_JOINED_LENGTH} characters`, "");
  return (attributes) => {
    const between = separator(attributes);
    if (isFailure(between)) return between;
    let whole = "";
    for (const [index, run] of texts.entries()) {
      const text = run(attributes);
      if (isFailure(text)) return text;
      whole += index === 0 ? text : between + text;
      if (whole.length > MAX_JOINED_LENGTH) return tooLong;
    }
    return whole;
  };
}
