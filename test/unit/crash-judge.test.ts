import { describe, expect, test } from "vitest";
import { type Delivery, type Evidence, TRIGGERS, type TriggerName } from "../crash/evidence.ts";
import { judge } from "../crash/judge.ts";

const KILLS = [
  { sentMs: 10_000, goneMs: 10_020 },
  { sentMs: 20_000, goneMs: 20_020 },
];

/** A delivery that arrived at `arrivedMs` and was answered 50 ms later. */
function delivery(trigger: TriggerName, number: number, arrivedMs: number, more: Partial<Delivery> = {}): Delivery {
  const answer = trigger === "replies" ? { answer: number } : {};
  return { trigger, number, arrivedMs, answeredMs: arrivedMs + 50, status: 202, isIntact: true, ...answer, ...more };
}

/** Event 1 of key 0, acknowledged at 5,000 and delivered to every Trigger at 6,000. */
function wholeRun(more: Partial<Evidence> = {}): Evidence {
  return {
    posted: [{ number: 1, key: 0, startedMs: 4990, endedMs: 5_000, ackedMs: 5_000 }],
    received: TRIGGERS.map((trigger) => delivery(trigger, 1, 6_000)),
    kills: KILLS,
    ...more,
  };
}

function faultsWith(...added: Delivery[]) {
  const run = wholeRun();
  return judge({ ...run, received: [...run.received, ...added] }).faults;
}

