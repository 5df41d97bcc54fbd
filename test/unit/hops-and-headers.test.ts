import { describe, expect, test } from "vitest";
import type { AttributeValue } from "../../src/core/event.ts";
import { hopsOnArrival, MAX_HOPS } from "../../src/core/hops.ts";
import { passThroughHeaders } from "../../src/core/pass-through-headers.ts";

describe("hops and headers", () => {
  test.each<[AttributeValue | undefined, number]>([
    [undefined, MAX_HOPS],
    ["abc", MAX_HOPS],
    ["", MAX_HOPS],
    ["2.5", MAX_HOPS],
    [true, MAX_HOPS],
    ["99999999999", MAX_HOPS],
    ["300", MAX_HOPS],
    ["255", 254],
    [2, 1],
    ["1", 0],
    ["0", -1],
    ["-1", -2],
  ])("[ING-7] knativebrokerttl %j leaves %d hops", (ttl, hops) => {
    expect(hopsOnArrival(ttl)).toBe(hops);
  });

  test("[ING-8] passes tracing and knative headers through, and nothing else", () => {
    const headers = new Headers({
      "X-Request-Id": "r",
      "Retry-After": "5",
      "Knative-Foo": "k",
      "X-B3-TraceId": "b",
      Traceparent: "tp",
      tracestate: "ts",
      baggage: "bg",
      Authorization: "secret",
      Cookie: "secret",
      Prefer: "reply",
      "Kn-Namespace": "n",
      "ce-traceparent": "ce",
    });
    expect([...passThroughHeaders(headers)].sort()).toEqual([
      ["baggage", "bg"],
      ["knative-foo", "k"],
      ["retry-after", "5"],
      ["traceparent", "tp"],
      ["tracestate", "ts"],
      ["x-b3-traceid", "b"],
      ["x-request-id", "r"],
    ]);
  });
});
