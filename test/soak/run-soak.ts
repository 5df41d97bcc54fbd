/**
 * A router under a steady load for a long time, with a slow and a failing subscriber beside a healthy one:
 *
 *   start ─▶ warm up ─▶ as fast as it goes: the peak ─▶ all delivered ─▶ share of the peak for minutes ─▶ drain
 *
 * The peak is what the router takes in and also delivers to the healthy subscriber in the same time, measured on the
 * machine as it is now, with the producer and the subscribers beside it. Before that another router shows, in the same
 * way, what it would be without the two others.
 */
import { setTimeout as wait } from "node:timers/promises";
import { apply, type Resource } from "../kit/apply.ts";
import { AskedProcess } from "../kit/asked-process.ts";
import { nowMs } from "../kit/clock.ts";
import { freePort } from "../kit/free-port.ts";
import { busyShare } from "../kit/process-figures.ts";
import { RouterProcess } from "../kit/router-process.ts";
import { withFolder } from "../kit/temporary-folder.ts";
import { answeredOf, MINUTE_MS, owedOf, union, windowsOf } from "./collect.ts";
import { type SoakEvidence, WINDOW_MS, windowOf } from "./evidence.ts";
import { BROKER, healthyManifests, soakManifests } from "./manifests.ts";
import { NumberSet } from "./number-set.ts";
import type { Produced, ProducerOptions } from "./producer.ts";
import { ResourceSampler } from "./resource-sampler.ts";
import type { SinkProgress, Sunk } from "./sink.ts";

export interface SoakOptions {
  readonly minutes: number;
  /** Of the peak. */
  readonly loadShare: number;
  readonly warmUpMs: number;
  readonly peakMs: number;
  /** How long it may take until all is delivered, after the peak and at the end, milliseconds. */
  readonly drainMs: number;
  progress(line: string): void;
}

export const DEFAULTS = { loadShare: 0.7, warmUpMs: 5_000, peakMs: 10_000, drainMs: 120_000 } as const;

const CONNECTIONS = 64;
/** More than any router takes: each connection posts as soon as the last answer is there. */
const AS_FAST_AS_IT_GOES = 1_000_000;
const POLL_MS = 100;
/** Long enough to see what else runs. */
const OTHER_WORK_MS = 2_000;
/** A repetition would come within this time after all is there, milliseconds: the pause between two attempts is 200. */
const QUIET_MS = 2_000;

export async function runSoak(options: SoakOptions): Promise<SoakEvidence> {
  const otherWork = await busyShare(OTHER_WORK_MS);
  const alone = await withRun(options, healthyManifests, (run) => run.peak(false));
  options.progress(`the healthy subscriber alone: ${alone.perSecond} events/s in and out`);
  return withRun(options, soakManifests, async (run, dataFolder) => {
    const peak = await run.peak();
    options.progress(`peak: ${peak.perSecond} events/s in and out`);
    return { ...(await run.steady(peak, dataFolder)), otherWork, oneTriggerPerSecond: alone.perSecond };
  });
}

/** A fresh router and fresh subscribers. */
function withRun<T>(
  options: SoakOptions,
  manifests: (subscribersUrl: string) => readonly Resource[],
  work: (run: Soak, dataFolder: string) => Promise<T>,
): Promise<T> {
  return withFolder(async (dataFolder) => {
    const router = new RouterProcess(dataFolder, await freePort());
    const sink = new AskedProcess(new URL("./sink.ts", import.meta.url), {});
    try {
      await router.start();
      const port = await sink.ask<number>("port");
      for (const manifest of manifests(`http://127.0.0.1:${port}`)) await apply(router, manifest);
      return await work(new Soak(options, router, sink), dataFolder);
    } finally {
      await Promise.all([router.kill(), sink.end()]);
    }
  });
}

interface Peak {
  readonly perSecond: number;
  readonly produced: Produced;
}

class Soak {
  readonly #options: SoakOptions;
  readonly #router: RouterProcess;
  readonly #sink: AskedProcess;

  constructor(options: SoakOptions, router: RouterProcess, sink: AskedProcess) {
    this.#options = options;
    this.#router = router;
    this.#sink = sink;
  }

