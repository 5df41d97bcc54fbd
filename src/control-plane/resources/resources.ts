/**
 * The verbs on resources: get, list, create, update, patch, apply (deletion is in `deletion.ts`). Refusals are thrown.
 *
 * Sealing a Secret is asynchronous, so a write reads, computes, seals and then stores only if nothing was written
 * meanwhile; otherwise it starts again. A write that changes nothing stores nothing and keeps the resourceVersion.
 */

import type { ResourceKind } from "../kind.ts";
import { NAMESPACES } from "../resource-names.ts";
import type { Content, ObjectKey, ObjectStore, StoredObject } from "../store/object-store.ts";
import type { SecretSealer } from "../store/secret-sealer.ts";
import type { WatchFormat } from "../watch/watch-format.ts";
import type { WatchHub } from "../watch/watch-hub.ts";
import type { WatchOptions } from "../watch/watch-options.ts";
import { decodeRequest } from "./admission.ts";
import { decodeConfiguration } from "./applied-configuration.ts";
import { changedObject, presented, type Written } from "./changed-object.ts";
import { createdObject, withGeneratedName } from "./created-object.ts";
import { Deletion, type DeletionOptions, shownWithoutValues } from "./deletion.ts";
import { type JsonObject, sameJson, textAt } from "./json.ts";
import { type ListOptions, type ListPage, listPage, selectPage } from "./list-page.ts";
import { finalizersOf, isBeingDeleted, nameOf, timestamp, uidOf } from "./metadata.ts";
import { checkNamespace } from "./namespace-check.ts";
import { checkNothingExpected } from "./preconditions.ts";
import { alreadyExists, badRequest, notFound, qualified, type Refusal, unauthorized, unavailable } from "./refusal.ts";
import type { Selector } from "./selectors.ts";
import { atRest, inVersion } from "./versions.ts";
import type { Apply, Change, WriteOptions, WriteRequest } from "./write-request.ts";

export interface ResourcesPorts {
  readonly store: ObjectStore;
  readonly sealer: SecretSealer;
  readonly now: () => number;
  /** A UUID. */
  readonly newUid: () => string;
  readonly watches: WatchHub;
  /** Called in the turn of every write, after it is stored: this namespace has to be reconciled. */
  readonly changed: (namespace: string) => void;
}

/** A kind in a namespace; the namespace is empty for what lives in none, and for lists across all. */
export interface Scope {
  readonly kind: ResourceKind;
  readonly version: string;
  readonly namespace: string;
  /** Why whoever asks may not read or write this object of the kind; absent when they may all of them. */
  readonly refuses?: (object: JsonObject) => Refusal | undefined;
  /** Whether they may still, for what goes on after the question; absent when that cannot end. */
  readonly isStillAllowed?: () => boolean;
}

/** Times a write starts again because another one came between; each loser means that another one won. */
const MAX_TRIES = 20;
/** Names generated for one object before it is said that they are taken. */
const MAX_GENERATED_NAMES = 8;

export class Resources {
  readonly #ports: ResourcesPorts;
  readonly #deletion: Deletion;

  constructor(ports: ResourcesPorts) {
    this.#ports = ports;
    this.#deletion = new Deletion(ports);
  }

  async get(scope: Scope, name: string): Promise<JsonObject> {
    return this.#present(this.#stored(scope, name), scope);
  }

  /** Leaves out what the scope refuses, as all that is done to many. */
  async list(scope: Scope, options: ListOptions): Promise<ListPage> {
    return listPage(scope, allowedOnly(scope, options), {
      store: this.#ports.store,
      present: (stored) => this.#present(stored, scope),
    });
  }

  async create(scope: Scope, incoming: JsonObject, options: WriteOptions): Promise<Written> {
    if ((textAt(incoming, "metadata", "resourceVersion") ?? "") !== "") {
      throw badRequest("resourceVersion should not be set on objects to be created");
    }
    const { object, warnings } = decodeRequest({ ...scope, ...options, incoming });
    const named = this.#named(scope, object);
    const created = await this.#insert(this.#request(scope, options), named, "Update");
    if (created === undefined) throw alreadyExists(scope.kind, nameOf(named));
    return { object: created, warnings };
  }

