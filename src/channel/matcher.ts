/**
 * Which subscriptions an event may concern, without asking all of them: a filter that demands one exact `type`, else
 * one exact `source`, is found by that value; only the rest is asked about every event.
 */

import { attributeOf, type EventHead } from "../core/event.ts";
import { requiredValue } from "../core/filter.ts";
import type { Subscription } from "./subscription.ts";

export class Matcher {
  readonly #byType = new Map<string, Subscription[]>();
  readonly #bySource = new Map<string, Subscription[]>();
  readonly #rest: Subscription[] = [];

  constructor(subscriptions: Iterable<Subscription>) {
    for (const subscription of subscriptions) {
      if (subscription.configuration.paused) continue;
      const { filter } = subscription.configuration;
      const type = requiredValue(filter, "type");
      const source = requiredValue(filter, "source");
      if (type !== undefined) put(this.#byType, type, subscription);
      else if (source !== undefined) put(this.#bySource, source, subscription);
      else this.#rest.push(subscription);
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

function put(index: Map<string, Subscription[]>, value: string, subscription: Subscription): void {
  const known = index.get(value);
  if (known === undefined) index.set(value, [subscription]);
  else known.push(subscription);
}
