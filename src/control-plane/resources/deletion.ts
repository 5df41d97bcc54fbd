/**
 * Deleting: at once, or, while finalizers hold the object, by a deletionTimestamp. A namespace that is deleted deletes
 * what is in it and goes when it is empty.
 */

import type { ResourceKind } from "../kind.ts";
import { NAMESPACES } from "../resource-names.ts";
import type { ObjectStore, StoredObject } from "../store/object-store.ts";
import type { JsonObject } from "./json.ts";
import { finalizersOf, generationOf, isBeingDeleted, timestamp, uidOf, withMetadata } from "./metadata.ts";
import { PERMANENT_NAMESPACES } from "./permanent-namespaces.ts";
import { conflict, forbidden, qualified } from "./refusal.ts";

export interface DeletionPorts {
  readonly store: ObjectStore;
  readonly now: () => number;
  readonly changed: (namespace: string) => void;
}

export interface DeletionOptions {
  readonly dryRun: boolean;
  readonly uid?: string;
  readonly resourceVersion?: string;
}

export class Deletion {
  readonly #ports: DeletionPorts;

  constructor(ports: DeletionPorts) {
    this.#ports = ports;
  }

  /** The object while finalizers hold it, without the values of a Secret; undefined once it is gone. */
  delete(stored: StoredObject, kind: ResourceKind, options: DeletionOptions): JsonObject | undefined {
    checkPreconditions(stored, kind, options);
    const isNamespace = stored.key.resource === qualified(NAMESPACES);
    const { name } = stored.key;
    if (isNamespace && PERMANENT_NAMESPACES.includes(name)) {
      const message = `namespaces ${JSON.stringify(name)} is forbidden: this namespace may not be deleted`;
      throw forbidden(message, { name, kind: kind.plural });
    }
    if (options.dryRun) return undefined;
    const left = this.#ports.store.transaction(() =>
      isNamespace ? this.#deleteNamespace(stored) : this.#deleteObject(stored, kind.hasStatus),
    );
    this.#ports.changed(isNamespace ? stored.key.name : stored.key.namespace);
    if (left === undefined) return undefined;
    return withMetadata(left.body, { resourceVersion: String(left.resourceVersion) });
  }

  /** Takes the object away, and its namespace if that only waited for it. */
  remove(stored: StoredObject): StoredObject {
    const last = this.#ports.store.remove(stored);
    this.removeNamespaceIfDrained(stored.key.namespace);
    return last;
  }

  #deleteObject(stored: StoredObject, countsGenerations: boolean): StoredObject | undefined {
    if (finalizersOf(stored.body).length === 0) {
      this.remove(stored);
      return undefined;
    }
    if (isBeingDeleted(stored.body)) return stored;
    return this.#ports.store.replace(stored, {
      sealed: stored.sealed,
      body: withMetadata(stored.body, {
        deletionTimestamp: timestamp(this.#ports.now()),
        deletionGracePeriodSeconds: 0,
        ...(countsGenerations ? { generation: generationOf(stored.body) + 1 } : {}),
      }),
    });
  }

  #deleteNamespace(stored: StoredObject): StoredObject | undefined {
    const { store, now } = this.#ports;
    if (!isBeingDeleted(stored.body)) {
      const body = withMetadata(stored.body, { deletionTimestamp: timestamp(now()) });
      store.replace(stored, { body: { ...body, status: { phase: "Terminating" } }, sealed: undefined });
    }
    for (const object of store.inNamespace(stored.key.name)) {
      this.#deleteObject(object, generationOf(object.body) > 0);
    }
    this.removeNamespaceIfDrained(stored.key.name);
    return store.get(stored.key);
  }

  /** Does nothing to a namespace that is not being deleted. */
  removeNamespaceIfDrained(name: string): void {
    const { store } = this.#ports;
    const namespace = store.get({ resource: qualified(NAMESPACES), namespace: "", name });
    if (namespace === undefined || !isBeingDeleted(namespace.body)) return;
    if (finalizersOf(namespace.body).length > 0 || store.inNamespace(name).length > 0) return;
    store.remove(namespace);
  }
}

function checkPreconditions(stored: StoredObject, kind: ResourceKind, options: DeletionOptions): void {
  const uid = uidOf(stored.body);
  if (options.uid !== undefined && options.uid !== uid) {
    const why = `Precondition failed: UID in precondition: ${options.uid}, UID in object meta: ${uid}`;
    throw conflict(kind, stored.key.name, why);
  }
  const version = String(stored.resourceVersion);
  if (options.resourceVersion !== undefined && options.resourceVersion !== version) {
    const why = `Precondition failed: ResourceVersion in precondition: ${options.resourceVersion}, ResourceVersion in object meta: ${version}`;
    throw conflict(kind, stored.key.name, why);
  }
}