  /** Changes an object that is there. */
  async change(scope: Scope, name: string, change: Change, options: WriteOptions): Promise<Written> {
    const request = this.#request(scope, options);
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const changed = await this.#changeOnce(request, change, this.#stored(scope, name));
      if (changed !== undefined) return changed;
    }
    throw unavailable("too many writes to the same object at once");
  }

  /** Server-side apply: changes the object, or creates it when there is none. */
  async apply(
    scope: Scope,
    name: string,
    change: Apply,
    options: WriteOptions,
  ): Promise<Written & { readonly isNew: boolean }> {
    const request = this.#request(scope, options);
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const stored = this.#ports.store.get(keyOf(scope, name));
      const written =
        stored === undefined
          ? await this.#createByApply(request, name, change.configuration)
          : await this.#changeOnce(request, change, stored);
      if (written !== undefined) return { ...written, isNew: stored === undefined };
    }
    throw unavailable("too many writes to the same object at once");
  }

  /** The lines of a watch, each a change to what is selected; see `watch/watch-hub.ts`. */
  watch(scope: Scope, options: WatchOptions, format: WatchFormat): ReadableStream<Uint8Array> {
    const present = (stored: StoredObject) => {
      if (scope.isStillAllowed?.() === false) throw unauthorized("Unauthorized");
      return this.#present(stored, scope);
    };
    return this.#ports.watches.open({ scope, options: allowedOnly(scope, options), format, present });
  }

  /** `left` is the object while finalizers hold it. Works without the key of Secrets. */
  delete(scope: Scope, name: string, options: DeletionOptions): { readonly uid: string; readonly left?: JsonObject } {
    const stored = this.#stored(scope, name);
    const left = this.#deletion.delete(stored, scope.kind, options);
    return {
      uid: uidOf(stored.body),
      ...(left === undefined ? {} : { left: inVersion(scope.kind, left, scope.version) }),
    };
  }

  /** Deletes what a list would show, all of it or, when something is refused, nothing. Works without the key of Secrets. */
  deleteCollection(scope: Scope, selection: ListOptions, options: DeletionOptions): ListPage {
    return this.#ports.store.transaction(() => {
      const { found, resourceVersion } = selectPage(scope, allowedOnly(scope, selection), this.#ports.store);
      const items = found.map((stored) => {
        const left = this.#deletion.delete(stored, scope.kind, options);
        return inVersion(scope.kind, left ?? shownWithoutValues(stored), scope.version);
      });
      return { items, resourceVersion: String(resourceVersion) };
    });
  }

  #request(scope: Scope, options: WriteOptions): WriteRequest {
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
  async #createByApply(request: WriteRequest, name: string, configuration: JsonObject): Promise<Written | undefined> {
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
    const { store, newUid, changed } = this.#ports;
    const key = keyOf(scope, nameOf(object));
    checkNamespace(scope, key.name, store);
    const created = createdObject(request, object, { operation, identity: { uid: newUid(), creationTimestamp: now } });
    if (store.get(key) !== undefined) return undefined;
    const content = await this.#seal(scope.kind, created);
    if (options.dryRun) return created;
    const stored = store.transaction(() => {
      checkNamespace(scope, key.name, store);
      return store.get(key) === undefined ? store.insert(key, content) : undefined;
    });
    if (stored === undefined) return undefined;
    changed(namespaceTouched(key));
    return presented(created, stored);
  }

  /** Undefined when another write came between. */
  async #changeOnce(request: WriteRequest, change: Change, stored: StoredObject): Promise<Written | undefined> {
    const { store } = this.#ports;
    const { scope, options } = request;
    checkAllowed(scope, stored);
    const old = await this.#open(stored, scope);
    const { object, warnings } = changedObject(request, change, { stored, old });
    if (sameJson(object, old) || options.dryRun) return { object: presented(object, stored), warnings };
    const content = await this.#seal(scope.kind, atRest(object, old, stored.body));
    const written = store.transaction(() => {
      if (store.get(stored.key)?.resourceVersion !== stored.resourceVersion) return undefined;
      return this.#store(stored, object, content);
    });
    if (written === undefined) return undefined;
    this.#ports.changed(namespaceTouched(stored.key));
    return { object: presented(object, written), warnings };
  }

  /** Taking away the last finalizer of an object that is being deleted deletes it; a namespace first has to be empty. */
  #store(old: StoredObject, next: JsonObject, content: Content): StoredObject {
    const isNamespace = old.key.resource === qualified(NAMESPACES);
    const stays = isNamespace || !isBeingDeleted(next) || finalizersOf(next).length > 0;
    return stays ? this.#ports.store.replace(old, content) : this.#ports.store.remove(old);
  }

  #stored(scope: Scope, name: string): StoredObject {
    const stored = this.#ports.store.get(keyOf(scope, name));
    if (stored === undefined) throw notFound(scope.kind, name);
    checkAllowed(scope, stored);
    return stored;
  }

  async #present(stored: StoredObject, scope: Scope): Promise<JsonObject> {
    return presented(await this.#open(stored, scope), stored);
  }

  async #open(stored: StoredObject, scope: Scope): Promise<JsonObject> {
    const object = stored.sealed === undefined ? stored.body : await this.#ports.sealer.open(stored);
    return inVersion(scope.kind, object, scope.version);
  }

  async #seal(kind: ResourceKind, object: JsonObject): Promise<Content> {
    return kind.sealed ? this.#ports.sealer.seal(object) : { body: object, sealed: undefined };
  }
}

export function keyOf(scope: Scope, name: string): ObjectKey {
  return { resource: qualified(scope.kind), namespace: scope.kind.namespaced ? scope.namespace : "", name };
}

function checkAllowed(scope: Scope, { body }: StoredObject): void {
  const refusal = scope.refuses?.(body);
  if (refusal !== undefined) throw refusal;
}

/** Selects only what the scope does not refuse, and then not everything, however many there are. */
function allowedOnly<Options extends { readonly selects: Selector; readonly selectsAll?: boolean }>(
  { refuses }: Scope,
  options: Options,
): Options {
  if (refuses === undefined) return options;
  const selects: Selector = (object) => options.selects(object) && refuses(object) === undefined;
  return options.selectsAll === undefined ? { ...options, selects } : { ...options, selects, selectsAll: false };
}

function namespaceTouched(key: ObjectKey): string {
  return key.namespace === "" ? key.name : key.namespace;
}
