/** A namespace: what resources live in, and the first segment of every ingest path. */
import { isReservedNamespace } from "../../../core/reserved-namespaces.ts";
import type { ResourceKind } from "../../kind.ts";
import { NAMESPACE_COLUMNS } from "../../presentation/core-columns.ts";
import { NAMESPACES } from "../../resource-names.ts";
import { objectAt } from "../../resources/json.ts";
import { isBeingDeleted, nameOf } from "../../resources/metadata.ts";
import { conditionSchema, listOf, objectSchema, struct, text } from "../../validation/common-schemas.ts";

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
  schema: {
    description: "What other objects live in. Its name begins the path of every address in it.",
    ...objectSchema({
      spec: struct({
        finalizers: { ...listOf(text), description: "Set by the server: keeps it until all in it are gone." },
      }),
      status: struct({
        phase: { ...text, description: "Active, or Terminating while it waits for what is in it to go." },
        conditions: { ...listOf(conditionSchema), description: "What holds it while it is being deleted." },
      }),
    }),
  },
  printerColumns: NAMESPACE_COLUMNS,
  applyDefaults(object) {
    // Whoever deletes it sees by this that it stays until it is empty.
    const spec = { finalizers: ["kubernetes"] };
    if (!isBeingDeleted(object)) return { ...object, spec, status: { phase: "Active" } };
    return { ...object, spec, status: { ...objectAt(object, "status"), phase: "Terminating" } };
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