describe("[CRASH-1] the judge of crash runs", () => {
  test("finds nothing where nothing is wrong, and counts what was open at each kill", () => {
    const run = wholeRun({
      posted: [
        { number: 1, key: 0, startedMs: 4990, endedMs: 5_000, ackedMs: 5_000 },
        { number: 2, key: 1, startedMs: 9980, endedMs: 9_990, ackedMs: 9_990 },
        { number: 3, key: 2, startedMs: 10000, endedMs: 10_010 },
        { number: 4, key: 3, startedMs: 14990, endedMs: 15_000, refusedWith: 503 },
      ],
    });
    const late = [1, 2].flatMap((number) =>
      number === 1 ? [] : TRIGGERS.map((name) => delivery(name, number, 11_000)),
    );
    const early = delivery("plain", 2, 9_995, { status: 503, answeredMs: 9_999 });
    expect(judge({ ...run, received: [...run.received, early, ...late] })).toEqual({
      rounds: [
        {
          acked: 2,
          refused: 0,
          broken: 1,
          delivered: 5,
          failed: 1,
          unsettledAtKill: 4,
          answeredJustBefore: 0,
          repeatedAfter: 0,
        },
        {
          acked: 0,
          refused: 1,
          broken: 0,
          delivered: 5,
          failed: 0,
          unsettledAtKill: 0,
          answeredJustBefore: 0,
          repeatedAfter: 0,
        },
      ],
      acked: 2,
      unsettled: 4,
      faults: [],
    });
  });

  test.each(TRIGGERS)("an acknowledged event that %s never answered with 2xx is missing", (trigger) => {
    const run = wholeRun();
    const others = run.received.filter((each) => each.trigger !== trigger);
    const missing = [{ kind: "missing", trigger, number: 1 }];
    expect(judge({ ...run, received: others }).faults).toEqual(missing);
    const failed = delivery(trigger, 1, 6_000, { status: 503 });
    expect(judge({ ...run, received: [...others, failed] }).faults).toEqual(missing);
    const { answeredMs: _, ...hungUp } = delivery(trigger, 1, 6_000);
    expect(judge({ ...run, received: [...others, hungUp] }).faults).toEqual(missing);
  });

  test("an event without a 202 that was seen somewhere must be everywhere; one that was not seen need not", () => {
    const run = wholeRun({ posted: [{ number: 1, key: 0, startedMs: 4990, endedMs: 5_000 }] });
    expect(judge(run).faults).toEqual([]);
    expect(judge({ ...run, received: [] }).faults).toEqual([]);
    const faults = judge({ ...run, received: [delivery("plain", 1, 6_000)] }).faults;
    expect(faults.map(({ kind, trigger }) => `${kind} ${trigger}`)).toEqual([
      "missing flaky",
      "missing replying",
      "missing replies",
      "missing ordered",
    ]);
  });

  describe("an event comes again only because of a kill", () => {
    const again = (firstMs: number, againMs: number, lastAckedMs: number) => {
      const run = wholeRun();
      const last = { number: 2, key: 1, startedMs: lastAckedMs - 10, endedMs: lastAckedMs, ackedMs: lastAckedMs };
      const lastReceived = TRIGGERS.map((trigger) => delivery(trigger, 2, lastAckedMs));
      const received = run.received.filter((each) => each.trigger !== "plain");
      const repeated = [delivery("plain", 1, firstMs), delivery("plain", 1, againMs)];
      return judge({
        ...run,
        posted: [...run.posted, last],
        received: [...received, ...lastReceived, ...repeated],
      }).faults;
    };
    const fault = [{ kind: "repeated", trigger: "plain", number: 1 }];
    test.each([
      ["in flight when it came", 9_999, 12_000, 9_990, []],
      ["answered just before it", 9_500, 12_000, 9_990, []],
      ["answered long before an event that was acknowledged", 8_850, 12_000, 9_990, fault],
      ["the same, on a machine where a post took 10 ms", 8_900, 12_000, 9_990, []],
      ["nothing was acknowledged since the answer, because the disk hung", 8_900, 12_000, 9_000, []],
      ["the event that was acknowledged after it was posted too soon", 8_000, 12_000, 9_050, []],
      ["no kill at all", 9_500, 9_900, 9_990, fault],
      ["the kill was before both", 11_000, 12_000, 9_990, fault],
      ["of two kills the answer was before the second", 11_000, 21_000, 9_990, []],
      ["and an event after the answer was acknowledged", 11_000, 21_000, 13_000, fault],
    ])("%s", (_name, firstMs, againMs, lastAckedMs, faults) => {
      expect(again(firstMs, againMs, lastAckedMs)).toEqual(faults);
    });
  });

  test("a failed attempt is no repetition, one after a success is", () => {
    const failed = delivery("flaky", 1, 5_500, { status: 503, answeredMs: 5_550 });
    expect(faultsWith(failed)).toEqual([]);
    expect(faultsWith({ ...failed, arrivedMs: 6_500 })).toEqual([{ kind: "repeated", trigger: "flaky", number: 1 }]);
  });

  test("a reply may come again after a kill, but never another reply to the same event", () => {
    const run = wholeRun({ received: TRIGGERS.map((trigger) => delivery(trigger, 1, 9_500)) });
    const repeatedReply = (answer: number) =>
      judge({ ...run, received: [...run.received, delivery("replies", 1, 12_000, { answer })] }).faults;
    expect(repeatedReply(1)).toEqual([]);
    expect(repeatedReply(2)).toEqual([{ kind: "second-reply", trigger: "replies", number: 1 }]);
  });

  test("of one key no event arrives before the one ahead of it was answered", () => {
    const ordered = (secondKey: number, secondArrivedMs: number) => {
      const run = wholeRun({
        posted: [
          { number: 1, key: 0, startedMs: 4990, endedMs: 5_000, ackedMs: 5_000 },
          { number: 2, key: secondKey, startedMs: 5090, endedMs: 5_100, ackedMs: 5_100 },
        ],
      });
      const second = TRIGGERS.map((trigger) => delivery(trigger, 2, trigger === "ordered" ? secondArrivedMs : 6_000));
      return judge({ ...run, received: [...run.received, ...second] }).faults;
    };
    expect(ordered(0, 6_051)).toEqual([]);
    expect(ordered(1, 5_500)).toEqual([]);
    expect(ordered(0, 6_049)).toEqual([{ kind: "out-of-order", trigger: "ordered", number: 2 }]);
  });

  test("an event that nobody posted, and one whose bytes changed", () => {
    expect(faultsWith(delivery("plain", 7, 6_000))).toEqual([{ kind: "unknown", trigger: "plain", number: 7 }]);
    const altered = delivery("flaky", 1, 5_500, { status: 503, answeredMs: 5_550, isIntact: false });
    expect(faultsWith(altered)).toEqual([{ kind: "altered", trigger: "flaky", number: 1 }]);
  });
});
