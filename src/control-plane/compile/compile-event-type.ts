/** The status of an EventType: whether what it refers to exists. It describes events and takes none. */
import { type JsonObject, objectAt, textAt } from "../resources/json.ts";
import { generationOf, namespaceOf } from "../resources/metadata.ts";
import type { CompileContext, Compiled } from "./compile-context.ts";
import { type Condition, isFalse, isTrue, isUnknown, summarize } from "./conditions.ts";
import { findReference } from "./find-reference.ts";

export function compileEventType(eventType: JsonObject, context: CompileContext): Compiled {
  const earlier = { status: objectAt(eventType, "status"), now: context.now };
  const conditions = summarize([referenceCondition(eventType, context)], earlier);
  return { status: { observedGeneration: generationOf(eventType), conditions } };
}

/** What the EventType belongs to; v1beta2 may name a Broker instead. */
export function referenceOf(spec: JsonObject | undefined): JsonObject | undefined {
  const reference = objectAt(spec, "reference");
  if (reference !== undefined && Object.keys(reference).length > 0) return reference;
  const broker = textAt(spec, "broker") ?? "";
  return broker === "" ? undefined : { apiVersion: "eventing.knative.dev/v1", kind: "Broker", name: broker };
}

function referenceCondition(eventType: JsonObject, context: CompileContext): Condition {
  const type = "ReferenceExists";
  const reference = referenceOf(objectAt(eventType, "spec"));
  if (reference === undefined) {
    return isTrue(type, { reason: "ReferenceNotSet", message: "spec.reference is not set" });
  }
  const referent = findReference(reference, namespaceOf(eventType), context);
  switch (referent.kind) {
    case "found":
      return isTrue(type);
    case "missing":
      return isFalse(type, "ResourceDoesNotExist", "Resource in spec.reference does not exist");
    case "unknown-kind":
      return isUnknown(type, "ReferenceGetFailed", `Failed to get reference: ${referent.message}`);
    default:
      return referent satisfies never;
  }
}
