/**
 * Writes the objects that others are made of, as their owners want them: what is missing is created, what somebody changed is
 * put right, what is wanted no more goes. A channel that is wanted no more stays, with its Subscriptions, until it is drained
 * (`drain-channels.ts`). What the rules of its kind, its size or the quota do not let be written is told: its owner's status
 * says so.
 */
import { isPartOf, type OwnershipLookUp, ownershipOf, type Part, partUid, type RefusedPart } from "../compile/part.ts";
import type { ResourceKind } from "../kind.ts";
import { entriesOf } from "../managed-fields/manager-entry.ts";
import { recordWrite } from "../managed-fields/record-write.ts";
import { kindNamed, kindOf } from "../registry.ts";
import { IN_MEMORY_CHANNELS, NAMESPACES, qualified, SUBSCRIPTIONS } from "../resource-names.ts";
import { admitUpdate, checkRecordedSize } from "../resources/admission.ts";
import type { Deletion } from "../resources/deletion.ts";
import { type Json, type JsonObject, sameJson, textAt, textsAt } from "../resources/json.ts";
import { isBeingDeleted, nameOf, namespaceOf, timestamp, uidOf, withMetadata } from "../resources/metadata.ts";
import { Refusal } from "../resources/refusal.ts";
import { apiVersionOf } from "../resources/versions.ts";
import type { ObjectStore, StoredObject } from "../store/object-store.ts";
import { isSetting } from "../validation/annotations.ts";
import { checkQuota } from "../writes/storage-quota.ts";
import { controllerWriter, createdByController } from "./controller-write.ts";
import { ownershipLookUp } from "./ownership-lookup.ts";

export interface PartPorts {
  readonly store: ObjectStore;
  readonly deletion: Deletion;
  readonly now: () => number;
}

/** The parts that could not be written. Level-triggered: run twice, nothing happens. Does nothing in a namespace that is being deleted. */
export function writeParts(namespace: string, ports: PartPorts): readonly RefusedPart[] {
  const { store, deletion } = ports;
  const home = store.get({ resource: qualified(NAMESPACES), namespace: "", name: namespace });
  if (home === undefined || isBeingDeleted(home.body)) return [];
  const objects = store.inNamespace(namespace);
  const owners = objects.filter(
    ({ body, key }) => kindNamed(key.resource)?.parts !== undefined && !isBeingDeleted(body),
  );
  if (owners.length === 0) return [];
  return store.transaction(() => {
    const refused: RefusedPart[] = [];
    for (const owner of owners) {
      for (const part of kindNamed(owner.key.resource)?.parts?.(owner.body) ?? []) {
        const why = whyRefused(() => writePart(owner, part, ports));
        if (why !== undefined) refused.push({ resource: part.resource, name: part.name, why });
      }
    }
    const lookUp = ownershipLookUp(store);
    for (const object of objects) {
      if (isIdle(object, lookUp)) deletion.begin(object, "Background");
    }
    return refused;
  });
}

/** Refusals come before anything is stored, so that the transaction goes on; a bug, or the world, ends it. */
function whyRefused(write: () => void): string | undefined {
  try {
    write();
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}

/**
 * A Subscription that is left over on a channel which is not, or that is somebody else's: no event is to come to it any more. On a
 * channel of its owner that became nobody's it stays: what is held for it has nowhere else to go.
 */
function isIdle({ key, body }: StoredObject, lookUp: OwnershipLookUp): boolean {
  if (key.resource !== qualified(SUBSCRIPTIONS) || isBeingDeleted(body)) return false;
  const ownership = ownershipOf(SUBSCRIPTIONS, body, lookUp);
  if (ownership.kind !== "left-over") return false;
  const name = textAt(body, "spec", "channel", "name") ?? "";
  const channel = lookUp.find(IN_MEMORY_CHANNELS, key.namespace, name);
  if (channel === undefined) return true;
  const { kind } = ownershipOf(IN_MEMORY_CHANNELS, channel, lookUp);
  const wasPart = isPartOf(channel, ownership.owner.object, { resource: IN_MEMORY_CHANNELS, name });
  return kind === "part" || (kind === "independent" && !wasPart);
}

function writePart(owner: StoredObject, part: Part, { store, now }: PartPorts): void {
  const kind = kindOf(part.resource);
  if (kind === undefined) throw new Error("a part is of a kind that is not served");
  const key = { resource: qualified(part.resource), namespace: owner.key.namespace, name: part.name };
  const stored = store.get(key);
  if (stored === undefined) {
    const content = { body: newPart(kind, part, { owner: owner.body, nowMs: now() }), sealed: undefined };
    checkQuota(kind, part.name, { store, content });
    store.insert(key, content);
    return;
  }
  // Somebody else's object keeps its name; the owner's status says so.
  if (!isPartOf(stored.body, owner.body, part) || isBeingDeleted(stored.body)) return;
  const body = correctedPart(kind, part, { stored: stored.body, owner: owner.body, nowMs: now() });
  if (body === stored.body) return;
  const content = { body, sealed: undefined };
  checkQuota(kind, part.name, { store, content, previous: stored });
  store.replace(stored, content);
}

function newPart(
  kind: ResourceKind,
  part: Part,
  { owner, nowMs }: { readonly owner: JsonObject; readonly nowMs: number },
): JsonObject {
  const bare: JsonObject = {
    apiVersion: apiVersionOf(kind, kind.versions[0]),
    kind: kind.kind,
    metadata: {
      name: part.name,
      namespace: namespaceOf(owner),
      annotations: part.annotations,
      ownerReferences: [ownerReference(owner)],
    },
    spec: part.spec,
  };
  return createdByController(kind, bare, { uid: partUid(uidOf(owner), part), nowMs });
}

/** What people added beside the settings of Sluice stays. */
function correctedPart(
  kind: ResourceKind,
  part: Part,
  { stored, owner, nowMs }: { readonly stored: JsonObject; readonly owner: JsonObject; readonly nowMs: number },
): JsonObject {
  const others = Object.entries(textsAt(stored, "metadata", "annotations")).filter(([name]) => !isSetting(name));
  const annotations = { ...Object.fromEntries(others), ...part.annotations };
  const wanted = withMetadata(
    { ...stored, spec: part.spec },
    { annotations, ownerReferences: [ownerReference(owner)] },
  );
  // Mostly nothing is to be done, and to see that is cheaper than to admit it.
  if (sameJson(kind.applyDefaults(wanted), stored)) return stored;
  const after = admitUpdate(kind, wanted, stored);
  const writer = controllerWriter(apiVersionOf(kind, kind.versions[0]), timestamp(nowMs));
  const write = { before: stored, requested: wanted, after, writer, applied: undefined };
  return checkRecordedSize(recordWrite(write, entriesOf(stored)));
}

function ownerReference(owner: JsonObject): Json {
  return {
    apiVersion: textAt(owner, "apiVersion") ?? "",
    kind: textAt(owner, "kind") ?? "",
    name: nameOf(owner),
    uid: uidOf(owner),
    controller: true,
    blockOwnerDeletion: true,
  };
}
