/**
 * For kinds that can be written and read but that no data plane serves yet: `Ready` is False with the reason
 * `NotImplemented`, so that nobody waits for events that never come.
 */
import type { ResourceKind } from "../kind.ts";
import { objectAt } from "../resources/json.ts";
import { generationOf } from "../resources/metadata.ts";
import { isFalse, writtenConditions } from "./conditions.ts";

/** `what` is the whole message: what is missing, and what to use instead. */
export function compileNotImplemented(what: string): NonNullable<ResourceKind["compile"]> {
  return (object, context) => {
    const earlier = { status: objectAt(object, "status"), now: context.now };
    const conditions = writtenConditions([isFalse("Ready", "NotImplemented", what)], earlier);
    return { status: { observedGeneration: generationOf(object), conditions } };
  };
}
