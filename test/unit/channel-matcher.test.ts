import { describe, expect, test } from "vitest";
import { noCounts } from "../../src/channel/counters.ts";
import { Matcher } from "../../src/channel/matcher.ts";
import { type Position, Subscription } from "../../src/channel/subscription.ts";
import type { SubscriptionConfiguration } from "../../src/core/channel-protocol.ts";
import type { EventHead } from "../../src/core/event.ts";
import type { FilterClause, FilterExpression } from "../../src/core/filters/filter-expression.ts";
import { subscription } from "../kit/channel-world.ts";
import { SeededRandom } from "../kit/seeded-random.ts";
import { randomAttributes, randomClause } from "./random-filters.ts";

const NOWHERE: Position = { epoch: 0, next: null, done: [], leased: 0, counters: noCounts() };

const filters = (...clauses: FilterClause[]): FilterExpression => ({ kind: "filters", filters: clauses });
const exact = (attributes: Record<string, string>): FilterClause => ({ kind: "exact", attributes });

function subscribed(
  uid: string,
  filter: FilterExpression,
  rest: Partial<SubscriptionConfiguration> = {},
): Subscription {
  return new Subscription(subscription(uid, { filter, ...rest }), 0, NOWHERE, 0);
}

const head = (attributes: EventHead["attributes"]): EventHead => ({ attributes, headers: [], hops: 1 });

/** Uids that match, and how many filters were asked for it. */
function matched(subscriptions: readonly Subscription[], attributes: EventHead["attributes"]) {
  let asked = 0;
  for (const each of subscriptions) {
    const { filter } = each;
    each.filter = (event) => {
      asked++;
      return filter(event);
    };
  }
  const uids: string[] = [];
  new Matcher(subscriptions).forEachMatch(head(attributes), ({ uid }) => uids.push(uid));
  return { uids: uids.sort(), asked };
}

describe("matching", () => {
  test("[CHN-40] of a thousand subscriptions on one type, each with a source of its own, one is asked", () => {
    const many = Array.from({ length: 1_000 }, (_, n) =>
      subscribed(`s${n}`, filters(exact({ type: "a", source: `/${n}` }))),
    );
    expect(matched(many, { type: "a", source: "/7" })).toEqual({ uids: ["s7"], asked: 1 });
  });

  test.each<[string, (n: number) => FilterExpression]>([
    ["filter.attributes", (n) => ({ kind: "attributes", attributes: { type: `t${n}` } })],
    ["exact", (n) => filters({ kind: "prefix", attributes: { source: "/" } }, exact({ type: `t${n}` }))],
    [
      "all",
      (n) => filters({ kind: "all", filters: [{ kind: "not", filter: exact({ n: "1" }) }, exact({ type: `t${n}` })] }),
    ],
    ["any", (n) => filters({ kind: "any", filters: [exact({ type: `t${n}` }), exact({ type: `u${n}` })] })],
    ["cesql", (n) => filters({ kind: "cesql", expression: `type = 't${n}' AND NOT EXISTS subject` })],
  ])("[CHN-41] of a thousand subscriptions with a type of their own in %s, one is asked", (_, filter) => {
    const many = Array.from({ length: 1_000 }, (_, n) => subscribed(`s${n}`, filter(n)));
    expect(matched(many, { type: "t7", source: "/s" })).toEqual({ uids: ["s7"], asked: 1 });
    expect(matched(many, { type: "other", source: "/s" })).toEqual({ uids: [], asked: 0 });
  });

  test("[CHN-42] every subscription whose filter passes is visited once, paused ones never", () => {
    const random = new SeededRandom(5);
    for (let run = 0; run < 500; run++) {
      const many = Array.from({ length: 1 + random.below(12) }, (_, n) => {
        const paused = random.perMille(200) ? { paused: true } : {};
        return subscribed(`s${n}`, filters(randomClause(random, random.below(4))), paused);
      });
      const attributes = randomAttributes(random);
      const expected = many.filter((each) => !each.configuration.paused && each.filter(attributes));
      expect(matched(many, attributes).uids).toEqual(expected.map(({ uid }) => uid).sort());
    }
  });
});
