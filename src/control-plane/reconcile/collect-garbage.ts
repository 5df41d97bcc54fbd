/** Carries out what `garbage-plan.ts` plans for one namespace. */

import type { Deletion } from "../resources/deletion.ts";
import { type Json, listAt, textAt } from "../resources/json.ts";
import { finalizersOf, isBeingDeleted, uidOf, withMetadata } from "../resources/metadata.ts";
import type { ObjectKey, ObjectStore, StoredObject } from "../store/object-store.ts";
import { planGarbage } from "./garbage-plan.ts";

export interface GarbagePorts {
  readonly store: ObjectStore;
  readonly deletion: Deletion;
}

/** True when something was done, after which there may be more to do. */
export function collectGarbage(namespace: string, ports: GarbagePorts): boolean {
  const { store, deletion } = ports;
  return store.transaction(() => {
    const plan = planGarbage(store.inNamespace(namespace), finder(store));
    for (const [object, owners] of plan.disowned) disown(object, owners, store);
    for (const { object, finalizer } of plan.releases) release(object, finalizer, store);
    for (const { object, propagation } of plan.deletions) {
      const current = unchangedIdentity(object, store);
      if (current !== undefined) deletion.begin(current, propagation);
    }
    return plan.disowned.size + plan.releases.length + plan.deletions.length > 0;
  });
}

/** Dependents mostly share their owners. */
function finder(store: ObjectStore): (key: ObjectKey) => StoredObject | undefined {
  const found = new Map<string, StoredObject | undefined>();
  return (key) => {
    const text = `${key.resource}/${key.namespace}/${key.name}`;
    if (!found.has(text)) found.set(text, store.get(key));
    return found.get(text);
  };
}

function disown(object: StoredObject, owners: ReadonlySet<string>, store: ObjectStore): void {
  const current = unchangedIdentity(object, store);
  if (current === undefined) return;
  const kept = listAt(current.body, "metadata", "ownerReferences").filter(
    (each) => !owners.has(textAt(each, "uid") ?? ""),
  );
  const ownerReferences: Json | undefined = kept.length === 0 ? undefined : kept;
  store.replace(current, { body: withMetadata(current.body, { ownerReferences }), sealed: current.sealed });
}

function release(object: StoredObject, finalizer: string, store: ObjectStore): void {
  const current = unchangedIdentity(object, store);
  if (current === undefined || !isBeingDeleted(current.body)) return;
  const finalizers = finalizersOf(current.body).filter((each) => each !== finalizer);
  if (finalizers.length === 0) store.remove(current);
  else store.replace(current, { body: withMetadata(current.body, { finalizers }), sealed: current.sealed });
}

/** As it is now: an earlier step may have changed it. */
function unchangedIdentity(object: StoredObject, store: ObjectStore): StoredObject | undefined {
  const current = store.get(object.key);
  return current !== undefined && uidOf(current.body) === uidOf(object.body) ? current : undefined;
}
