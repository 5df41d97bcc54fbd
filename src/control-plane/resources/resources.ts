/**
 * The verbs on resources: get, list, create, update, patch (deletion is in `deletion.ts`). Refusals are thrown.
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
import { admitCreate, admitStatus, admitUpdate, decodeRequest, type FieldValidation } from "./admission.ts";
import { Deletion, type DeletionOptions, shownWithoutValues } from "./deletion.ts";
import { isJsonObject, type Json, type JsonObject, sameJson, textAt } from "./json.ts";
import { type ListOptions, type ListPage, listPage, selectPage } from "./list-page.ts";
import { finalizersOf, isBeingDeleted, nameOf, timestamp, uidOf, withMetadata } from "./metadata.ts";
import {
  alreadyExists,
  badRequest,
  conflict,
  forbidden,
  invalid,
  modified,
  notFound,
  qualified,
  unavailable,
} from "./refusal.ts";

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
}

export interface WriteOptions {
  readonly fieldValidation: FieldValidation;
  readonly dryRun: boolean;
  /** Writes only the status, or everything but the status. */
  readonly subresource: "status" | "main";
}

export interface Written {
  readonly object: JsonObject;
  readonly warnings: readonly string[];
}

/** Times a write starts again because another one came between; each loser means that another one won. */
const MAX_TRIES = 20;
/** Random characters after a generateName. */
const GENERATED_CHARACTERS = 5;

export class Resources {
  readonly #ports: ResourcesPorts;
  readonly #deletion: Deletion;

  constructor(ports: ResourcesPorts) {
    this.#ports = ports;
    this.#deletion = new Deletion(ports);
  }

  async get(scope: Scope, name: string): Promise<JsonObject> {
    return this.#present(this.#stored(scope, name));
  }

  async list(scope: Scope, options: ListOptions): Promise<ListPage> {
    return listPage(scope, options, { store: this.#ports.store, present: (stored) => this.#present(stored) });
  }

  async create(scope: Scope, incoming: JsonObject, options: WriteOptions): Promise<Written> {
    if ((textAt(incoming, "metadata", "resourceVersion") ?? "") !== "") {
      throw badRequest("resourceVersion should not be set on objects to be created");
    }
    const { store, newUid, now } = this.#ports;
    const { object, warnings } = decodeRequest({ ...scope, incoming, fieldValidation: options.fieldValidation });
    const uid = newUid();
    const named = withGeneratedName(object, newUid());
    const key = keyOf(scope, nameOf(named));
    this.#checkNamespace(scope, key);
    const admitted = admitCreate(scope.kind, named, { uid, creationTimestamp: timestamp(now()) });
    if (store.get(key) !== undefined) throw alreadyExists(scope.kind, key.name);
    const content = await this.#seal(scope.kind, admitted);
    if (options.dryRun) return { object: admitted, warnings };
    const stored = store.transaction(() => {
      this.#checkNamespace(scope, key);
      if (store.get(key) !== undefined) throw alreadyExists(scope.kind, key.name);
      return store.insert(key, content);
    });
    this.#ports.changed(namespaceTouched(key));
    return { object: presented(admitted, stored), warnings };
  }

  /** Replaces the object; it must name the resourceVersion it replaces. */
  async update(scope: Scope, name: string, incoming: JsonObject, options: WriteOptions): Promise<Written> {
    if ((textAt(incoming, "metadata", "resourceVersion") ?? "") === "") {
      const message = "Invalid value: 0x0: must be specified for an update";
      const cause = { reason: "FieldValueInvalid", message, field: "metadata.resourceVersion" };
      throw invalid({ group: scope.kind.group, kind: scope.kind.kind, name }, [cause]);
    }
    return this.#write(scope, name, options, () => incoming);
  }

  /** Changes the object by a function of what is stored; conflicts only if the result names another resourceVersion. */
  async patch(scope: Scope, name: string, change: (old: JsonObject) => Json, options: WriteOptions): Promise<Written> {
    return this.#write(scope, name, options, (old) => {
      const patched = change(old);
      if (!isJsonObject(patched)) throw badRequest("the patched object is no JSON object");
      return patched;
    });
  }

  /** The lines of a watch, each a change to what is selected; see `watch/watch-hub.ts`. */
  watch(scope: Scope, options: WatchOptions, format: WatchFormat): ReadableStream<Uint8Array> {
    return this.#ports.watches.open({ scope, options, format, present: (stored) => this.#present(stored) });
  }

  /** `left` is the object while finalizers hold it. Works without the key of Secrets. */
  delete(scope: Scope, name: string, options: DeletionOptions): { readonly uid: string; readonly left?: JsonObject } {
    const stored = this.#stored(scope, name);
    const left = this.#deletion.delete(stored, scope.kind, options);
    return { uid: uidOf(stored.body), ...(left === undefined ? {} : { left }) };
  }

