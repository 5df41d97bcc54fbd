/**
 * One run: a storm in which everything happens, then healed weather and time, then nothing may be left to do.
 * The seed decides all of it; `steps` cuts the storm short.
 */

import { isBroken } from "./broken-filters.ts";
import type { Violation } from "./ledger.ts";
import { setLimits } from "./limits.ts";
import { LATE_MS } from "./network.ts";
import { HEALED } from "./weather.ts";
import { World } from "./world.ts";

export interface RunResult {
  readonly seed: number;
  readonly hash: number;
  readonly violation: Violation | undefined;
  readonly lines: readonly string[];
  readonly steps: number;
  readonly events: number;
  readonly crashes: number;
}

export interface RunOptions {
  readonly isRecording?: boolean;
  /** Steps of the storm at most. */
  readonly steps?: number;
}

/** Alarms have been seen to stick: the control plane pokes its channels this often, milliseconds. */
const POKE_MS = 300_000;
/** A round of healing, milliseconds. */
const ROUND_MS = 20_000;
/**
 * What may stand between a healed world and its last delivery, milliseconds: a lease of two timeouts of ten seconds and its margin, the
 * longest pause of a breaker, the longest wait for a retry with its jitter, and the watchdog.
 */
const LAST_TROUBLES_MS = 30_000 + 60_000 + 21_000 + 5_000;
/** The lowest rate that people set. */
const LOWEST_RATE_PER_SECOND = 5;
const [MINUTE_MS, HOUR_MS] = [60_000, 3_600_000];

