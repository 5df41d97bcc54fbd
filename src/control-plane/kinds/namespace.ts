/** A namespace: what resources live in, and the first segment of every ingest path. */
import { isReservedNamespace } from "../../core/reserved-namespaces.ts";
import type { ResourceKind } from "../kind.ts";
import { NAMESPACE_COLUMNS } from "../presentation/core-columns.ts";
import { NAMESPACES } from "../resource-names.ts";
import { isBeingDeleted, nameOf } from "../resources/metadata.ts";
import { listOf, objectSchema, struct, text } from "../validation/common-schemas.ts";

export const namespaceKind: ResourceKind = {
  ...NAMESPACES,
  kind: "Namespace",
  versions: ["v1"],
  singular: "namespace",
  shortNames: ["ns"],
  categories: [],
  namespaced: false,
  nameRule: "label",
  hasStatus: false,
  schema: objectSchema({
    spec: struct({ finalizers: listOf(text) }),
    status: struct({ phase: text }),
  }),
  printerColumns: NAMESPACE_COLUMNS,
  applyDefaults(object) {
    const phase = isBeingDeleted(object) ? "Terminating" : "Active";
    return { ...object, status: { phase } };
  },
  validate(object) {
    const name = nameOf(object);
    if (!isReservedNamespace(name)) return [];
    return [
      {
        message: `invalid value: ${name}`,
        paths: ["metadata.name"],
        details: "this name is reserved: a path of the API begins with it",
      },
    ];
  },
};
