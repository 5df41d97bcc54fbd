/**
 * The status of a source that nothing runs yet: `Ready` is False with the reason `NotImplemented`, and what is known all
 * the same, whether its sink exists and where it is, is said.
 */
import type { ResourceKind } from "../kind.ts";
import { objectAt } from "../resources/json.ts";
import { generationOf, namespaceOf } from "../resources/metadata.ts";
import { isFalse, writtenConditions } from "./conditions.ts";
import { resolveDestination } from "./resolve-destination.ts";
import { sinkProvided, sinkStatusMembers } from "./sink-provided.ts";

/** `what` is the whole message: what is missing, and what to use instead. */
export function compileSourceNotImplemented(what: string): NonNullable<ResourceKind["compile"]> {
  return (source, context) => {
    const destination = objectAt(source, "spec", "sink");
    const sink = resolveDestination(destination, namespaceOf(source), context);
    const conditions = [isFalse("Ready", "NotImplemented", what), sinkProvided(sink)];
    return {
      status: {
        observedGeneration: generationOf(source),
        conditions: writtenConditions(conditions, { status: objectAt(source, "status"), now: context.now }),
        ...sinkStatusMembers(sink, destination),
      },
    };
  };
}
