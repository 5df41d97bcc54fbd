/** While neighbours hang, fail and lag, a healthy subscription is offered each event within a bounded time. */
import { nameOf, wants } from "../account.ts";
import type { Invariant } from "../invariant.ts";

/**
 * Wake-up, lease and a courier's window that a slow neighbour fills before it is moved to a lane of its own; twice the second in which a
 * courier whose end is not known is taken to be at work; and those that stand before it in a courier of two, ms.
 */
const MOST_DELAY_MS = 3_000;

export const isolation: Invariant = {
  name: "isolation",
  begin: (world) => {
    const seen = new Set<string>();
    return {
      leased: ({ account, event, delivery, nowMs }) => {
        if (world.weather.name !== "neighbours" || event === undefined) return undefined;
        const { subscriber, maxConcurrency, ratePerSecond, ordering } = account.configuration;
        const isHealthy = subscriber.kind === "url" && !world.subscribers.tempers.has(subscriber.url);
        const isFree = maxConcurrency === undefined && ratePerSecond === undefined && ordering === "unordered";
        const name = nameOf(delivery.token);
        if (!isHealthy || !isFree || seen.has(name) || !wants(account.configuration, event.attributes))
          return undefined;
        seen.add(name);
        const delayMs = nowMs - event.acceptedAtMs;
        return delayMs <= MOST_DELAY_MS ? undefined : `${name} waited ${delayMs} ms although its subscriber is well`;
      },
    };
  },
};
