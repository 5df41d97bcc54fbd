/** Bugs that show only beside bad neighbours, where nobody pokes, with filters that cannot be used, in time, or at a bound. */
import type { Canary } from "./canaries.ts";

export const WEATHER_CANARIES: readonly Canary[] = [
  {
    name: "slow-among-the-healthy",
    bug: "a subscription whose subscriber hangs stays in the lane of the healthy ones",
    file: "src/channel/lanes.ts",
    original: "return !subscription.isSlow && !subscription",
    replacement: "return !subscription",
    violates: ["isolation"],
    firstSeed: 840,
  },
  {
    name: "breaker-stops-all",
    bug: "while a subscription's breaker is open, nobody is woken for its neighbours",
    file: "src/channel/serving.ts",
    original: "    return nowMs >= lane.restUntilMs && needsCourier(",
    replacement:
      "    return ![...this.#state.busy].some(({ breaker }) => breaker.isOpen && breaker.nextAtMs() > nowMs) && needsCourier(",
    violates: ["isolation"],
  },
  {
    name: "resumed-asleep",
    bug: "a configuration stirs nobody and arms no alarm, so that who is resumed sleeps until an event or a poke comes",
    file: "src/channel/channel.ts",
    original:
      "        armAgain(this.#state, this.#state.ports.now());\n      });\n      this.#serving.stir(this.#state.busy);\n",
    replacement: "      });\n",
    violates: ["nothing lost", "liveness"],
  },
  {
    name: "broken-filter-matches",
    bug: "a filter that cannot be used passes every event",
    file: "src/core/filters/filter.ts",
    original: '    case "problem":\n      return () => false;',
    replacement: '    case "problem":\n      return () => true;',
    violates: ["filters"],
  },
  {
    name: "parked-expires-early",
    bug: "a pass lets go of what is parked before its time",
    file: "src/channel/retention.ts",
    original: "storage.stragglers.expired(nowMs,",
    replacement: "storage.stragglers.expired(nowMs + 60_000,",
    violates: ["expiry"],
    firstSeed: 225,
  },
  {
    name: "expired-uncounted",
    bug: "what is parked too long goes without being counted",
    file: "src/channel/retention.ts",
    original: "      subscription.counters.discarded++;\n      const act",
    replacement: "      const act",
    violates: ["nothing lost"],
  },
  {
    name: "turned-away-stored",
    bug: "what a full buffer refuses is stored all the same",
    file: "src/channel/intake.ts",
    original: '      return { kind: "overloaded", retryAfterMs: RETRY_AFTER_MS };',
    replacement:
      '      void this.#accept(request.calls, splitCalls(request.bytes, request.calls), undefined);\n      return { kind: "overloaded", retryAfterMs: RETRY_AFTER_MS };',
    violates: ["durable"],
  },
  {
    name: "lease-without-end",
    bug: "a lease is bounded in deliveries, not in bytes",
    file: "src/channel/lease.ts",
    original: " || draft.bytes >= LEASE_BYTES;",
    replacement: ";",
    violates: ["bounded"],
  },
  {
    name: "segment-without-end",
    bug: "a segment is bounded in events, not in bytes",
    file: "src/channel/append-buffer.ts",
    original: " || draft.bytes + rowBytes(bytes, eventKeys) > SEGMENT_BYTES",
    replacement: "",
    violates: ["bounded"],
  },
];
