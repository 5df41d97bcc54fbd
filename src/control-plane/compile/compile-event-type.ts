/** The status of an EventType: whether what it refers to exists. It describes events and takes none. */
import { referenceOf } from "../conversions/event-type.ts";
import { type JsonObject, objectAt } from "../resources/json.ts";
import { generationOf, namespaceOf } from "../resources/metadata.ts";
import type { CompileContext, Compiled } from "./compile-context.ts";
import { type Condition, isFalse, isTrue, isUnknown, summarize } from "./conditions.ts";
import { findReference } from "./find-reference.ts";

export function compileEventType(eventType: JsonObject, context: CompileContext): Compiled {
  const earlier = { status: objectAt(eventType, "status"), now: context.now };
  const conditions = summarize([referenceCondition(eventType, context)], earlier);
  return { status: { observedGeneration: generationOf(eventType), conditions } };
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