  /** Deletes what a list would show, all of it or, when something is refused, nothing. Works without the key of Secrets. */
  deleteCollection(scope: Scope, selection: ListOptions, options: DeletionOptions): ListPage {
    return this.#ports.store.transaction(() => {
      const { found, resourceVersion } = selectPage(scope, selection, this.#ports.store);
      const items = found.map((stored) => {
        return this.#deletion.delete(stored, scope.kind, options) ?? shownWithoutValues(stored);
      });
      return { items, resourceVersion: String(resourceVersion) };
    });
  }

  async #write(
    scope: Scope,
    name: string,
    options: WriteOptions,
    change: (old: JsonObject) => JsonObject,
  ): Promise<Written> {
    const { store } = this.#ports;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const stored = this.#stored(scope, name);
      const old = await this.#open(stored);
      const incoming = change(presented(old, stored));
      checkPreconditions(scope, incoming, stored);
      const { object, warnings } = decodeRequest({ ...scope, incoming, fieldValidation: options.fieldValidation });
      const next = options.subresource === "status" ? admitStatus(object, old) : admitUpdate(scope.kind, object, old);
      if (sameJson(next, old) || options.dryRun) return { object: presented(next, stored), warnings };
      const content = await this.#seal(scope.kind, next);
      const written = store.transaction(() => {
        if (store.get(stored.key)?.resourceVersion !== stored.resourceVersion) return undefined;
        return this.#store(stored, next, content);
      });
      if (written === undefined) continue;
      this.#ports.changed(namespaceTouched(stored.key));
      return { object: presented(next, written), warnings };
    }
    throw unavailable("too many writes to the same object at once");
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
    return stored;
  }

  #checkNamespace(scope: Scope, key: ObjectKey): void {
    if (!scope.kind.namespaced) return;
    const resource = qualified(NAMESPACES);
    const namespace = this.#ports.store.get({ resource, namespace: "", name: scope.namespace });
    if (namespace === undefined) throw notFound(NAMESPACES, scope.namespace);
    if (!isBeingDeleted(namespace.body)) return;
    const why = `unable to create new content in namespace ${scope.namespace} because it is being terminated`;
    throw forbidden(`${key.resource} ${JSON.stringify(key.name)} is forbidden: ${why}`, {
      name: key.name,
      group: scope.kind.group,
      kind: scope.kind.plural,
      causes: [
        {
          reason: "NamespaceTerminating",
          message: `namespace ${scope.namespace} is being terminated`,
          field: "metadata.namespace",
        },
      ],
    });
  }

  async #present(stored: StoredObject): Promise<JsonObject> {
    return presented(await this.#open(stored), stored);
  }

  async #open(stored: StoredObject): Promise<JsonObject> {
    return stored.sealed === undefined ? stored.body : this.#ports.sealer.open(stored);
  }

  async #seal(kind: ResourceKind, object: JsonObject): Promise<Content> {
    return kind.sealed ? this.#ports.sealer.seal(object) : { body: object, sealed: undefined };
  }
}

export function presented(object: JsonObject, stored: StoredObject): JsonObject {
  return withMetadata(object, { resourceVersion: String(stored.resourceVersion) });
}

export function keyOf(scope: Scope, name: string): ObjectKey {
  return { resource: qualified(scope.kind), namespace: scope.kind.namespaced ? scope.namespace : "", name };
}

function namespaceTouched(key: ObjectKey): string {
  return key.namespace === "" ? key.name : key.namespace;
}

function checkPreconditions(scope: Scope, incoming: JsonObject, stored: StoredObject): void {
  const { name } = stored.key;
  const sentName = nameOf(incoming);
  if (sentName !== name) {
    throw badRequest(`the name of the object (${sentName}) does not match the name on the URL (${name})`);
  }
  const version = textAt(incoming, "metadata", "resourceVersion") ?? "";
  if (version !== "" && version !== String(stored.resourceVersion)) throw modified(scope.kind, name);
  const uid = textAt(incoming, "metadata", "uid") ?? "";
  const storedUid = textAt(stored.body, "metadata", "uid") ?? "";
  if (uid !== "" && uid !== storedUid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${storedUid}`;
    throw conflict(scope.kind, name, why);
  }
}

function withGeneratedName(object: JsonObject, randomness: string): JsonObject {
  const prefix = textAt(object, "metadata", "generateName") ?? "";
  if (nameOf(object) !== "" || prefix === "") return object;
  return withMetadata(object, { name: prefix + randomness.replaceAll("-", "").slice(0, GENERATED_CHARACTERS) });
}
