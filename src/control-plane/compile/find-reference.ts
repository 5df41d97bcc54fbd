/** What an ObjectReference or KReference means, and in the words of Knative's resolver why it means nothing. */

import { qualified, type ResourceName } from "../resource-names.ts";
import { type JsonObject, textAt } from "../resources/json.ts";
import type { CompileContext } from "./compile-context.ts";

export type Referent =
  | {
      readonly kind: "found";
      readonly resource: ResourceName;
      readonly namespace: string;
      readonly name: string;
      readonly object: JsonObject;
    }
  | { readonly kind: "missing"; readonly message: string }
  /** No such kind is served here, so nobody can say whether the object exists. */
  | { readonly kind: "unknown-kind"; readonly message: string };

/** The namespace is that of the object holding the reference, for a reference without one. */
export function findReference(reference: JsonObject, namespace: string, context: CompileContext): Referent {
  const kind = textAt(reference, "kind") ?? "";
  const apiVersion = textAt(reference, "apiVersion") ?? "";
  const group = groupOfReference(reference);
  const name = textAt(reference, "name") ?? "";
  const from = textAt(reference, "namespace") || namespace;
  const resource = context.resourceOf(group, kind);
  if (resource === undefined) {
    const shown = JSON.stringify(apiVersion === "" ? group : apiVersion);
    const why = `no matches for kind ${JSON.stringify(kind)} in version ${shown}`;
    return { kind: "unknown-kind", message: `failed to get object ${from}/${name}: ${why}` };
  }
  const object = context.find(resource, from, name);
  if (object === undefined) {
    const why = `${qualified(resource)} ${JSON.stringify(name)} not found`;
    return { kind: "missing", message: `failed to get object ${from}/${name}: ${why}` };
  }
  return { kind: "found", resource, namespace: from, name, object };
}

/** That of its `apiVersion`; a reference may name a group alone and leave the version open. Empty for the core group. */
export function groupOfReference(reference: JsonObject | undefined): string {
  const apiVersion = textAt(reference, "apiVersion") ?? "";
  return apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : (textAt(reference, "group") ?? "");
}

/** `Broker.eventing.knative.dev default/b`, for messages. */
export function shownReference(reference: JsonObject, referent: { namespace: string; name: string }): string {
  const group = groupOfReference(reference);
  const shownGroup = group === "" ? "" : `.${group}`;
  return `${textAt(reference, "kind") ?? ""}${shownGroup} ${referent.namespace}/${referent.name}`;
}
