import { describe, expect, test } from "vitest";
import type {
  Delivery,
  LeaseAnswer,
  LeasedEvent,
  Outcome,
  Settlement,
  Token,
} from "../../src/core/channel-protocol.ts";
import { packLeaseAnswer, packLeaseRequest, unpackLeaseAnswer, unpackLeaseRequest } from "../../src/core/lease-wire.ts";
import { SeededRandom } from "../kit/seeded-random.ts";

const random = new SeededRandom(7);
const EMPTY = new Uint8Array(0);

function token(): Token {
  return {
    subscription: random.pick(["one", "two", "0f9e2a53-55b3-4df0-9a0e-16d1d0f8f3ac"]),
    epoch: random.below(9),
    seq: random.pick([1, 2 ** 40, Number.MAX_SAFE_INTEGER]),
    attempt: 1 + random.below(5),
    purpose: random.pick(["deliver", "reply", "dead-letter"] as const),
    lease: random.pick([1, Number.MAX_SAFE_INTEGER]),
  };
}

const OUTCOMES: readonly Outcome[] = [
  { kind: "delivered", status: 202 },
  { kind: "delivered", status: 200, reply: new Uint8Array([1, 2, 3]) },
  { kind: "delivered", status: 200, replied: true },
  {
    kind: "delivered",
    status: 200,
    reply: new Uint8Array([4]),
    replyFailure: { kind: "failed", status: 404, errorData: "", reason: "404" },
  },
  { kind: "delivered", status: 204, unusableReply: true },
  { kind: "delivered", status: 202, hopsExhausted: true },
  { kind: "failed", status: 503, retryAfterMs: 1_000, errorData: "c29ycnk=", reason: "503" },
  { kind: "failed", errorData: "", reason: "no answer" },
];

function settlement(): Settlement {
  return { token: token(), outcome: random.pick(OUTCOMES), tookMs: random.pick([0, 3.5, 30_000]) };
}

function delivery(): Delivery {
  const own = { token: token(), event: random.below(40), route: random.below(3) };
  return random.below(4) === 0 ? { ...own, extensions: { knativeerrorcode: "503", n: 1 } } : own;
}

function event(): LeasedEvent {
  const place = { start: random.below(1_000), end: random.below(5_000_000) };
  return random.below(3) === 0
    ? { kind: "chunked", ...place, blob: 3, parts: 2, dataBytes: 1_500_000 }
    : { kind: "inline", ...place };
}

function list<T>(make: () => T): T[] {
  return Array.from({ length: random.below(50) }, make);
}

describe("lease calls as they cross RPC", () => {
  test("[WIRE-1] a request comes out as it went in, after structured cloning too", () => {
    for (let round = 0; round < 100; round++) {
      const request = { lane: "shared", settlements: list(settlement), capacity: 64, holdMs: 10_000 };
      expect(unpackLeaseRequest(structuredClone(packLeaseRequest(request)))).toEqual(request);
    }
  });

  test("[WIRE-2] an answer comes out as it went in, after structured cloning too", () => {
    for (let round = 0; round < 100; round++) {
      const answer: LeaseAnswer = {
        deliveries: list(delivery),
        routes: [
          {
            target: { kind: "url", url: "http://subscriber.example/" },
            namespace: "default",
            timeoutMs: 30_000,
            format: "binary",
            wantsReply: true,
          },
        ],
        events: list(event),
        bytes: new Uint8Array([9]),
        more: random.below(2) === 0,
        ...random.pick([{}, { nextAtMs: 1_800_000_000_000 }]),
      };
      expect(unpackLeaseAnswer(structuredClone(packLeaseAnswer(answer)))).toEqual(answer);
    }
  });

  test("[WIRE-3] what has only a status is numbers alone", () => {
    const settlements = Array.from({ length: 3 }, (_, seq): Settlement => {
      const name = { subscription: "s", epoch: 1, seq, attempt: 1, purpose: "deliver", lease: 9 } as const;
      return { token: name, outcome: { kind: "delivered", status: 202 }, tookMs: 4 };
    });
    const packed = packLeaseRequest({ lane: "shared", settlements, capacity: 1, holdMs: 0 });
    expect([packed.subscriptions, packed.outcomes, packed.settlements.length]).toEqual([["s"], [], 24]);
  });

  test("[WIRE-9] that a reply was passed on is a number too", () => {
    const settlements = Array.from({ length: 3 }, (_, seq): Settlement => {
      const name = { subscription: "s", epoch: 1, seq, attempt: 1, purpose: "deliver", lease: 9 } as const;
      const outcome: Outcome = { kind: "delivered", status: 200, ...(seq === 1 ? {} : { replied: true }) };
      return { token: name, outcome, tookMs: 4 };
    });
    const packed = packLeaseRequest({ lane: "shared", settlements, capacity: 1, holdMs: 0 });
    expect([packed.outcomes, packed.replied]).toEqual([[], Uint32Array.of(0, 2)]);
  });

  test("[WIRE-6] a row that lacks a column is a bug, not a row of other numbers", () => {
    const settlements = { lane: "shared", settlements: [settlement()], capacity: 1, holdMs: 0 };
    const request = packLeaseRequest(settlements);
    const cut = { ...request, settlements: request.settlements.subarray(1) };
    expect(() => unpackLeaseRequest(cut)).toThrow("all its columns");
    const answer = packLeaseAnswer({
      deliveries: [delivery()],
      routes: [],
      events: [event()],
      bytes: EMPTY,
      more: false,
    });
    expect(() => unpackLeaseAnswer({ ...answer, deliveries: answer.deliveries.subarray(1) })).toThrow(
      "all its columns",
    );
    expect(() => unpackLeaseAnswer({ ...answer, events: answer.events.subarray(1) })).toThrow("both its columns");
  });
});
