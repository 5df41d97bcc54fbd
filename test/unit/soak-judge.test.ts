import { describe, expect, test } from "vitest";
import { cpuMsIn } from "../kit/process-figures.ts";
import { SeededRandom } from "../kit/seeded-random.ts";
import { mean, median } from "../kit/statistics.ts";
import type { Answered, SoakEvidence, Window } from "../soak/evidence.ts";
import { trendOf } from "../soak/flatness.ts";
import { judge } from "../soak/judge.ts";
import { LatencyHistogram } from "../soak/latency-histogram.ts";
import { NumberSet } from "../soak/number-set.ts";
import { seriesOf } from "../soak/report.ts";
import { isForFailing, isForSlow } from "../soak/shares.ts";

const EVENTS = 1_000;
const NUMBERS = Array.from({ length: EVENTS }, (_, number) => number);
const FOR_SLOW = NUMBERS.filter(isForSlow);
const FOR_FAILING = NUMBERS.filter(isForFailing);
const WINDOWS = 180;

function setOf(numbers: readonly number[]): NumberSet {
  const set = new NumberSet();
  for (const number of numbers) set.add(number);
  return set;
}

function answered(numbers: readonly number[], requestsPerEvent = 1): Answered {
  return { numbers: setOf(numbers), requests: requestsPerEvent * numbers.length, altered: 0 };
}

function window(more: { rssMb?: number; diskMb?: number; p99Ms?: number; acceptedPerSecond?: number } = {}): Window {
  const { rssMb = 200, diskMb = 300, p99Ms = 10, acceptedPerSecond = 100 } = more;
  const latency = new LatencyHistogram();
  latency.record(p99Ms);
  return { rssMb, diskMb, acceptedPerSecond, cores: 0.5, latency };
}

/** Half an hour in which nothing went wrong. */
function goodRun(more: Partial<SoakEvidence> = {}): SoakEvidence {
  return {
    minutes: 30,
    otherWork: 0.1,
    oneTriggerPerSecond: 300,
    peakPerSecond: 143,
    ratePerSecond: 100,
    accepted: setOf(NUMBERS),
    notAccepted: 0,
    healthy: answered(NUMBERS),
    slow: answered(FOR_SLOW),
    failing: answered(FOR_FAILING, 3),
    deadLetters: answered(FOR_FAILING),
    windows: Array.from({ length: WINDOWS }, () => window()),
    ...more,
  };
}

/** Windows whose last third is different. */
function growing(last: Parameters<typeof window>[0]): readonly Window[] {
  return Array.from({ length: WINDOWS }, (_, index) => window(index < (2 * WINDOWS) / 3 ? {} : last));
}

describe("[SOAK-1] the judge of soaks", () => {
  test("a run where nothing is wrong", () => {
    const { healthy, slow, failing, failures } = judge(goodRun());
    expect({ healthy, slow, failing, failures }).toEqual({
      healthy: { events: EVENTS, ended: EVENTS, lost: 0, repeated: 0 },
      slow: { events: 20, ended: 20, lost: 0, repeated: 0 },
      failing: { events: 50, ended: 50, lost: 0, repeated: 0, attempts: 150 },
      failures: [],
    });
  });

  test.each([
    ["healthy", { healthy: answered(NUMBERS.slice(1)) }, "1 of 1000 events did not come to healthy"],
    ["slow", { slow: answered(FOR_SLOW.slice(2)) }, "2 of 20 events did not come to slow"],
    ["failing", { deadLetters: answered(FOR_FAILING.slice(1)) }, "1 of 50 events did not come to dead letter sink"],
  ])("an accepted event that did not end where it must: %s", (_name, more, failure) => {
    expect(judge(goodRun(more)).failures).toEqual([failure]);
  });

  test("what was delivered without being acknowledged makes nothing good", () => {
    const others = [...NUMBERS.slice(1), EVENTS + 3];
    expect(judge(goodRun({ healthy: answered(others) })).healthy).toMatchObject({ ended: EVENTS - 1, lost: 1 });
  });

  test.each([
    ["repeated", { healthy: { ...answered(NUMBERS), requests: EVENTS + 4 } }, "4 events came again to healthy"],
    ["altered", { slow: { ...answered(FOR_SLOW), altered: 2 } }, "altered events came: 0, 2, 0, 0"],
    ["too many attempts", { failing: answered(FOR_FAILING, 4) }, "200 attempts at failing, expected 150"],
    ["refused", { notAccepted: 7 }, "7 posts were not accepted, at a load that the router carries"],
    ["nothing accepted", { accepted: setOf([]) }, "no event was for healthy"],
  ])("%s", (_name, more, failure) => {
    expect(judge(goodRun(more)).failures).toContain(failure);
  });

  test.each([
    ["memory", { rssMb: 215 }, { rssMb: 217 }, "memory grew"],
    ["p99", { p99Ms: 39 }, { p99Ms: 45 }, "p99 grew"],
    ["disk", { diskMb: 375 }, { diskMb: 376 }, "the data folder grew"],
    ["load", { acceptedPerSecond: 86 }, { acceptedPerSecond: 84 }, "95 events/s were accepted"],
  ])("growth of %s in the last third", (_name, allowed, tooMuch, failure) => {
    expect(judge(goodRun({ windows: growing(allowed) })).failures).toEqual([]);
    const { failures } = judge(goodRun({ windows: growing(tooMuch) }));
    expect(failures.map((text) => text.slice(0, failure.length))).toEqual([failure]);
  });

  test("the disk of a run too short for the log to reach its size is not judged", () => {
    expect(judge(goodRun({ minutes: 9, windows: growing({ diskMb: 900 }) })).failures).toEqual([]);
  });

  test("figures that are missing fail", () => {
    const windows = growing({ rssMb: Number.NaN }).map((each) => ({ ...each, latency: new LatencyHistogram() }));
    expect(judge(goodRun({ windows })).failures.length).toBe(2);
  });
});

