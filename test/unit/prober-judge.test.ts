import { describe, expect, test } from "vitest";
import type { Posted } from "../kit/histories.ts";
import { type Delivery, type Evidence, TRIGGERS, type TriggerName } from "../prober/evidence.ts";
import { isKept, judge, SETTLED_WITHIN_MS } from "../prober/judge.ts";
import { outagesIn } from "../prober/outages.ts";
import { longestSilence } from "../prober/silence.ts";

const END_MS = 60_000;

/** An event that was posted in 10 ms and acknowledged at `ackedMs`. */
function accepted(number: number, ackedMs: number, key = number): Posted {
  return { number, key, startedMs: ackedMs - 10, endedMs: ackedMs, ackedMs };
}

/** A delivery that arrived at `arrivedMs` and was answered 5 ms later. */
function delivery(trigger: TriggerName, number: number, arrivedMs: number, more: Partial<Delivery> = {}): Delivery {
  const answer = { answeredMs: arrivedMs + 5, status: 202 };
  return { trigger, number, attempt: 1, arrivedMs, ...answer, isIntact: true, ...more };
}

/** Events 1 and 2, acknowledged at 10,000 and 10,100, delivered everywhere 20 ms later. */
function wholeRun(): Evidence {
  return {
    posted: [accepted(1, 10_000), accepted(2, 10_100)],
    failedPosts: [],
    received: TRIGGERS.flatMap((trigger) => [delivery(trigger, 1, 10_020), delivery(trigger, 2, 10_120)]),
    endedMs: END_MS,
  };
}

function withDelivery(added: Delivery, more: Partial<Evidence> = {}) {
  const run = { ...wholeRun(), ...more };
  return judge({ ...run, received: [...run.received, added] });
}

const CLEAN = {
  delivered: 2,
  missing: 0,
  duplicatesAllowed: 0,
  duplicatesNotAllowed: 0,
  reordered: 0,
  altered: 0,
  refused: 0,
};

describe("[PROBE-1] the judge of the prober", () => {
  test("a run where nothing is wrong", () => {
    const verdict = judge(wholeRun());
    expect(verdict).toEqual({
      accepted: 2,
      givenUp: 0,
      failedPosts: 0,
      triggers: { unordered: CLEAN, ordered: CLEAN, flaky: CLEAN },
      storedTwice: 0,
      outages: [],
      longestWithoutAccepting: { fromMs: 9_990, untilMs: 10_000 },
      longestWithoutDelivering: { fromMs: 9_990, untilMs: 10_020 },
    });
    expect(isKept(verdict)).toBe(true);
  });

  test("a run that accepted nothing shows nothing, so its promise is not kept", () => {
    expect(isKept(judge({ posted: [], failedPosts: [], received: [], endedMs: END_MS }))).toBe(false);
  });

  test.each(TRIGGERS)("an accepted event that %s did not answer with 2xx is missing", (trigger) => {
    const run = wholeRun();
    const others = run.received.filter((each) => each.trigger !== trigger || each.number !== 2);
    for (const received of [others, [...others, delivery(trigger, 2, 10_120, { status: 503 })]]) {
      const verdict = judge({ ...run, received });
      expect(verdict.triggers[trigger]).toMatchObject({ delivered: 1, missing: 1 });
      expect(isKept(verdict)).toBe(false);
    }
  });

  test("an event that was given up is missing only where another subscriber saw it", () => {
    const { posted, ...run } = wholeRun();
    const givenUp = { number: 3, key: 3, startedMs: 10_000, endedMs: 40_000 };
    const failed = { ...run, posted: [...posted, givenUp] };
    expect(judge(failed)).toMatchObject({ givenUp: 1, triggers: { unordered: CLEAN, ordered: CLEAN, flaky: CLEAN } });
    const seen = judge({ ...failed, received: [...run.received, delivery("flaky", 3, 10_200)] });
    expect([seen.triggers.unordered.missing, seen.triggers.ordered.missing, seen.triggers.flaky.missing]).toEqual([
      1, 1, 0,
    ]);
  });

  test("a refused attempt that is followed by another is counted and is no duplicate", () => {
    const refused = delivery("flaky", 1, 10_010, { status: 503 });
    expect(withDelivery(refused).triggers.flaky).toEqual({ ...CLEAN, refused: 1 });
  });

  test("of one key no event arrives before the one ahead of it was answered", () => {
    const ordered = (key: number, arrivedMs: number) => {
      const posted = [...wholeRun().posted, accepted(3, 10_200, key)];
      const others = [delivery("unordered", 3, 10_220), delivery("flaky", 3, 10_220)];
      const received = [...wholeRun().received, ...others, delivery("ordered", 3, arrivedMs)];
      return judge({ ...wholeRun(), posted, received }).triggers.ordered.reordered;
    };
    expect([ordered(2, 10_124), ordered(2, 10_126), ordered(7, 10_124)]).toEqual([1, 0, 0]);
  });

  test("changed bytes, and an event that nobody posted", () => {
    const altered = delivery("flaky", 1, 10_010, { status: 503, isIntact: false });
    expect(withDelivery(altered).triggers.flaky.altered).toBe(1);
    expect(withDelivery(delivery("flaky", 9, 10_010)).triggers.flaky.altered).toBe(1);
    expect(isKept(withDelivery(altered))).toBe(false);
  });

  test("two attempts of one event among the deliveries: it was stored twice, which no outage excuses", () => {
    const again = delivery("unordered", 1, 10_300, { attempt: 2 });
    const failedPosts = [{ startedMs: 10_010, endedMs: 10_050 }];
    const verdict = withDelivery(again, { failedPosts });
    expect(verdict).toMatchObject({ storedTwice: 1, triggers: { unordered: { duplicatesAllowed: 1 } } });
    expect(isKept(verdict)).toBe(false);
  });

  describe("a duplicate", () => {
    const againAt = (arrivedMs: number, failedMs: number | undefined) => {
      const failedPosts = failedMs === undefined ? [] : [{ startedMs: failedMs - 5, endedMs: failedMs }];
      const back = accepted(4, 30_000);
      const backReceived = TRIGGERS.map((trigger) => delivery(trigger, 4, 30_020));
      const { posted, received, ...run } = wholeRun();
      const evidence = { ...run, failedPosts, posted: [...posted, back], received: [...received, ...backReceived] };
      const { duplicatesAllowed, duplicatesNotAllowed } = withDelivery(delivery("unordered", 1, arrivedMs), evidence)
        .triggers.unordered;
      return { duplicatesAllowed, duplicatesNotAllowed };
    };
    const allowed = { duplicatesAllowed: 1, duplicatesNotAllowed: 0 };
    const notAllowed = { duplicatesAllowed: 0, duplicatesNotAllowed: 1 };

    test.each([
      ["without an outage", 10_500, undefined, notAllowed],
      ["after an outage that began just after the first delivery", 31_000, 10_300, allowed],
      ["before the outage", 10_090, 10_300, notAllowed],
    ])("%s", (_name, arrivedMs, failedMs, expected) => {
      expect(againAt(arrivedMs, failedMs)).toEqual(expected);
    });

    test("is not allowed when its first delivery was answered long before the outage or only after it", () => {
      const outageFrom = (startMs: number) => {
        const posted = [...wholeRun().posted, accepted(3, startMs), accepted(4, startMs + 1_000)];
        const others = TRIGGERS.flatMap((trigger) => [
          delivery(trigger, 3, startMs + 10),
          delivery(trigger, 4, startMs + 1_010),
        ]);
        const received = [...wholeRun().received, ...others];
        const failedPosts = [{ startedMs: startMs + 100, endedMs: startMs + 200 }];
        return withDelivery(delivery("unordered", 1, 30_000), { posted, received, failedPosts }).triggers.unordered;
      };
      const answeredMs = 10_025;
      expect(outageFrom(answeredMs + SETTLED_WITHIN_MS)).toMatchObject(allowed);
      expect(outageFrom(answeredMs + SETTLED_WITHIN_MS + 1)).toMatchObject(notAllowed);
      expect(outageFrom(9_000)).toMatchObject(notAllowed);
    });
  });
});

