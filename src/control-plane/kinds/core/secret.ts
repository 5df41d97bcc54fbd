/**
 * A Secret: `stringData` becomes base64 in `data`; one of the type for access tokens gets its token. Values never appear in messages, logs or stored text; see
 * `secret-sealer.ts` for how they rest.
 */
import { validateAccessToken, withToken } from "../../access/access-token-secret.ts";
import type { ResourceKind } from "../../kind.ts";
import { SECRET_COLUMNS } from "../../presentation/core-columns.ts";
import { SECRETS } from "../../resource-names.ts";
import { objectAt, textsAt, withMember } from "../../resources/json.ts";
import { flag, objectSchema, text, textMap } from "../../validation/common-schemas.ts";
import { immutableMembers } from "../../validation/immutable-fields.ts";
import { validateBase64, validateImmutable, validateKeys } from "../../validation/keyed-data.ts";
import { secretValue } from "./secret-value.ts";

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
  schema: {
    description: "Values that others must not see. They rest encrypted.",
    ...objectSchema({
      type: {
        ...text,
        description: "What it is for; Opaque if absent. sluice.dev/access-token makes a token with the role in data.",
      },
      immutable: { ...flag, description: "Whether data and type stay as they are; it cannot be taken back." },
      data: { ...textMap, description: "Values in base64." },
      stringData: { ...textMap, description: "Values as text. They are written into data and never shown here." },
    }),
  },
  printerColumns: SECRET_COLUMNS,
  selectableFields: ["type"],
  normalize(object) {
    const added = Object.entries(textsAt(object, "stringData")).map(([key, value]) => [key, secretValue(value)]);
    if (added.length === 0) return withMember(object, "stringData", undefined);
    const data = Object.fromEntries([...Object.entries(objectAt(object, "data") ?? {}), ...added]);
    return { ...withMember(object, "stringData", undefined), data };
  },
  applyDefaults(object) {
    const typed = { type: "Opaque", ...object };
    return Object.keys(objectAt(object, "data") ?? {}).length === 0 ? withMember(typed, "data", undefined) : typed;
  },
  complete: withToken,
  validate(object, old) {
    const data = textsAt(object, "data");
    const errors = [
      ...validateKeys(data, "data"),
      ...validateBase64(data, "data"),
      // It is for one purpose, which whoever may see it depends on.
      ...immutableMembers(["type"], object, old),
      ...validateImmutable(["data", "type", "immutable"], object, old),
    ];
    return errors.length === 0 ? validateAccessToken(object) : errors;
  },
};