describe("[SOAK-2] figures in bounded memory", () => {
  test("a set of numbers holds what an ordinary set holds, also after its bytes were sent", () => {
    const random = new SeededRandom(7);
    const expected = new Set<number>();
    const set = new NumberSet();
    for (let count = 0; count < 20_000; count++) {
      const number = random.below(100_000);
      expect(set.add(number)).toBe(!expected.has(number));
      expected.add(number);
    }
    const copy = new NumberSet(set.bytes);
    expect([...copy]).toEqual([...expected].sort((one, other) => one - other));
    expect([set.size, copy.size, copy.has(100_001)]).toEqual([expected.size, expected.size, false]);
  });

  test("percentiles are at most one class above the exact ones, however many histograms they were in", () => {
    const random = new SeededRandom(8);
    const values = Array.from({ length: 5_000 }, () => 0.2 + random.below(1_000_000) / 1_000);
    const parts = [new LatencyHistogram(), new LatencyHistogram()];
    for (const [index, value] of values.entries()) parts[index % 2]?.record(value);
    const histogram = LatencyHistogram.merged(parts);
    const sorted = values.toSorted((one, other) => one - other);
    for (const share of [1, 50, 99, 100]) {
      const exact = sorted[Math.ceil((sorted.length * share) / 100) - 1] ?? Number.NaN;
      expect(histogram.percentile(share)).toBeGreaterThanOrEqual(exact);
      expect(histogram.percentile(share)).toBeLessThanOrEqual(exact * 1.05);
    }
    expect(new LatencyHistogram().percentile(50)).toBeNaN();
  });

  test("what is beyond the classes is in the first or the last one", () => {
    const histogram = new LatencyHistogram();
    for (const ms of [-3, 0, 1e9]) histogram.record(ms);
    expect([histogram.percentile(50), histogram.percentile(100) > 90_000]).toEqual([0.1, true]);
  });

  test("a trend compares the last third with the middle one", () => {
    expect(trendOf([9, 9, 1, 3, 5, 7], mean)).toEqual({ middle: 2, last: 6 });
    expect(trendOf([9, 9, 9, 1, 2, 60, 4, 5, 90], median)).toEqual({ middle: 2, last: 5 });
  });

  test("processor time is read behind a name that looks like fields", () => {
    const stat = "42 (a) b (1 2) S 1 42 42 0 -1 4194560 10 0 3 0 1234 66 7 8 20 0 9 0 555 1000000 2000 0\n";
    expect(cpuMsIn(stat)).toBe(13_000);
  });

  test("six windows are one minute of the series", () => {
    const windows = [...Array.from({ length: 6 }, () => window({ rssMb: 100 })), window({ rssMb: 300, p99Ms: 20 })];
    expect(seriesOf(windows)).toEqual([
      { minute: 1, rssMb: 100, diskMb: 300, p50Ms: 10.3, p99Ms: 10.3, acceptedPerSecond: 100, cores: 0.5 },
      { minute: 2, rssMb: 300, diskMb: 300, p50Ms: 20.4, p99Ms: 20.4, acceptedPerSecond: 100, cores: 0.5 },
    ]);
  });
});
