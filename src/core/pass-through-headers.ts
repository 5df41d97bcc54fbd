/** Request headers that travel with an event to its subscribers (Knative `pkg/utils/headers.go`, and W3C tracing). */
import type { HeaderReader } from "./decode-message.ts";
import type { Header } from "./event.ts";

const NAMES = new Set(["x-request-id", "retry-after", "traceparent", "tracestate", "baggage"]);
const PREFIXES = ["knative-", "x-b3-"];

export function passThroughHeaders(headers: HeaderReader): readonly Header[] {
  const kept: Header[] = [];
  headers.forEach((value, name) => {
    const lower = name.toLowerCase();
    if (NAMES.has(lower) || PREFIXES.some((prefix) => lower.startsWith(prefix))) kept.push([lower, value]);
  });
  return kept;
}
