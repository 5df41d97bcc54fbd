/**
 * Kills a router under load, again and again, and collects what a producer and the subscribers saw:
 *
 *   start ─▶ catch up ─▶ load on ─▶ random moment ─▶ SIGKILL ─▶ load off ─▶ start ─▶ ...  ─▶ start ─▶ drain ─▶ judge
 */
import { setTimeout as wait } from "node:timers/promises";
import { apply } from "../kit/apply.ts";
import { AskedProcess } from "../kit/asked-process.ts";
import { nowMs } from "../kit/clock.ts";
import { freePort } from "../kit/free-port.ts";
import type { Posted } from "../kit/histories.ts";
import { RouterProcess } from "../kit/router-process.ts";
import { SeededRandom } from "../kit/seeded-random.ts";
import { withFolder } from "../kit/temporary-folder.ts";
import { type Delivery, type Evidence, type Kill, TRIGGERS } from "./evidence.ts";
import { judge, type Verdict } from "./judge.ts";
import { BROKER, crashManifests } from "./manifests.ts";
import type { SinkProgress } from "./sink.ts";

export interface CrashOptions {
  readonly rounds: number;
  /** Decides the moments of the kills and what the subscribers answer. */
  readonly seed: number;
  readonly ratePerSecond: number;
  /** Posts that are open at once, and ordering keys. */
  readonly keys: number;
  /** How long after the router is ready it is killed, milliseconds. */
  readonly killAfterMs: readonly [least: number, most: number];
  /** How long a start may take to deliver what is left, milliseconds; what the last one did not is missing. */
  readonly drainMs: number;
  progress(line: string): void;
}

export interface CrashRun {
  readonly evidence: Evidence;
  readonly verdict: Verdict;
  readonly startsMs: readonly number[];
  readonly killedAfterMs: readonly number[];
  readonly drainedMs: number;
}

export const DEFAULTS = { ratePerSecond: 400, keys: 64, killAfterMs: [100, 3_000], drainMs: 120_000 } as const;

/** Nothing has arrived for so long that what is missing must be waiting for something, milliseconds. */
const QUIET_MS = 3_000;
const POLL_MS = 100;
/**
 * Deliveries that may be open when the load comes back. The load is about what couriers carry to subscribers as slow as
 * these, so that every time that the router is down leaves something behind: without this the last start would have
 * to deliver what all rounds left.
 */
const MOST_OPEN = 10_000;

interface Processes {
  readonly router: RouterProcess;
  readonly producer: AskedProcess;
  readonly sink: AskedProcess;
}

interface Rounds {
  readonly startsMs: number[];
  readonly killedAfterMs: number[];
  readonly kills: Kill[];
}

/** Throws where the run itself cannot go on: the router does not start, or ends before it is killed. */
export function runCrash(options: CrashOptions): Promise<CrashRun> {
  return withFolder((dataFolder) => runIn(dataFolder, options));
}

async function runIn(dataFolder: string, options: CrashOptions): Promise<CrashRun> {
  const router = new RouterProcess(dataFolder, await freePort());
  const sink = new AskedProcess(new URL("./sink.ts", import.meta.url), { seed: options.seed });
  const producer = new AskedProcess(new URL("./producer.ts", import.meta.url), {
    url: `${router.url}/default/${BROKER}`,
    keys: options.keys,
    ratePerSecond: options.ratePerSecond,
  });
  try {
    return await crash(options, { router, producer, sink });
  } finally {
    await Promise.all([router.kill(), producer.end(), sink.end()]);
  }
}

async function crash(options: CrashOptions, processes: Processes): Promise<CrashRun> {
  const { router, sink } = processes;
  const port = await sink.ask<number>("port");
  const rounds: Rounds = { startsMs: [], killedAfterMs: [], kills: [] };
  const random = new SeededRandom(options.seed);
  for (let round = 0; round < options.rounds; round++) {
    rounds.startsMs.push(await timed(() => router.start()));
    if (round === 0) await applyManifests(router.url, port);
    else await catchUp(processes, nowMs() + options.drainMs);
    const [least, most] = options.killAfterMs;
    await killUnderLoad(processes, least + random.below(most - least), rounds);
    options.progress(`round ${round + 1}: killed after ${rounds.killedAfterMs.at(-1)?.toFixed(0)} ms`);
  }
  rounds.startsMs.push(await timed(() => router.start()));
  const drainStartMs = nowMs();
  const evidence = await drain(processes, rounds.kills, drainStartMs + options.drainMs);
  return {
    evidence,
    verdict: judge(evidence),
    startsMs: rounds.startsMs,
    killedAfterMs: rounds.killedAfterMs,
    drainedMs: Math.max(0, lastArrivalMs(evidence) - drainStartMs),
  };
}

/** Waits until few enough deliveries are open, or for `untilMs`. */
async function catchUp({ producer, sink }: Processes, untilMs: number): Promise<void> {
  const acked = await producer.ask<number>("acked");
  for (; nowMs() < untilMs; await wait(POLL_MS)) {
    const { answered } = await sink.ask<SinkProgress>("progress");
    const open = TRIGGERS.reduce((sum, trigger) => sum + acked - answered[trigger], 0);
    if (open <= MOST_OPEN) return;
  }
}

async function killUnderLoad({ router, producer }: Processes, afterMs: number, rounds: Rounds): Promise<void> {
  const readyMs = nowMs();
  await producer.ask("resume");
  await wait(afterMs);
  if (!router.isRunning) throw new Error(`the router ended by itself:\n${router.log}`);
  // Before the signal is sent, so that nothing that happens after it counts as before.
  const sentMs = nowMs();
  const killed = router.kill();
  const paused = producer.ask("pause");
  await killed;
  rounds.kills.push({ sentMs, goneMs: nowMs() });
  rounds.killedAfterMs.push(sentMs - readyMs);
  await paused;
}

/** Waits until all that is owed has arrived, or for `untilMs`, and returns everything that was seen. */
async function drain(processes: Processes, kills: readonly Kill[], untilMs: number): Promise<Evidence> {
  const posted = await processes.producer.ask<readonly Posted[]>("posted");
  const acked = posted.filter((post) => post.ackedMs !== undefined).length;
  for (;;) {
    await wait(POLL_MS);
    const { answered, lastArrivalMs } = await processes.sink.ask<SinkProgress>("progress");
    const isLate = nowMs() > untilMs;
    const isQuiet = nowMs() - lastArrivalMs > QUIET_MS && TRIGGERS.every((trigger) => answered[trigger] >= acked);
    if (!isLate && !isQuiet) continue;
    const received = await processes.sink.ask<readonly Delivery[]>("received");
    const evidence: Evidence = { posted, received, kills };
    if (isLate || !judge(evidence).faults.some((fault) => fault.kind === "missing")) return evidence;
  }
}

async function applyManifests(url: string, subscribersPort: number): Promise<void> {
  for (const manifest of crashManifests(`http://127.0.0.1:${subscribersPort}`)) await apply({ url }, manifest);
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startMs = nowMs();
  await work();
  return nowMs() - startMs;
}

function lastArrivalMs({ received }: Evidence): number {
  return received.reduce((latest, each) => Math.max(latest, each.arrivedMs), 0);
}
