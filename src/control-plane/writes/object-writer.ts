/**
 * Creating and changing objects. Refusals are thrown.
 *
 * Sealing a Secret is asynchronous, so a write reads, computes, seals and then stores only if nothing was written
 * meanwhile; otherwise it starts again. A write that changes nothing stores nothing and keeps the resourceVersion.
 */
import { NAMESPACES, qualified, type ResourceName } from "../resource-names.ts";
import { decodeRequest } from "../resources/admission.ts";
import { type JsonObject, sameJson, textAt } from "../resources/json.ts";
import { finalizersOf, isBeingDeleted, nameOf, timestamp } from "../resources/metadata.ts";
import { alreadyExists, badRequest, notFound, unavailable } from "../resources/refusal.ts";
import { keyOf, type Scope } from "../resources/scope.ts";
import { checkStillAllowed } from "../resources/still-allowed.ts";
import { presented, type StoredObjects } from "../resources/stored-objects.ts";
import { atRest } from "../resources/versions.ts";
import type { Content, ObjectKey, ObjectStore, StoredObject } from "../store/object-store.ts";
import { decodeConfiguration } from "./applied-configuration.ts";
import { changedObject, type Written } from "./changed-object.ts";
import { createdObject, withGeneratedName } from "./created-object.ts";
import { checkReferences } from "./foreign-references.ts";
import { checkNamespace } from "./namespace-check.ts";
import { checkNothingExpected } from "./preconditions.ts";
import { checkQuota, type QuotaWrite } from "./storage-quota.ts";
import { checkTokenQuota } from "./token-quota.ts";
import type { Apply, Change, WriteOptions, WriteRequest } from "./write-request.ts";

export interface WriterPorts {
  readonly store: ObjectStore;
  readonly objects: StoredObjects;
  readonly now: () => number;
  /** A UUID. */
  readonly newUid: () => string;
  /** Called in the turn of every write, after it is stored: this namespace has to be reconciled. */
  readonly changed: (namespace: string) => void;
}

/** Times a write starts again because another one came between; each loser means that another one won. */
const MAX_TRIES = 20;
/** Names generated for one object before it is said that they are taken. */
const MAX_GENERATED_NAMES = 8;

export class ObjectWriter {
  readonly #ports: WriterPorts;

  constructor(ports: WriterPorts) {
    this.#ports = ports;
  }

  async create(scope: Scope, incoming: JsonObject, options: WriteOptions): Promise<Written> {
    if ((textAt(incoming, "metadata", "resourceVersion") ?? "") !== "") {
      throw badRequest("resourceVersion should not be set on objects to be created");
    }
    const request = this.#request(scope, options);
    const { object, warnings } = decodeRequest({ ...scope, ...options, incoming });
    const named = this.#named(scope, object);
    const created = await this.#insert(request, named, "Update");
    if (created === undefined) throw alreadyExists(scope.kind, nameOf(named));
    return { object: created, warnings };
  }

