/**
 * A Secret: `stringData` becomes base64 in `data`; one of the type for access tokens gets its token. Values never appear in messages, logs or stored text; see
 * `secret-sealer.ts` for how they rest.
 */

import { validateAccessToken, withToken } from "../access/access-token-secret.ts";
import { AGE, type ResourceKind } from "../kind.ts";
import { SECRETS } from "../resource-names.ts";
import { objectAt, sameJson, textAt, textsAt, valueAt, withMember } from "../resources/json.ts";
import { flag, objectSchema, text, textMap } from "../validation/common-schemas.ts";
import { type FieldError, immutableField, invalidKeyName, mustNotSet } from "../validation/field-error.ts";
import { secretValue } from "./secret-value.ts";

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
  printerColumns: [{ name: "Type", type: "string", jsonPath: ".type" }, AGE],
  applyDefaults(object) {
    const added = Object.entries(textsAt(object, "stringData")).map(([key, value]) => [key, secretValue(value)]);
    const data = { ...objectAt(object, "data"), ...Object.fromEntries(added) };
    const typed = { type: "Opaque", ...withMember(object, "stringData", undefined) };
    return Object.keys(data).length === 0 ? typed : { ...typed, data };
  },
  complete: withToken,
  validate(object, old) {
    const errors: FieldError[] = [];
    for (const [key, value] of Object.entries(textsAt(object, "data"))) {
      if (!KEY.test(key)) {
        errors.push(invalidKeyName(key, "data", "a key consists of alphanumeric characters, '-', '_' or '.'"));
      }
      if (!BASE64.test(value)) errors.push({ message: "the value is not base64", paths: [`data[${key}]`] });
    }
    const [oldType, newType] = [textAt(old, "type"), textAt(object, "type")];
    if (old !== undefined && oldType !== newType) {
      const change = { old: JSON.stringify(oldType), new: JSON.stringify(newType) };
      errors.push(immutableField("type", change));
    }
    if (errors.length === 0) errors.push(...validateAccessToken(object));
    if (valueAt(old, "immutable") === true) {
      const kept = ["data", "type", "immutable"].every((name) => sameJson(valueAt(old, name), valueAt(object, name)));
      if (!kept) errors.push({ ...mustNotSet("data"), details: "field is immutable when `immutable` is set" });
    }
    return errors;
  },
};
