/** Annotations that Knative itself reads on a Trigger, checked in Knative's words. */
import { isJsonObject, type JsonObject, parseJson, textAt } from "../resources/json.ts";
import { annotationOf, namespaceOf } from "../resources/metadata.ts";
import type { FieldError } from "./field-error.ts";
import { missingMembers } from "./missing-members.ts";

export const DEPENDENCY = "knative.dev/dependency";
const INJECTION = "eventing.knative.dev/injection";

export function validateTriggerAnnotations(trigger: JsonObject): readonly FieldError[] {
  return [...validateDependency(trigger), ...validateInjection(trigger)];
}

function validateDependency(trigger: JsonObject): readonly FieldError[] {
  const value = annotationOf(trigger, DEPENDENCY);
  if (value === undefined) return [];
  const path = `metadata.annotations[${DEPENDENCY}]`;
  const parsed = parseJson(value);
  if ("problem" in parsed || !isJsonObject(parsed.value)) {
    const details = "problem" in parsed ? parsed.problem : "expected a JSON object";
    const message = `The provided annotation was not a corev1.ObjectReference: ${JSON.stringify(value)}`;
    return [{ message, paths: [path], details }];
  }
  const dependency = parsed.value;
  const errors = missingMembers(dependency, ["apiVersion", "kind", "name"], path);
  const namespace = textAt(dependency, "namespace") ?? "";
  if (namespace === "" || namespace === namespaceOf(trigger)) return errors;
  const message = `Namespace must be empty or equal to the trigger namespace ${JSON.stringify(namespaceOf(trigger))}`;
  return [...errors, { message, paths: [`${path}.namespace`] }];
}

function validateInjection(trigger: JsonObject): readonly FieldError[] {
  const value = annotationOf(trigger, INJECTION);
  if (value === undefined) return [];
  const paths = [`metadata.annotations[${INJECTION}]`];
  if (value !== "enabled" && value !== "disabled") {
    const shown = JSON.stringify(value);
    return [
      { message: `The provided injection annotation value can only be "enabled" or "disabled", not ${shown}`, paths },
    ];
  }
  const broker = textAt(trigger, "spec", "broker") ?? "";
  if (broker === "default") return [];
  const shown = JSON.stringify(broker);
  const message = `The provided injection annotation is only used for default broker, but non-default broker specified here: ${shown}`;
  return [{ message, paths }];
}
