/** CESQL's casts (CESQL 3.7); undefined where there is none. */
import type { CesqlType, CesqlValue } from "./expression.ts";

/** What stands where an expression of this type fails (CESQL 3.1). */
export const ZERO: Readonly<Record<CesqlType, CesqlValue>> = { String: "", Integer: 0, Boolean: false };

/** Integers have 32 bits (CESQL 3.1). */
export const LARGEST_INTEGER = 2_147_483_647;
export const SMALLEST_INTEGER = -2_147_483_648;
const DIGIT_ZERO = 0x30;
const PLUS = 0x2b;
const MINUS = 0x2d;

export function isInteger(value: number): boolean {
  return Number.isInteger(value) && value >= SMALLEST_INTEGER && value <= LARGEST_INTEGER;
}

function toText(value: CesqlValue): string {
  return typeof value === "string" ? value : String(value);
}

function toBoolean(value: CesqlValue): boolean | undefined {
  if (typeof value === "boolean") return value;
  if (typeof value === "number") return value !== 0;
  if (value.length !== "true".length && value.length !== "false".length) return undefined;
  const lower = value.toLowerCase();
  if (lower === "true") return true;
  return lower === "false" ? false : undefined;
}

function toInteger(value: CesqlValue): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "boolean" ? Number(value) : integerIn(value);
}

export interface Cast<T extends CesqlValue> {
  readonly type: CesqlType;
  readonly convert: (value: CesqlValue) => T | undefined;
}

export const TO_BOOLEAN: Cast<boolean> = { type: "Boolean", convert: toBoolean };
export const TO_INTEGER: Cast<number> = { type: "Integer", convert: toInteger };
export const TO_TEXT: Cast<string> = { type: "String", convert: toText };

/** `value` with the type that `model` has. */
export function castLike(value: CesqlValue, model: CesqlValue): CesqlValue | undefined {
  if (typeof model === "string") return toText(value);
  return typeof model === "number" ? toInteger(value) : toBoolean(value);
}

/** Digits with at most a sign before them. By hand: filters ask it of every event. */
function integerIn(text: string): number | undefined {
  const sign = text.charCodeAt(0);
  const start = sign === PLUS || sign === MINUS ? 1 : 0;
  if (start === text.length) return undefined;
  let value = 0;
  for (let index = start; index < text.length; index++) {
    const digit = text.charCodeAt(index) - DIGIT_ZERO;
    // Zeros may lead, so it is the value and not the length that tells what is too large.
    if (digit < 0 || digit > 9 || value > LARGEST_INTEGER) return undefined;
    value = value * 10 + digit;
  }
  // 0 - 0 is 0, where -0 would be another number.
  const signed = sign === MINUS ? 0 - value : value;
  return isInteger(signed) ? signed : undefined;
}
