/**
 * (filters) how often one core evaluates a filter, and how often it finds the one of a channel's filters that an event
 * passes. In this process: the V8 is that of the router's runtime or near it, and nothing else is measured with it.
 */
import { noCounts } from "../../src/channel/counters.ts";
import { Matcher } from "../../src/channel/matcher.ts";
import { Subscription } from "../../src/channel/subscription.ts";
import type { SubscriptionConfiguration } from "../../src/core/channel-protocol.ts";
import type { EventHead } from "../../src/core/event.ts";
import { compileFilter } from "../../src/core/filters/filter.ts";
import type { FilterClause } from "../../src/core/filters/filter-expression.ts";
import { type Evaluations, FILTER_CASES, type FilterCase, type Settings } from "./row.ts";

const MICROSECONDS = 1_000_000;
/** Short enough that all cases share the machine's moods, long enough that reading the clock does not count. */
const ROUND = 100_000;

/** A power of two, so that the next event is found without a division. */
const EVENTS = heads(256);
const EXACT: FilterClause = {
  kind: "exact",
  attributes: { type: "com.github.push", source: "https://github.com/example/1" },
};
const CESQL: FilterClause = {
  kind: "cesql",
  expression: "type LIKE 'com.github.%' AND (EXISTS subject OR sequence > 5)",
};

export async function measureFilters({ seconds, warmUpSeconds }: Settings): Promise<Evaluations> {
  const tests = new Map<FilterCase, (head: EventHead) => boolean>([
    ["exact", asked(EXACT)],
    ["cesql", asked(CESQL)],
    ["one of one", matchedBy(1)],
    ["one of a thousand", matchedBy(1_000)],
  ]);
  const rates = new Map<FilterCase, number>();
  for (const [filter, test] of tests) {
    rate(test, warmUpSeconds / FILTER_CASES.length);
    rates.set(filter, rate(test, seconds / FILTER_CASES.length));
  }
  const of = (filter: FilterCase) => rates.get(filter) ?? Number.NaN;
  return {
    row: "filters",
    evaluationsPerSecond: {
      exact: of("exact"),
      cesql: of("cesql"),
      "one of one": of("one of one"),
      "one of a thousand": of("one of a thousand"),
    },
  };
}

function asked(clause: FilterClause): (head: EventHead) => boolean {
  const filter = compileFilter({ kind: "filters", filters: [clause] });
  return ({ attributes }) => filter(attributes);
}

/** A channel's filters with one type each, of which the first is the events'. */
function matchedBy(count: number): (head: EventHead) => boolean {
  const subscriptions = Array.from({ length: count }, (_, n) => subscribed(n === 0 ? "com.github.push" : `other.${n}`));
  const matcher = new Matcher(subscriptions);
  let found = 0;
  return (head) => {
    const before = found;
    matcher.forEachMatch(head, () => found++);
    return found > before;
  };
}

function subscribed(type: string): Subscription {
  const configuration: SubscriptionConfiguration = {
    uid: type,
    namespace: "default",
    name: type,
    filter: { kind: "filters", filters: [{ kind: "cesql", expression: `type = '${type}'` }] },
    subscriber: { kind: "url", url: "http://127.0.0.1/" },
    reply: { kind: "none" },
    delivery: { retry: 0, backoffMaxMs: 0, timeoutMs: 1_000, retryAfterMaxMs: 0, format: "binary" },
    ordering: "unordered",
    breakerFailures: 1,
    startFrom: { kind: "latest" },
  };
  return new Subscription(configuration, 0, { epoch: 0, next: null, done: [], leased: 0, counters: noCounts() }, 0);
}

/** Calls per second of this process's CPU time. */
function rate(test: (head: EventHead) => boolean, seconds: number): number {
  let calls = 0;
  let passed = 0;
  const start = process.cpuUsage();
  for (;;) {
    for (let round = 0; round < ROUND; round++) {
      const head = EVENTS[round % EVENTS.length];
      if (head !== undefined && test(head)) passed++;
    }
    calls += ROUND;
    const { user, system } = process.cpuUsage(start);
    const usedSeconds = (user + system) / MICROSECONDS;
    if (usedSeconds < seconds) continue;
    if (passed === 0 || passed === calls) throw new Error("the events of this row must pass and fail");
    return calls / usedSeconds;
  }
}

/** As they come out of the log, half of them of the type that the filters want. */
function heads(count: number): readonly EventHead[] {
  return Array.from({ length: count }, (_, n) => {
    const attributes = {
      specversion: "1.0",
      id: String(n),
      source: `https://github.com/example/${n % 3}`,
      type: n % 2 === 0 ? "com.github.push" : "com.example.other",
      datacontenttype: "application/json",
      time: "2026-01-02T03:04:05Z",
      ...(n % 3 === 0 ? {} : { subject: "main" }),
      ...(n % 5 === 0 ? {} : { sequence: String(n % 10) }),
    };
    return JSON.parse(JSON.stringify({ attributes, headers: [], hops: 255 }));
  });
}