  /** Changes an object that is there. */
  async change({ scope, name }: ObjectPlace, change: Change, options: WriteOptions): Promise<Written> {
    const request = this.#request(scope, options);
    return untilAlone(() => this.#changeOnce(request, change, this.#ports.objects.get(scope, name)));
  }

  /** Server-side apply: changes the object, or creates it when there is none. */
  async apply({ scope, name }: ObjectPlace, change: Apply, options: WriteOptions): Promise<Applied> {
    const request = this.#request(scope, options);
    return untilAlone(async () => {
      const stored = this.#ports.objects.find(scope, name);
      const isNew = stored === undefined;
      const written = isNew
        ? await this.#createByApply(request, name, change)
        : await this.#changeOnce(request, change, stored);
      return written === undefined ? undefined : { ...written, isNew };
    });
  }

  /** The body has been read: see `still-allowed.ts`. */
  #request(scope: Scope, options: WriteOptions): WriteRequest {
    checkStillAllowed(scope);
    return { scope, options, now: timestamp(this.#ports.now()) };
  }

  #named(scope: Scope, object: JsonObject): JsonObject {
    let named = object;
    for (let names = 0; names < MAX_GENERATED_NAMES; names++) {
      named = withGeneratedName(object, this.#ports.newUid);
      if (this.#ports.store.get(keyOf(scope, nameOf(named))) === undefined) return named;
    }
    return named;
  }

  /** Undefined when an object of that name has come up meanwhile. */
  async #createByApply(request: WriteRequest, name: string, { configuration }: Apply): Promise<Written | undefined> {
    const { scope, options } = request;
    if (options.subresource === "status") throw notFound(scope.kind, name);
    const { object, warnings } = decodeConfiguration(request, configuration, { name, isPartial: false });
    checkNothingExpected(scope, object, name);
    const created = await this.#insert(request, object, "Apply");
    return created === undefined ? undefined : { object: created, warnings };
  }

  /** Undefined when the name is taken. */
  async #insert(
    request: WriteRequest,
    object: JsonObject,
    operation: "Apply" | "Update",
  ): Promise<JsonObject | undefined> {
    const { scope, options, now } = request;
    const { store, objects, newUid, changed } = this.#ports;
    const key = keyOf(scope, nameOf(object));
    checkNamespace(scope, key.name, store);
    const created = createdObject(request, object, { operation, identity: { uid: newUid(), creationTimestamp: now } });
    checkReferences(scope, created, undefined);
    if (store.get(key) !== undefined) return undefined;
    const content = await objects.seal(scope.kind, created);
    if (options.dryRun) return created;
    const stored = store.transaction(() => {
      checkNamespace(scope, key.name, store);
      if (store.get(key) !== undefined) return undefined;
      checkQuotas(scope.kind, key.name, { store, content });
      return store.insert(key, content);
    });
    if (stored === undefined) return undefined;
    changed(namespaceTouched(key));
    return presented(created, stored);
  }

  /** Undefined when another write came between. */
  async #changeOnce(request: WriteRequest, change: Change, stored: StoredObject): Promise<Written | undefined> {
    const { store, objects, changed } = this.#ports;
    const { scope, options } = request;
    const old = await objects.open(stored, scope);
    const { object, warnings } = changedObject(request, change, { stored, old });
    if (sameJson(object, old)) return { object: presented(old, stored), warnings };
    checkReferences(scope, object, old);
    if (options.dryRun) return { object: presented(object, stored), warnings };
    const content = await objects.seal(scope.kind, atRest(object, old, stored.body));
    const written = store.transaction(() => {
      if (store.get(stored.key)?.resourceVersion !== stored.resourceVersion) return undefined;
      checkQuotas(scope.kind, stored.key.name, { store, content, previous: stored });
      return this.#store(stored, object, content);
    });
    if (written === undefined) return undefined;
    changed(namespaceTouched(stored.key));
    return { object: presented(object, written), warnings };
  }

  /** Taking away the last finalizer of an object that is being deleted deletes it; a namespace first has to be empty. */
  #store(old: StoredObject, next: JsonObject, content: Content): StoredObject {
    const isNamespace = old.key.resource === qualified(NAMESPACES);
    const stays = isNamespace || !isBeingDeleted(next) || finalizersOf(next).length > 0;
    return stays ? this.#ports.store.replace(old, content) : this.#ports.store.remove(old);
  }
}

/** Which object of a kind is meant. */
interface ObjectPlace {
  readonly scope: Scope;
  readonly name: string;
}

export interface Applied extends Written {
  readonly isNew: boolean;
}

/** Tries until no other write comes between. */
async function untilAlone<T>(work: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const done = await work();
    if (done !== undefined) return done;
  }
  throw unavailable("too many writes to the same object at once");
}

function checkQuotas(resource: ResourceName, name: string, write: QuotaWrite): void {
  checkQuota(resource, name, write);
  checkTokenQuota(resource, name, write);
}

function namespaceTouched(key: ObjectKey): string {
  return key.namespace === "" ? key.name : key.namespace;
}