export async function simulate(seed: number, options: RunOptions = {}): Promise<RunResult> {
  // Every other run has small bounds.
  const limits = setLimits(seed % 2 === 0);
  const world = new World(seed, { limits, isRecording: options.isRecording ?? false });
  const isViolated = (): boolean => world.ledger.violation !== undefined;
  await begin(world);
  const drawn = world.random.between(25, 60);
  const steps = Math.min(drawn, options.steps ?? drawn);
  try {
    for (let step = 0; step < steps && !isViolated(); step++) await weatherStep(world);
    if (!isViolated()) await heal(world);
  } catch (error) {
    world.ledger.violate("the simulator", error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  return {
    seed,
    hash: world.trace.hash,
    violation: world.ledger.violation,
    lines: world.trace.lines,
    steps,
    events: [...world.ledger.records.values()].reduce((sum, record) => sum + record.everLogged.size, 0),
    crashes: world.objects.reduce((sum, object) => sum + object.instances - 1, 0),
  };
}

async function begin(world: World): Promise<void> {
  const { weather } = world;
  world.weather = HEALED;
  for (const [index, object] of world.objects.entries()) world.controlPlane.create(object.name, index);
  await world.clock.advanceByInstants(100);
  world.weather = weather;
  // Elsewhere nobody pokes: what stalls without a stuck alarm must come to light, not be rescued.
  if (weather.stuckAlarms > 0) poke(world);
  if (weather.name === "neighbours") world.people.spoilNeighbours();
}

async function weatherStep(world: World): Promise<void> {
  const { random, weather, producers, people, trace } = world;
  const dice = random.below(100);
  if (dice < 55) producers.post();
  else if (dice < 65) for (let count = random.between(3, 8); count > 0; count--) producers.post();
  if (weather.peopleActs > 0 && random.perMille(120)) people.changeTemper();
  if (random.perMille(weather.peopleActs)) people.act();
  if (random.perMille(weather.courierKills)) world.couriers.killOne();
  if (random.perMille(weather.isolateKills)) producers.killIsolate();
  if (random.perMille(weather.evictions)) random.pick(world.objects).evict();
  if (random.perMille(weather.processCrashes)) crashEverything(world);
  if (weather.peopleActs > 0 && random.perMille(7)) timePasses(world, random.between(1, 30) * HOUR_MS);
  // As that, with everything alive: timers, couriers and alarms meet what expires.
  if (weather.peopleActs > 0 && random.perMille(8)) await timeGoesBy(world, random.between(2, 40) * MINUTE_MS);
  await world.clock.advanceByInstants(pause(world));
  // Between two steps of an object, wherever it is just then.
  if (random.perMille(weather.objectCrashes)) random.pick(world.objects).crash("killed");
  trace.note("step", "", producers.posted);
  world.ledger.look();
}

/** Mostly moments; sometimes as long as retries, sometimes as long as leases. */
function pause({ random }: World): number {
  const dice = random.below(100);
  if (dice < 70) return random.below(60);
  if (dice < 93) return random.below(1_500);
  return random.below(20_000);
}

function crashEverything(world: World): void {
  world.trace.note("process crashed", "");
  for (const object of world.objects) object.crash("the process was killed");
  world.couriers.killAll();
  world.producers.killAllIsolates();
  world.wakeUps.forget();
}

/** The machine was off: nothing happens on the way. */
function timePasses(world: World, ms: number): void {
  crashEverything(world);
  world.trace.note("time passes", "", ms);
  world.clock.nowMs += ms;
}

async function timeGoesBy(world: World, ms: number): Promise<void> {
  world.trace.note("time goes by", "", ms);
  await world.clock.advanceByInstants(ms);
}

function poke(world: World): void {
  for (const object of world.objects) object.call((host) => host.poke()).catch(() => {});
  world.clock.schedule(POKE_MS, () => poke(world));
}

async function heal(world: World): Promise<void> {
  const { trace, controlPlane, people, subscribers, clock } = world;
  const healedMs = clock.nowMs;
  trace.note("healed", "");
  world.weather = HEALED;
  subscribers.tempers.clear();
  for (const { name } of world.objects) {
    const wanted = controlPlane.wanted(name);
    if (wanted === undefined || wanted.draining) continue;
    controlPlane.want(name, {
      ...wanted,
      subscriptions: wanted.subscriptions.map((each) => {
        if (isBroken(each.filter)) return people.mended(each);
        return each.paused ? { ...each, paused: false } : each;
      }),
    });
  }
  await clock.advanceByInstants(LATE_MS);
  // Twice in a row, unless the time in which it was to happen is over: the invariants say then what is left.
  for (let quiet = 0; quiet < 2 && (quiet > 0 || clock.nowMs <= quietByMs(world, healedMs)); ) {
    for (let part = 0; part < 4 && world.ledger.violation === undefined; part++) {
      await clock.advanceByInstants(ROUND_MS / 4);
      world.ledger.look();
    }
    if (world.ledger.violation !== undefined) return;
    quiet = (await isQuiet(world)) ? quiet + 1 : 0;
  }
  world.ledger.finish();
}

/** Until then what had gone wrong may take to end. */
function quietByMs({ ledger, storm }: World, healedMs: number): number {
  const events = [...ledger.records.values()].reduce((sum, record) => sum + record.everLogged.size, 0);
  const pokedMs = storm.stuckAlarms > 0 ? POKE_MS : 0;
  return healedMs + LATE_MS + LAST_TROUBLES_MS + pokedMs + (events / LOWEST_RATE_PER_SECOND) * 1_000;
}

async function isQuiet(world: World): Promise<boolean> {
  let isDone = world.couriers.running.size === 0;
  for (const object of world.objects) {
    const record = world.ledger.record(object);
    record.finalStats = await stats(world, object.name);
    for (const { behind, inFlight, retrying } of record.finalStats)
      if (behind + inFlight + retrying > 0) isDone = false;
  }
  return isDone;
}

type Stats = { uid: string; behind: number; inFlight: number; retrying: number };

async function stats(world: World, name: World["objects"][number]["name"]): Promise<Stats[]> {
  const asked = world.object(name).call((host) => host.operate({ verb: "stats" }));
  let answer: Awaited<typeof asked> | undefined;
  asked.then(
    (said) => {
      answer = said;
    },
    () => {},
  );
  await world.clock.advanceByInstants(1_000);
  if (answer?.kind !== "ok") return [];
  const { subscriptions } = answer.body as { subscriptions: Stats[] };
  return subscriptions;
}
