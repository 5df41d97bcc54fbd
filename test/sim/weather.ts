/** What goes wrong in a run and how often: drawn from the seed, so that some runs are calm and some are terrible. */
import type { SeededRandom } from "../kit/seeded-random.ts";

export interface Weather {
  readonly name: "calm" | "neighbours" | "breeze" | "storm" | "hurricane";
  /** Longest time from a write to its durability, milliseconds. */
  readonly diskMs: number;
  /** Longest way of a call, one direction, milliseconds. */
  readonly callMs: number;
  /** Of 1,000 calls: the request is lost, or its answer. */
  readonly lostCalls: number;
  /** Of 1,000 calls: the request arrives so late that its caller has given up. */
  readonly lateCalls: number;
  /** Of 1,000 calls of producers and couriers: never end. */
  readonly hungCalls: number;
  /** Of 1,000 direct wake-ups: refused. */
  readonly refusedWakes: number;
  /** Of 1,000 queue messages: lost, doubled, late. */
  readonly lostMessages: number;
  readonly doubledMessages: number;
  readonly lateMessages: number;
  /** Of 1,000 alarms: never come by themselves. */
  readonly stuckAlarms: number;
  /** Of 1,000 transactions: fail at once, because the disk is full, or never become durable. */
  readonly fullDisks: number;
  readonly failedCommits: number;
  /** Of 1,000 steps: one object, the whole process, a courier, an ingress isolate ends without a word. */
  readonly objectCrashes: number;
  readonly processCrashes: number;
  readonly courierKills: number;
  readonly isolateKills: number;
  /** Of 1,000 steps: an idle object leaves memory. */
  readonly evictions: number;
  /** Of 1,000 posts: the client hangs up. */
  readonly hangUps: number;
  /** Of 1,000 deliveries: not answered as the subscriber's temper has it, but with trouble of some kind. */
  readonly subscriberTrouble: number;
  /** Of 1,000 steps: people change something. */
  readonly peopleActs: number;
}

const CALM: Weather = {
  name: "calm",
  diskMs: 2,
  callMs: 2,
  lostCalls: 0,
  lateCalls: 0,
  hungCalls: 0,
  refusedWakes: 0,
  lostMessages: 0,
  doubledMessages: 0,
  lateMessages: 0,
  stuckAlarms: 0,
  fullDisks: 0,
  failedCommits: 0,
  objectCrashes: 0,
  processCrashes: 0,
  courierKills: 0,
  isolateKills: 0,
  evictions: 0,
  hangUps: 0,
  subscriberTrouble: 0,
  peopleActs: 0,
};

/** The weather after the storm. */
export const HEALED = CALM;

export function drawWeather(random: SeededRandom): Weather {
  const dice = random.below(100);
  if (dice < 8) return { ...CALM, evictions: 20 };
  if (dice < 20) return { ...CALM, name: "neighbours", callMs: 5, diskMs: 20 };
  if (dice < 45) return drawn(random, "breeze", 1);
  if (dice < 85) return drawn(random, "storm", 3);
  return drawn(random, "hurricane", 8);
}

/** Each trouble has a strength of its own, and some are absent. */
function drawn(random: SeededRandom, name: Weather["name"], strength: number): Weather {
  const upTo = (most: number): number => (random.below(4) === 0 ? 0 : random.below(most * strength + 1));
  return {
    name,
    diskMs: random.pick([1, 5, 20, 80]) * Math.ceil(strength / 2),
    callMs: random.pick([1, 4, 20, 100]),
    lostCalls: upTo(20),
    lateCalls: upTo(8),
    hungCalls: upTo(12),
    refusedWakes: upTo(40),
    lostMessages: upTo(60),
    doubledMessages: upTo(60),
    lateMessages: upTo(60),
    stuckAlarms: upTo(30),
    fullDisks: upTo(2),
    failedCommits: upTo(2),
    objectCrashes: upTo(25),
    processCrashes: upTo(8),
    courierKills: upTo(30),
    isolateKills: upTo(15),
    evictions: upTo(15),
    hangUps: upTo(60),
    subscriberTrouble: upTo(60),
    peopleActs: 20 + upTo(60),
  };
}
