/** Something may be created only in a namespace that is there and not on its way out. */
import { NAMESPACES } from "../resource-names.ts";
import { isBeingDeleted } from "../resources/metadata.ts";
import { forbiddenObject, notFound } from "../resources/refusal.ts";
import { namespaceKey, type Scope } from "../resources/scope.ts";
import type { ObjectStore } from "../store/object-store.ts";

export function checkNamespace(scope: Scope, name: string, store: ObjectStore): void {
  if (!scope.kind.namespaced) return;
  const namespace = store.get(namespaceKey(scope.namespace));
  if (namespace === undefined) throw notFound(NAMESPACES, scope.namespace);
  if (!isBeingDeleted(namespace.body)) return;
  const why = `unable to create new content in namespace ${scope.namespace} because it is being terminated`;
  const cause = {
    reason: "NamespaceTerminating",
    message: `namespace ${scope.namespace} is being terminated`,
    field: "metadata.namespace",
  };
  throw forbiddenObject(scope.kind, name, { why, causes: [cause] });
}
