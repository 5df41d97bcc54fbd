/**
 * What a DELETE does to one object:
 *
 *   has finalizers? ── no ──▶ gone
 *          └── yes ──▶ gets a deletionTimestamp and stays until the last finalizer is taken away
 *
 * Foreground and Orphan put a finalizer of their own on it, which `reconcile/collect-garbage.ts` takes away once the
 * dependents are gone or disowned; after Background the dependents are left without an owner, and go. A namespace stays until
 * `reconcile/drain-namespace.ts` has emptied it; what happens to its contents is no choice, so propagation is not asked.
 */
import { NAMESPACES, qualified, type ResourceName } from "../resource-names.ts";
import type { ObjectStore, StoredObject } from "../store/object-store.ts";
import { type JsonObject, objectAt, sameJson, withMember } from "./json.ts";
import { finalizersOf, generationOf, isBeingDeleted, timestamp, uidOf, withMetadata } from "./metadata.ts";
import { PERMANENT_NAMESPACES } from "./permanent-namespaces.ts";
import { forbiddenObject, preconditionFailed } from "./refusal.ts";

export interface DeletionPorts {
  readonly store: ObjectStore;
  readonly now: () => number;
  readonly changed: (namespace: string) => void;
}

export interface DeletionOptions {
  readonly dryRun: boolean;
  /** As the object's finalizers say when absent, which usually means Background. */
  readonly propagation?: Propagation;
  readonly uid?: string;
  readonly resourceVersion?: string;
}

/** What becomes of the objects that name this one as their owner. */
export type Propagation = "Background" | "Foreground" | "Orphan";

/** Holds an owner until its blocking dependents are gone. */
export const FOREGROUND = "foregroundDeletion";
/** Holds an owner until its dependents have forgotten it. */
export const ORPHAN = "orphan";

export class Deletion {
  readonly #ports: DeletionPorts;

  constructor(ports: DeletionPorts) {
    this.#ports = ports;
  }

  /** The object while something holds it, without the values of a Secret; undefined once it is gone. */
  delete(stored: StoredObject, resource: ResourceName, options: DeletionOptions): JsonObject | undefined {
    checkPreconditions(stored, resource, options);
    const { key } = stored;
    if (isNamespace(stored) && PERMANENT_NAMESPACES.includes(key.name)) {
      throw forbiddenObject(resource, key.name, { why: "this namespace may not be deleted" });
    }
    if (options.dryRun) {
      const body = markedForDeletion(stored, options.propagation, this.#ports.now());
      return body === undefined ? undefined : shownWithoutValues({ ...stored, body });
    }
    const left = this.#ports.store.transaction(() => this.begin(stored, options.propagation));
    this.#ports.changed(isNamespace(stored) ? key.name : key.namespace);
    return left === undefined ? undefined : shownWithoutValues(left);
  }

  /** For controllers, in their transaction: what is left of the object, which may be nothing. */
  begin(stored: StoredObject, propagation: Propagation | undefined): StoredObject | undefined {
    const { store, now } = this.#ports;
    const body = markedForDeletion(stored, propagation, now());
    if (body !== undefined) {
      return sameJson(body, stored.body) ? stored : store.replace(stored, { body, sealed: stored.sealed });
    }
    store.remove(stored);
    return undefined;
  }
}

/** A Secret's stored body says of its values only that they are there. */
export function shownWithoutValues({ body, sealed, resourceVersion }: StoredObject): JsonObject {
  const shown = sealed === undefined ? body : withMember(body, "data", undefined);
  return withMetadata(shown, { resourceVersion: String(resourceVersion) });
}

/** The body while it is being deleted; undefined when nothing holds it. */
function markedForDeletion(
  stored: StoredObject,
  propagation: Propagation | undefined,
  nowMs: number,
): JsonObject | undefined {
  const { body } = stored;
  const finalizers = isNamespace(stored) ? finalizersOf(body) : propagated(finalizersOf(body), propagation);
  if (finalizers.length === 0 && !isNamespace(stored)) return undefined;
  const begun = isBeingDeleted(body)
    ? {}
    : {
        deletionTimestamp: timestamp(nowMs),
        ...(isNamespace(stored) ? {} : { deletionGracePeriodSeconds: 0 }),
        ...(generationOf(body) > 0 ? { generation: generationOf(body) + 1 } : {}),
      };
  const marked = withMetadata(body, { ...begun, finalizers: finalizers.length === 0 ? undefined : finalizers });
  if (!isNamespace(stored)) return marked;
  return { ...marked, status: { ...objectAt(body, "status"), phase: "Terminating" } };
}

function propagated(finalizers: readonly string[], propagation: Propagation | undefined): readonly string[] {
  const others = finalizers.filter((each) => each !== FOREGROUND && each !== ORPHAN);
  switch (propagation) {
    case undefined:
      return finalizers;
    case "Background":
      return others;
    case "Foreground":
      return [...others, FOREGROUND];
    case "Orphan":
      return [...others, ORPHAN];
    default:
      return propagation satisfies never;
  }
}

function isNamespace({ key }: StoredObject): boolean {
  return key.resource === qualified(NAMESPACES);
}

function checkPreconditions(stored: StoredObject, resource: ResourceName, options: DeletionOptions): void {
  const uid = uidOf(stored.body);
  if (options.uid !== undefined && options.uid !== uid) {
    throw preconditionFailed(resource, stored.key.name, { what: "UID", expected: options.uid, stored: uid });
  }
  const version = String(stored.resourceVersion);
  if (options.resourceVersion !== undefined && options.resourceVersion !== version) {
    const versions = { what: "ResourceVersion", expected: options.resourceVersion, stored: version };
    throw preconditionFailed(resource, stored.key.name, versions);
  }
}
