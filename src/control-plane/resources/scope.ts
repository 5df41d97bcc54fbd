/** What a request is about, as far as it is open to whoever asks. */
import type { ResourceKind } from "../kind.ts";
import { NAMESPACES, qualified, type ResourceName } from "../resource-names.ts";
import type { ObjectKey, ObjectRange } from "../store/object-store.ts";
import type { JsonObject } from "./json.ts";
import type { Refusal } from "./refusal.ts";

/** A kind in a namespace; the namespace is empty for what lives in none, and for lists across all. */
export interface Scope {
  readonly kind: ResourceKind;
  readonly version: string;
  readonly namespace: string;
  /** Why whoever asks may not read or write this object of the kind; absent when they may all of them. */
  readonly refuses?: (object: JsonObject) => Refusal | undefined;
  /** Whether they may still, for what goes on after the question; absent when that cannot end. */
  readonly isStillAllowed?: () => boolean;
  /** Whose token it is that asks; absent for users without one. */
  readonly holder?: Holder;
  /** Whether they may lead events into this namespace, and learn where things in it are; absent when they may into all. */
  readonly mayReferTo?: (namespace: string) => boolean;
}

export interface Holder {
  /** Of the token's Secret. */
  readonly uid: string;
  /** Of the token, if it holds in one alone. */
  readonly namespace?: string;
}

export function keyOf(scope: Scope, name: string): ObjectKey {
  return { resource: qualified(scope.kind), namespace: scope.namespace, name };
}

/** Of the object that a namespace itself is. */
export function namespaceKey(name: string): ObjectKey {
  return { resource: qualified(NAMESPACES), namespace: "", name };
}

/** Everything in the scope. */
export function rangeOf({ kind, namespace }: { readonly kind: ResourceName; readonly namespace: string }): ObjectRange {
  return { resource: qualified(kind), ...(namespace === "" ? {} : { namespace }) };
}
