/**
 * Which subscriptions an event may concern, without asking all of them. A filter that can only pass events of certain types,
 * or from certain sources, is found by those values, wherever in it they stand (`requiredValues`); only the rest is asked
 * about every event. Where a filter names both, it is found by the one that fewer filters share: of a thousand Triggers on
 * one type, each with a source of its own, an event then meets one. What is found is still asked as a whole.
 */

import { attributeOf, type EventHead } from "../core/event.ts";
import { requiredValues } from "../core/filters/required-values.ts";
import type { Subscription } from "./subscription.ts";

type Index = Map<string, Subscription[]>;

export class Matcher {
  readonly #byType: Index = new Map();
  readonly #bySource: Index = new Map();
  readonly #rest: Subscription[] = [];

  constructor(subscriptions: Iterable<Subscription>) {
    const active = [...subscriptions]
      .filter(({ configuration }) => !configuration.paused)
      .map((subscription) => {
        const { filter } = subscription.configuration;
        return { subscription, types: requiredValues(filter, "type"), sources: requiredValues(filter, "source") };
      });
    const typeCounts = countsOf(active.flatMap(({ types }) => types ?? []));
    const sourceCounts = countsOf(active.flatMap(({ sources }) => sources ?? []));
    for (const { subscription, types, sources } of active) {
      if (types === undefined && sources === undefined) this.#rest.push(subscription);
      else if (neighbours(types, typeCounts) <= neighbours(sources, sourceCounts))
        put(this.#byType, types, subscription);
      else put(this.#bySource, sources, subscription);
    }
  }

  /** No event concerns anybody, so none needs to be looked at. */
  get isEmpty(): boolean {
    return this.#rest.length === 0 && this.#byType.size === 0 && this.#bySource.size === 0;
  }

  /** Visits every subscription whose filter passes the event. */
  forEachMatch(head: EventHead, visit: (subscription: Subscription) => void): void {
    const type = attributeOf(head.attributes, "type");
    const source = attributeOf(head.attributes, "source");
    // One event has one type and one source, so it meets no subscription twice.
    this.#visit(typeof type === "string" ? this.#byType.get(type) : undefined, head, visit);
    this.#visit(typeof source === "string" ? this.#bySource.get(source) : undefined, head, visit);
    this.#visit(this.#rest, head, visit);
  }

  #visit(
    candidates: readonly Subscription[] | undefined,
    head: EventHead,
    visit: (subscription: Subscription) => void,
  ): void {
    if (candidates === undefined) return;
    for (const subscription of candidates) {
      if (subscription.filter(head.attributes)) visit(subscription);
    }
  }
}

function countsOf(values: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** Filters that an event with one of these values meets at most, this one included. */
function neighbours(values: readonly string[] | undefined, counts: ReadonlyMap<string, number>): number {
  if (values === undefined) return Number.POSITIVE_INFINITY;
  return values.reduce((most, value) => Math.max(most, counts.get(value) ?? 0), 0);
}

function put(index: Index, values: readonly string[] | undefined, subscription: Subscription): void {
  for (const value of values ?? []) {
    const known = index.get(value);
    if (known === undefined) index.set(value, [subscription]);
    else known.push(subscription);
  }
}
