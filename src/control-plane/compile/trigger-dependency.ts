/** The annotation `knative.dev/dependency` of a Trigger: a source that has to be Ready for the Trigger to be Ready. */
import { isJsonObject, type JsonObject, parseJson } from "../resources/json.ts";
import { annotationOf, namespaceOf } from "../resources/metadata.ts";
import { DEPENDENCY } from "../validation/trigger-annotations.ts";
import type { CompileContext } from "./compile-context.ts";
import { type Condition, isFalse, isTrue, isUnknown, propagated, readyOf } from "./conditions.ts";
import { findReference } from "./find-reference.ts";

const TYPE = "DependencyReady";

/** Events are delivered whether or not the dependency is there, as in Knative: only the status waits for it. */
export function dependencyCondition(trigger: JsonObject, context: CompileContext): Condition {
  const annotation = annotationOf(trigger, DEPENDENCY);
  if (annotation === undefined) return isTrue(TYPE);
  const parsed = parseJson(annotation);
  const reference = "value" in parsed && isJsonObject(parsed.value) ? parsed.value : {};
  const referent = findReference(reference, namespaceOf(trigger), context);
  if (referent.kind !== "found") {
    return isFalse(TYPE, "DependencyDoesNotExist", `Dependency does not exist: ${referent.message}`);
  }
  const ready = readyOf(context.statusOf(referent.resource, referent.namespace, referent.name));
  if (ready === undefined) {
    return isUnknown(TYPE, "DependencyNotConfigured", "Dependency has not yet been reconciled.");
  }
  return propagated(TYPE, ready);
}
