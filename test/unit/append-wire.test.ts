import { expect, test } from "vitest";
import {
  packAppendAnswer,
  packAppendRequest,
  unpackAppendAnswer,
  unpackAppendRequest,
} from "../../src/core/append-wire.ts";
import type { AppendAnswer, AppendRequest } from "../../src/core/channel-protocol.ts";

const REQUESTS: readonly AppendRequest[] = [
  { bytes: new Uint8Array([1]), calls: [{ lengths: [1] }] },
  { bytes: new Uint8Array(9), calls: [{ lengths: [1, 2] }, { lengths: [3], key: "p:k" }, { lengths: [], key: "" }] },
  { bytes: new Uint8Array(0), calls: [] },
  {
    bytes: new Uint8Array(4),
    calls: [
      { lengths: [1], caller: "d1" },
      { lengths: [1] },
      { lengths: [1], caller: "", key: "p:k" },
      { lengths: [1], caller: "d1" },
    ],
  },
  { bytes: new Uint8Array([1]), calls: [{ lengths: [1], key: "h:k" }], offersCourier: true },
];

const ANSWERS: readonly AppendAnswer[] = [
  { kind: "not-found" },
  { kind: "overloaded", retryAfterMs: 1_000 },
  { kind: "accepted", calls: [] },
  { kind: "accepted", calls: [{ kind: "stored", duplicate: false, position: "0-1" }], wantsCourier: true },
  {
    kind: "accepted",
    calls: [
      { kind: "stored", duplicate: false, position: "0-1" },
      { kind: "stored", duplicate: true, position: "0-a" },
      { kind: "refused", why: "caller" },
      { kind: "refused", why: "not-told" },
    ],
  },
];

test.each(REQUESTS)("[WIRE-4] an append of $calls comes out as it went in", (request) => {
  expect(unpackAppendRequest(structuredClone(packAppendRequest(request)))).toEqual(request);
});

test.each(ANSWERS)("[WIRE-5] the answer $kind comes out as it went in", (answer) => {
  expect(unpackAppendAnswer(structuredClone(packAppendAnswer(answer)))).toEqual(answer);
});

test("[WIRE-7] lengths that belong to no call are a bug", () => {
  const packed = packAppendRequest({ bytes: new Uint8Array(3), calls: [{ lengths: [1, 2] }] });
  expect(() => unpackAppendRequest({ ...packed, counts: Uint32Array.of(1) })).toThrow("belongs to a call");
  expect(() => unpackAppendRequest({ ...packed, counts: Uint32Array.of(3) })).toThrow("belongs to a call");
});

test("[WIRE-8] calls that need no leave say nothing of callers, and few tokens cross once", () => {
  const call = { lengths: [1] };
  expect(packAppendRequest({ bytes: new Uint8Array(1), calls: [call] })).not.toHaveProperty("callers");
  const calls = ["d1", "d2", "d1"].map((caller) => ({ ...call, caller }));
  const { callers } = packAppendRequest({ bytes: new Uint8Array(3), calls });
  expect(callers).toEqual({ digests: ["d1", "d2"], places: Uint32Array.of(1, 2, 1) });
});

test("[WIRE-8] a caller that gets lost is a bug, and no call without one", () => {
  const calls = [{ lengths: [1], caller: "d1" }];
  const packed = packAppendRequest({ bytes: new Uint8Array(1), calls });
  for (const callers of [
    { digests: [], places: Uint32Array.of(1) },
    { digests: ["d1"], places: Uint32Array.of(2) },
    { digests: ["d1"], places: new Uint32Array(0) },
  ]) {
    expect(() => unpackAppendRequest({ ...packed, callers })).toThrow("has a place among the callers");
  }
});
