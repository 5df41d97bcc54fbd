/** The verbs on resources: get, list, watch, delete; and `writes` for those that change. Refusals are thrown. */
import type { ObjectStore, StoredObject } from "../store/object-store.ts";
import type { SecretSealer } from "../store/secret-sealer.ts";
import type { WatchFormat } from "../watch/watch-format.ts";
import type { WatchHub } from "../watch/watch-hub.ts";
import type { WatchOptions } from "../watch/watch-options.ts";
import { ObjectWriter } from "../writes/object-writer.ts";
import { Deletion, type DeletionOptions, shownWithoutValues } from "./deletion.ts";
import type { JsonObject } from "./json.ts";
import { type ListOptions, type ListPage, listPage, selectPage } from "./list-page.ts";
import { uidOf } from "./metadata.ts";
import type { Scope } from "./scope.ts";
import type { Selector } from "./selectors.ts";
import { checkStillAllowed } from "./still-allowed.ts";
import { StoredObjects } from "./stored-objects.ts";
import { inVersion } from "./versions.ts";

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

export class Resources {
  readonly #ports: ResourcesPorts;
  readonly #objects: StoredObjects;
  readonly #deletion: Deletion;
  /** Create, replace, patch, apply. */
  readonly writes: ObjectWriter;

  constructor(ports: ResourcesPorts) {
    this.#ports = ports;
    this.#objects = new StoredObjects(ports.store, ports.sealer);
    this.writes = new ObjectWriter({ ...ports, objects: this.#objects });
    this.#deletion = new Deletion(ports);
  }

  async get(scope: Scope, name: string): Promise<JsonObject> {
    return this.#objects.present(this.#objects.get(scope, name), scope);
  }

  /** Leaves out what the scope refuses, as all that is done to many. */
  async list(scope: Scope, options: ListOptions): Promise<ListPage> {
    return listPage(scope, allowedOnly(scope, options), {
      store: this.#ports.store,
      present: (stored) => this.#objects.present(stored, scope),
    });
  }

  /** The lines of a watch, each a change to what is selected; see `watch/watch-hub.ts`. */
  watch(scope: Scope, options: WatchOptions, format: WatchFormat): ReadableStream<Uint8Array> {
    const present = async (stored: StoredObject) => {
      checkStillAllowed(scope);
      return this.#objects.present(stored, scope);
    };
    const request = { scope, options: allowedOnly(scope, options), format, present };
    return this.#ports.watches.open(scope.holder === undefined ? request : { ...request, holder: scope.holder });
  }

  /** `left` is the object while finalizers hold it. Works without the key of Secrets. */
  delete(scope: Scope, name: string, options: DeletionOptions): { readonly uid: string; readonly left?: JsonObject } {
    checkStillAllowed(scope);
    const stored = this.#objects.get(scope, name);
    const left = this.#deletion.delete(stored, scope.kind, options);
    return {
      uid: uidOf(stored.body),
      ...(left === undefined ? {} : { left: inVersion(scope.kind, left, scope.version) }),
    };
  }

  /** Deletes what a list would show, all of it or, when something is refused, nothing. Works without the key of Secrets. */
  deleteCollection(scope: Scope, selection: ListOptions, options: DeletionOptions): ListPage {
    checkStillAllowed(scope);
    return this.#ports.store.transaction(() => {
      const { found, resourceVersion } = selectPage(scope, allowedOnly(scope, selection), this.#ports.store);
      const items = found.map((stored) => {
        const left = this.#deletion.delete(stored, scope.kind, options);
        return inVersion(scope.kind, left ?? shownWithoutValues(stored), scope.version);
      });
      return { items, resourceVersion: String(resourceVersion) };
    });
  }
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
