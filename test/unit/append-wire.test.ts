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
  { bytes: new Uint8Array([1]), calls: [{ lengths: [1], key: "h:k" }], offersCourier: true },
];

const ANSWERS: readonly AppendAnswer[] = [
  { kind: "not-found" },
  { kind: "overloaded", retryAfterMs: 1_000 },
  { kind: "accepted", calls: [] },
  { kind: "accepted", calls: [{ duplicate: false, position: "0-1" }], wantsCourier: true },
  {
    kind: "accepted",
    calls: [
      { duplicate: false, position: "0-1" },
      { duplicate: true, position: "0-a" },
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
