/** Objects as they rest and as they are used: found, opened, in the version that is asked for; sealed to be stored. */
import type { ResourceKind } from "../kind.ts";
import type { Content, ObjectStore, StoredObject } from "../store/object-store.ts";
import type { SecretSealer } from "../store/secret-sealer.ts";
import type { JsonObject } from "./json.ts";
import { withMetadata } from "./metadata.ts";
import { notFound } from "./refusal.ts";
import { keyOf, type Scope } from "./scope.ts";
import { inVersion } from "./versions.ts";

export class StoredObjects {
  readonly #store: ObjectStore;
  readonly #sealer: SecretSealer;

  constructor(store: ObjectStore, sealer: SecretSealer) {
    this.#store = store;
    this.#sealer = sealer;
  }

  /** Undefined where there is none; refuses one that the scope refuses. */
  find(scope: Scope, name: string): StoredObject | undefined {
    const stored = this.#store.get(keyOf(scope, name));
    const refusal = stored === undefined ? undefined : scope.refuses?.(stored.body);
    if (refusal !== undefined) throw refusal;
    return stored;
  }

  /** Refuses where there is none. */
  get(scope: Scope, name: string): StoredObject {
    const stored = this.find(scope, name);
    if (stored === undefined) throw notFound(scope.kind, name);
    return stored;
  }

  async open(stored: StoredObject, scope: Scope): Promise<JsonObject> {
    const object = stored.sealed === undefined ? stored.body : await this.#sealer.open(stored);
    return inVersion(scope.kind, object, scope.version);
  }

  /** As clients see it. */
  async present(stored: StoredObject, scope: Scope): Promise<JsonObject> {
    return presented(await this.open(stored, scope), stored);
  }

  async seal(kind: ResourceKind, object: JsonObject): Promise<Content> {
    return kind.sealed ? this.#sealer.seal(object) : { body: object, sealed: undefined };
  }
}

export function presented(object: JsonObject, stored: StoredObject): JsonObject {
  return withMetadata(object, { resourceVersion: String(stored.resourceVersion) });
}
