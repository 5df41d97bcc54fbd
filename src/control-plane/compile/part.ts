/**
 * Objects that are made of others, as a Sequence is of channels and Subscriptions: the reconciler writes these parts and keeps
 * them as their owner wants them. A part that its owner wants no more is left over: it stays until what it holds is delivered.
 */
import { hashText } from "../../core/hash.ts";
import { qualified, type ResourceName } from "../resource-names.ts";
import { isJsonObject, type JsonObject, listAt, textAt, valueAt } from "../resources/json.ts";
import { nameOf, namespaceOf, uidOf } from "../resources/metadata.ts";
import type { CompileContext } from "./compile-context.ts";

export interface Part {
  readonly resource: ResourceName;
  readonly name: string;
  readonly spec: JsonObject;
  /** Of Sluice alone; others on the stored object are somebody else's. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Of a channel that takes what is posted to its owner's address. */
  readonly isEntrance?: boolean;
}

/** A part that is not there as its owner wants it, because it may not be written. */
export interface RefusedPart extends Pick<Part, "resource" | "name"> {
  readonly why: string;
}

export interface Owner {
  readonly resource: ResourceName;
  readonly object: JsonObject;
}

export type Ownership =
  /** Nobody's part, or that of something which makes no parts. */
  | { readonly kind: "independent" }
  | { readonly kind: "part"; readonly owner: Owner; readonly part: Part }
  | { readonly kind: "left-over"; readonly owner: Owner };

export type OwnershipLookUp = Pick<CompileContext, "find" | "resourceOf" | "partsOf">;

const INDEPENDENT: Ownership = { kind: "independent" };

/** An owner that is gone owns nothing: the garbage collector takes what it left. */
export function ownershipOf(resource: ResourceName, object: JsonObject, context: OwnershipLookUp): Ownership {
  const reference = controllerReference(object);
  const group = (textAt(reference, "apiVersion") ?? "").split("/")[0] ?? "";
  const ownerResource = context.resourceOf(group, textAt(reference, "kind") ?? "");
  if (ownerResource === undefined) return INDEPENDENT;
  const found = context.find(ownerResource, namespaceOf(object), textAt(reference, "name") ?? "");
  if (found === undefined || uidOf(found) !== textAt(reference, "uid")) return INDEPENDENT;
  const parts = context.partsOf(ownerResource, found);
  if (parts === undefined) return INDEPENDENT;
  const owner = { resource: ownerResource, object: found };
  const part = parts.find((each) => isNamed(each, resource, nameOf(object)));
  return part === undefined ? { kind: "left-over", owner } : { kind: "part", owner, part };
}

/** Whether this object is that part of its owner: it says so or, whatever somebody made of its references, was made as it. */
export function isPartOf(object: JsonObject, owner: JsonObject, part: Pick<Part, "resource" | "name">): boolean {
  const controllerUid = textAt(controllerReference(object), "uid");
  return controllerUid === uidOf(owner) || uidOf(object) === partUid(uidOf(owner), part);
}

/**
 * Made of its owner's uid: a part that somebody deletes and the reconciler writes again is the same to the data plane, whose
 * channel keeps what it holds.
 */
export function partUid(ownerUid: string, { resource, name }: Pick<Part, "resource" | "name">): string {
  const digits = hashText(`${ownerUid}/${qualified(resource)}/${name}`);
  const groups = [
    digits.slice(0, 8),
    digits.slice(8, 12),
    digits.slice(12, 16),
    digits.slice(16, 20),
    digits.slice(20),
  ];
  return groups.join("-");
}

function isNamed(part: Part, resource: ResourceName, name: string): boolean {
  return part.name === name && qualified(part.resource) === qualified(resource);
}

function controllerReference(object: JsonObject): JsonObject | undefined {
  return listAt(object, "metadata", "ownerReferences")
    .filter(isJsonObject)
    .find((reference) => valueAt(reference, "controller") === true);
}