describe("[PROBE-2] times without service", () => {
  const acksAt = (...times: number[]) => times.map((ms, number) => accepted(number, ms));
  const failedAt = (...times: number[]) => times.map((endedMs) => ({ startedMs: endedMs - 1, endedMs }));
  const outages = (posted: readonly Posted[], failedPosts: readonly { startedMs: number; endedMs: number }[]) =>
    outagesIn({ posted, failedPosts, received: [], endedMs: END_MS });

  test("an outage is from the last acknowledgement before a failure to the first one after", () => {
    expect(outages(acksAt(100, 200, 900, 1_000), failedAt(300, 400))).toEqual([{ fromMs: 200, untilMs: 900 }]);
    expect(outages(acksAt(100, 200), [])).toEqual([]);
  });

  test("one that has not ended lasts to the end of the run, one at the beginning begins with the failure", () => {
    expect(outages(acksAt(100), failedAt(300))).toEqual([{ fromMs: 100, untilMs: END_MS }]);
    expect(outages(acksAt(300), failedAt(100))).toEqual([{ fromMs: 100, untilMs: 300 }]);
  });

  test.each([
    ["nothing wanted", [], [5], undefined],
    ["between two services", [[0, 100]], [0, 20, 90, 100], [20, 90]],
    ["before the first", [[0, 100]], [70, 90], [0, 70]],
    ["after the last", [[0, 100]], [10, 20], [20, 100]],
    [
      "a pause in which nothing was wanted does not count",
      [
        [0, 10],
        [90, 100],
      ],
      [10, 100],
      [0, 10],
    ],
    [
      "what overlaps is one time",
      [
        [0, 60],
        [50, 100],
      ],
      [10, 95],
      [10, 95],
    ],
    ["services while nothing was wanted count for nothing", [[50, 100]], [10, 20, 70], [70, 100]],
  ] as const)("%s", (_name, wanted, served, expected) => {
    const spans = wanted.map(([fromMs, untilMs]) => ({ fromMs, untilMs }));
    const longest = expected === undefined ? undefined : { fromMs: expected[0], untilMs: expected[1] };
    expect(longestSilence(spans, served)).toEqual(longest);
  });
});
