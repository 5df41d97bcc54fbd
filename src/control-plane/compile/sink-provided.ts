/** What a source's status says about its sink. */
import { type JsonObject, textAt } from "../resources/json.ts";
import { type Condition, isFalse, isTrue } from "./conditions.ts";
import type { Resolution } from "./resolve-destination.ts";

export function sinkProvided(sink: Resolution): Condition {
  return sink.kind === "resolved" ? isTrue("SinkProvided") : isFalse("SinkProvided", "NotFound", sink.message);
}

/** `sinkUri` and what the destination itself says beside it; nothing while it leads nowhere. */
export function sinkStatusMembers(sink: Resolution, destination: JsonObject | undefined): JsonObject {
  if (sink.kind === "unresolved") return {};
  const certificates = textAt(destination, "CACerts");
  const audience = textAt(destination, "audience");
  return {
    sinkUri: sink.target.url,
    ...(certificates === undefined ? {} : { sinkCACerts: certificates }),
    ...(audience === undefined ? {} : { sinkAudience: audience }),
  };
}
