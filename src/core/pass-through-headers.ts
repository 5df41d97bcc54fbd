/** Request headers that travel with an event to its subscribers (Knative `pkg/utils/headers.go`, and W3C tracing). */
import type { HeaderReader } from "./decode-message.ts";
import type { Header } from "./event.ts";

const TRACE = new Set(["traceparent", "tracestate", "baggage"]);
const NAMES = new Set(["x-request-id", "retry-after", ...TRACE]);
const PREFIXES = ["knative-", "x-b3-"];

export function passThroughHeaders(headers: HeaderReader): readonly Header[] {
  const kept: Header[] = [];
  headers.forEach((value, name) => {
    const lower = name.toLowerCase();
    if (NAMES.has(lower) || PREFIXES.some((prefix) => lower.startsWith(prefix))) kept.push([lower, value]);
  });
  return kept;
}

/**
 * The headers of what an event caused, in the trace of their cause unless they name one of their own: hardly any answer does, and
 * the way of an event would end at its first reply. Parts of two traces are never mixed.
 */
export function withTraceOf(cause: readonly Header[], headers: readonly Header[]): readonly Header[] {
  if (headers.some(([name]) => name === "traceparent")) return headers;
  const trace = cause.filter(([name]) => TRACE.has(name));
  return trace.length === 0 ? headers : [...headers.filter(([name]) => !TRACE.has(name)), ...trace];
}