  /** Without others there are no slow and no failing subscriber that events could end at. */
  async peak(hasOthers = true): Promise<Peak> {
    const producer = this.#producer({ firstNumber: 0, ratePerSecond: AS_FAST_AS_IT_GOES, pace: "steady" });
    try {
      await producer.ask("resume");
      await wait(this.#options.warmUpMs);
      const startMs = nowMs();
      const before = await this.#progress();
      await wait(this.#options.peakMs);
      await producer.ask("pause");
      const produced = await producer.ask<Produced>("produced");
      const after = await this.#untilDelivered(new NumberSet(produced.accepted), hasOthers);
      const seconds = (after.lastHealthyMs - startMs) / 1_000;
      const perSecond = Math.round((after.healthy - before.healthy) / seconds);
      return { perSecond, produced };
    } finally {
      await producer.end();
    }
  }

  /** The load, from one boundary of windows to another. */
  async steady(peak: Peak, dataFolder: string): Promise<Omit<SoakEvidence, "otherWork" | "oneTriggerPerSecond">> {
    const { minutes, loadShare, progress } = this.#options;
    const ratePerSecond = Math.round(peak.perSecond * loadShare);
    const producer = this.#producer({ firstNumber: peak.produced.begun, ratePerSecond, pace: "open" });
    const { workerdPid } = this.#router;
    if (workerdPid === undefined) throw new Error(`the router ended by itself:\n${this.#router.log}`);
    const sampler = new ResourceSampler(workerdPid, dataFolder);
    try {
      await wait(WINDOW_MS - (nowMs() % WINDOW_MS));
      const firstWindow = windowOf(nowMs());
      await producer.ask("resume");
      for (let minute = 1; minute <= minutes; minute++) {
        await wait(firstWindow * WINDOW_MS + minute * MINUTE_MS - nowMs());
        const { healthy, slow, deadLetters } = await this.#progress();
        const { rssMb, diskMb } = sampler.at(windowOf(nowMs()) - 1);
        progress(
          `minute ${minute}: ${healthy} delivered, ${slow} by slow, ${deadLetters} dead letters; ` +
            `${rssMb.toFixed(0)} MB of memory, ${diskMb.toFixed(0)} MB on disk`,
        );
      }
      await producer.ask("pause");
      const produced = await producer.ask<Produced>("produced");
      const accepted = union(peak.produced.accepted, produced.accepted);
      await this.#untilDelivered(accepted, true);
      await wait(QUIET_MS);
      const sunk = await this.#sink.ask<Sunk>("sunk");
      const windows = windowsOf({ firstWindow, minutes, produced, sunk, sampler });
      return {
        minutes,
        peakPerSecond: peak.perSecond,
        ratePerSecond,
        accepted,
        notAccepted: produced.notAccepted,
        healthy: answeredOf(sunk.healthy),
        slow: answeredOf(sunk.slow),
        failing: answeredOf(sunk.failing),
        deadLetters: answeredOf(sunk.deadLetters),
        windows,
      };
    } finally {
      sampler.stop();
      await producer.end();
    }
  }

  #producer(options: Pick<ProducerOptions, "firstNumber" | "ratePerSecond" | "pace">): AskedProcess {
    const all = { ...options, url: `${this.#router.url}/default/${BROKER}`, keys: CONNECTIONS };
    return new AskedProcess(new URL("./producer.ts", import.meta.url), all);
  }

  #progress(): Promise<SinkProgress> {
    return this.#sink.ask<SinkProgress>("progress");
  }

  /** Resolves when every accepted event is where it belongs, or after the time for it; what is missing is judged. */
  async #untilDelivered(accepted: NumberSet, hasOthers: boolean): Promise<SinkProgress> {
    const owed = hasOthers ? owedOf(accepted) : { healthy: accepted.size, slow: 0, deadLetters: 0 };
    for (const untilMs = nowMs() + this.#options.drainMs; ; await wait(POLL_MS)) {
      const progress = await this.#progress();
      const { healthy, slow, deadLetters } = progress;
      if (healthy >= owed.healthy && slow >= owed.slow && deadLetters >= owed.deadLetters) return progress;
      if (nowMs() > untilMs) return progress;
    }
  }
}
