/** A ConfigMap: settings of people and tools. Knative's `config-features` is the one that is read here (`reconcile/feature-flags.ts`). */
import type { ResourceKind } from "../../kind.ts";
import { CONFIG_MAP_COLUMNS } from "../../presentation/core-columns.ts";
import { CONFIG_MAPS } from "../../resource-names.ts";
import { textsAt } from "../../resources/json.ts";
import { flag, objectSchema, textMap } from "../../validation/common-schemas.ts";
import { type FieldError, invalidKeyName } from "../../validation/field-error.ts";
import { validateBase64, validateImmutable, validateKeys } from "../../validation/keyed-data.ts";

export const configMapKind: ResourceKind = {
  ...CONFIG_MAPS,
  kind: "ConfigMap",
  versions: ["v1"],
  singular: "configmap",
  shortNames: ["cm"],
  categories: [],
  namespaced: true,
  nameRule: "subdomain",
  hasStatus: false,
  schema: {
    description:
      "Settings under names, for the tools that read them. Sluice reads one: config-features in knative-eventing.",
    ...objectSchema({
      data: { ...textMap, description: "Values as text." },
      binaryData: { ...textMap, description: "Values in base64." },
      immutable: { ...flag, description: "Once true, values stay as they are until the object is deleted." },
    }),
  },
  printerColumns: CONFIG_MAP_COLUMNS,
  applyDefaults: (object) => object,
  validate(object, old) {
    const data = textsAt(object, "data");
    const binaryData = textsAt(object, "binaryData");
    const twice = Object.keys(binaryData).filter((key) => Object.hasOwn(data, key));
    const errors: FieldError[] = twice.map((key) => invalidKeyName(key, "binaryData", "data has the same key"));
    return [
      ...errors,
      ...validateKeys(data, "data"),
      ...validateKeys(binaryData, "binaryData"),
      ...validateBase64(binaryData, "binaryData"),
      ...validateImmutable(["data", "binaryData", "immutable"], object, old),
    ];
  },
};
