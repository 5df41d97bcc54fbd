/** Who owns an object: references that were validated when they were written, and what they lead to. */
import { kindOf, resourceOf } from "../registry.ts";
import { qualified } from "../resource-names.ts";
import { FOREGROUND } from "../resources/deletion.ts";
import { isJsonObject, type JsonObject, listAt, textAt, valueAt } from "../resources/json.ts";
import { finalizersOf, isBeingDeleted, uidOf } from "../resources/metadata.ts";
import type { ObjectKey, StoredObject } from "../store/object-store.ts";

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  /** The owner, deleted in the foreground, waits for this object. */
  readonly blocksOwner: boolean;
}

/**
 * `waiting`: it is being deleted in the foreground and goes once its dependents have gone. Owners of kinds that are not
 * served here are taken to be there: whoever writes such references looks after them.
 */
export type OwnerState = "there" | "waiting" | "gone";

export type FindObject = (key: ObjectKey) => StoredObject | undefined;

export function ownersOf(object: JsonObject): readonly OwnerReference[] {
  return listAt(object, "metadata", "ownerReferences")
    .filter(isJsonObject)
    .map((reference) => ({
      apiVersion: textAt(reference, "apiVersion") ?? "",
      kind: textAt(reference, "kind") ?? "",
      name: textAt(reference, "name") ?? "",
      uid: textAt(reference, "uid") ?? "",
      blocksOwner: valueAt(reference, "blockOwnerDeletion") === true,
    }));
}

/** An owner lives in the namespace of what it owns, or in none; one of another namespace is none. */
export function ownerState(reference: OwnerReference, namespace: string, find: FindObject): OwnerState {
  const group = reference.apiVersion.split("/").slice(0, -1).join("/");
  const resource = resourceOf(group, reference.kind);
  const kind = resource === undefined ? undefined : kindOf(resource);
  if (kind === undefined) return "there";
  const place = { resource: qualified(kind), namespace: kind.namespaced ? namespace : "" };
  const owner = find({ ...place, name: reference.name })?.body;
  if (owner === undefined || uidOf(owner) !== reference.uid) return "gone";
  return isBeingDeleted(owner) && finalizersOf(owner).includes(FOREGROUND) ? "waiting" : "there";
}
