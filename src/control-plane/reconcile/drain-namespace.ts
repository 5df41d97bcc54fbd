/**
 * Empties a namespace that is being deleted, a bounded number of objects at a time, and takes it away when nothing is left.
 * While finalizers hold something, its status says what.
 */
import { boundedMessage } from "../compile/conditions.ts";
import { NAMESPACES, qualified } from "../resource-names.ts";
import type { Deletion } from "../resources/deletion.ts";
import { listAt, objectAt, sameJson, textAt } from "../resources/json.ts";
import { finalizersOf, isBeingDeleted, timestamp } from "../resources/metadata.ts";
import type { ObjectStore, StoredObject } from "../store/object-store.ts";

export interface NamespaceDrainPorts {
  readonly store: ObjectStore;
  readonly deletion: Deletion;
  readonly now: () => number;
}

/** Objects whose deletion begins in one pass: other requests wait meanwhile. */
const DELETIONS_AT_ONCE = 500;

/** True when there is more to begin with. Does nothing to a namespace that stays. */
export function drainNamespace(name: string, ports: NamespaceDrainPorts): boolean {
  const { store, deletion, now } = ports;
  return store.transaction(() => {
    const namespace = store.get({ resource: qualified(NAMESPACES), namespace: "", name });
    if (namespace === undefined || !isBeingDeleted(namespace.body)) return false;
    const untouched = store.inNamespace(name).filter(({ body }) => !isBeingDeleted(body));
    for (const object of untouched.slice(0, DELETIONS_AT_ONCE)) deletion.begin(object, "Background");
    const left = store.inNamespace(name);
    if (left.length > 0) showRemaining(namespace, left, { store, now });
    else if (finalizersOf(namespace.body).length === 0) store.remove(namespace);
    return untouched.length > DELETIONS_AT_ONCE;
  });
}

function showRemaining(
  namespace: StoredObject,
  left: readonly StoredObject[],
  { store, now }: Pick<NamespaceDrainPorts, "store" | "now">,
): void {
  const resources = left.map(({ key }) => key.resource);
  const finalizers = left.flatMap(({ body }) => finalizersOf(body));
  const conditions = [
    {
      type: "NamespaceContentRemaining",
      reason: "SomeResourcesRemain",
      message: `Some resources are remaining: ${counted(resources, "has")}`,
    },
    {
      type: "NamespaceFinalizersRemaining",
      reason: "SomeFinalizersRemain",
      message: `Some content in the namespace has finalizers remaining: ${counted(finalizers, "in")}`,
    },
  ];
  const earlier = new Map(listAt(namespace.body, "status", "conditions").map((each) => [textAt(each, "type"), each]));
  const timed = conditions.map(({ type, reason, message }) => {
    const since = textAt(earlier.get(type), "lastTransitionTime") ?? timestamp(now());
    return { type, status: "True", lastTransitionTime: since, reason, message: boundedMessage(message) };
  });
  const status = { ...objectAt(namespace.body, "status"), conditions: timed };
  if (sameJson(status, objectAt(namespace.body, "status"))) return;
  store.replace(namespace, { body: { ...namespace.body, status }, sealed: undefined });
}

/** `brokers.eventing.knative.dev has 2 resource instances, …` */
function counted(words: readonly string[], verb: "has" | "in"): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const parts = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  return parts.map(([word, count]) => `${word} ${verb} ${count} resource instances`).join(", ");
}
