/**
 * FieldsV1, the form in which sets of fields are written down, and the form in which messages name a field.
 *
 *   {"f:spec": {"f:delivery": {".": {}, "f:retry": {}}}}     .spec.delivery  .spec.delivery.retry
 */
import { isJsonObject, type Json, type JsonObject, parseJson } from "../resources/json.ts";
import { type FieldSet, fieldSet } from "./field-set.ts";

/** The value itself, beside some of what is in it. */
const ITSELF = ".";

/** What is no FieldsV1 is nothing. */
export function parseFieldsV1(fields: Json | undefined): FieldSet {
  return isJsonObject(fields) ? childrenOf(fields, false) : fieldSet(false, []);
}

export function fieldsV1(set: FieldSet): JsonObject {
  const children = [...set.children].sort(([a], [b]) => (a < b ? -1 : 1));
  const entries = children.map(([element, child]): [string, Json] => {
    const below = fieldsV1(child);
    return [element, child.own && child.children.size > 0 ? { [ITSELF]: {}, ...below } : below];
  });
  return Object.fromEntries(entries);
}

/** `.spec.delivery.retry`, `.metadata.finalizers[="example.com/hold"]`, `.metadata.ownerReferences[uid="1"]` */
export function fieldPathText(path: readonly string[]): string {
  return path.map(elementText).join("");
}

function childrenOf(fields: JsonObject, own: boolean): FieldSet {
  const children = Object.entries(fields).filter(([element]) => element !== ITSELF);
  return fieldSet(
    own,
    children.map(([element, below]) => [element, parseChild(below)]),
  );
}

function parseChild(fields: Json): FieldSet {
  if (!isJsonObject(fields)) return fieldSet(false, []);
  return childrenOf(fields, Object.keys(fields).length === 0 || Object.hasOwn(fields, ITSELF));
}

function elementText(element: string): string {
  const content = element.slice(2);
  if (element.startsWith("f:")) return `.${content}`;
  if (!element.startsWith("k:")) return `[=${content}]`;
  const parsed = parseJson(content);
  const keys = "value" in parsed && isJsonObject(parsed.value) ? Object.entries(parsed.value) : [];
  return `[${keys.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(",")}]`;
}

export function isFieldsV1(fields: Json | undefined): boolean {
  if (!isJsonObject(fields)) return false;
  return Object.entries(fields).every(
    ([element, below]) => (element === ITSELF || /^[fvki]:/.test(element)) && isFieldsV1(below),
  );
}
