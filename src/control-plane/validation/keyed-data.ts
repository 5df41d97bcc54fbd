/** What ConfigMaps and Secrets hold: values under keys that could be file names, and may be made immutable. */
import { type JsonObject, sameJson, valueAt } from "../resources/json.ts";
import { isBase64 } from "./base64.ts";
import { type FieldError, invalidKeyName, mustNotSet } from "./field-error.ts";

const KEY = /^[-._a-zA-Z0-9]{1,253}$/;

export function validateKeys(data: Readonly<Record<string, string>>, path: string): readonly FieldError[] {
  const rule = "a key consists of alphanumeric characters, '-', '_' or '.'";
  const wrong = Object.keys(data).filter((key) => !KEY.test(key));
  return wrong.map((key) => invalidKeyName(key, path, rule));
}

/** Values never appear in the errors. */
export function validateBase64(data: Readonly<Record<string, string>>, path: string): readonly FieldError[] {
  const wrong = Object.entries(data).filter(([, value]) => !isBase64(value));
  return wrong.map(([key]) => ({ message: "the value is not base64", paths: [`${path}[${key}]`] }));
}

/** `immutable` itself is one of the members: it cannot be taken back. */
export function validateImmutable(
  members: readonly string[],
  object: JsonObject,
  old: JsonObject | undefined,
): readonly FieldError[] {
  if (valueAt(old, "immutable") !== true) return [];
  const changed = members.filter((name) => !sameJson(valueAt(old, name), valueAt(object, name)));
  if (changed.length === 0) return [];
  return [{ ...mustNotSet(...changed), details: "field is immutable when `immutable` is set" }];
}
