/** What the specs of all sources have: a sink, and the attributes they add to their events. */
import { type JsonObject, objectAt, textsAt } from "../../resources/json.ts";
import { namespaceOf } from "../../resources/metadata.ts";
import { withDefaultDestinations } from "../destination.ts";
import type { FieldError } from "../field-error.ts";

export function validateOverrides(spec: JsonObject | undefined): readonly FieldError[] {
  const names = Object.keys(textsAt(spec, "ceOverrides", "extensions"));
  return names
    .filter((name) => !/^[a-zA-Z0-9]+$/.test(name))
    .map((name) => ({
      message: `invalid key name ${JSON.stringify(name)}`,
      // Knative's own path for this error does not name the key again.
      paths: ["spec.ceOverrides.extensions"],
      details: "keys are expected to be alphanumeric",
    }));
}

/** The source with the namespace of its sink's `ref` filled in. */
export function withDefaultedSink(source: JsonObject): JsonObject {
  const spec = objectAt(source, "spec");
  if (spec === undefined) return source;
  return { ...source, spec: withDefaultDestinations(spec, ["sink"], namespaceOf(source)) };
}
