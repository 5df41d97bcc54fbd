/**
 * A Secret: `stringData` becomes base64 in `data`. Values never appear in messages, logs or stored text; see
 * `secret-sealer.ts` for how they rest.
 */

import type { ResourceKind } from "../kind.ts";
import { SECRET_COLUMNS } from "../presentation/core-columns.ts";
import { SECRETS } from "../resource-names.ts";
import { objectAt, sameJson, textsAt, valueAt, withMember } from "../resources/json.ts";
import { flag, objectSchema, text, textMap } from "../validation/common-schemas.ts";
import { type FieldError, invalidKeyName, mustNotSet } from "../validation/field-error.ts";

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const KEY = /^[-._a-zA-Z0-9]{1,253}$/;

export const secretKind: ResourceKind = {
  ...SECRETS,
  kind: "Secret",
  versions: ["v1"],
  singular: "secret",
  shortNames: [],
  categories: [],
  namespaced: true,
  nameRule: "subdomain",
  hasStatus: false,
  sealed: true,
  schema: objectSchema({ type: text, immutable: flag, data: textMap, stringData: textMap }),
  printerColumns: SECRET_COLUMNS,
  selectableFields: ["type"],
  normalize(object) {
    const added = Object.entries(textsAt(object, "stringData")).map(([key, value]) => [key, base64(value)]);
    if (added.length === 0) return withMember(object, "stringData", undefined);
    const data = Object.fromEntries([...Object.entries(objectAt(object, "data") ?? {}), ...added]);
    return { ...withMember(object, "stringData", undefined), data };
  },
  applyDefaults(object) {
    const typed = { type: "Opaque", ...object };
    return Object.keys(objectAt(object, "data") ?? {}).length === 0 ? withMember(typed, "data", undefined) : typed;
  },
  validate(object, old) {
    const errors: FieldError[] = [];
    for (const [key, value] of Object.entries(textsAt(object, "data"))) {
      if (!KEY.test(key)) {
        errors.push(invalidKeyName(key, "data", "a key consists of alphanumeric characters, '-', '_' or '.'"));
      }
      if (!BASE64.test(value)) errors.push({ message: "the value is not base64", paths: [`data[${key}]`] });
    }
    if (valueAt(old, "immutable") === true) {
      const kept = ["data", "type", "immutable"].every((name) => sameJson(valueAt(old, name), valueAt(object, name)));
      if (!kept) errors.push({ ...mustNotSet("data"), details: "field is immutable when `immutable` is set" });
    }
    return errors;
  },
};

/** The bytes that a validated `data` value stands for, as text. */
export function secretText(value: string): string {
  const bytes = Uint8Array.from(atob(value), (char) => char.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}

function base64(value: string): string {
  let binary = "";
  for (const byte of new TextEncoder().encode(value)) binary += String.fromCharCode(byte);
  return btoa(binary);
}
