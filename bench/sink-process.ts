/** The sink of `sink.ts` from outside. */
import { setTimeout as wait } from "node:timers/promises";
import { AskedProcess } from "../test/kit/asked-process.ts";
import type { SinkCount, SinkOptions } from "./sink.ts";

const POLL_MS = 20;
/** Without an arrival for so long, what is missing is lost: longer than a lease that has to expire, milliseconds. */
const QUIET_MS = 45_000;

export class Sink {
  readonly url: string;
  readonly #process: AskedProcess;

  private constructor(process: AskedProcess, url: string) {
    this.#process = process;
    this.url = url;
  }

  static async start(options: SinkOptions): Promise<Sink> {
    const process = new AskedProcess(new URL("./sink.ts", import.meta.url), options);
    return new Sink(process, `http://127.0.0.1:${await process.ask<number>("port")}`);
  }

  count(): Promise<SinkCount> {
    return this.#process.ask<SinkCount>("count");
  }

  reset(): Promise<void> {
    return this.#process.ask<void>("reset");
  }

  /** When each event, by its number, came first to the first subscriber; epoch milliseconds, 0 for what has not come. */
  arrivals(): Promise<Float64Array> {
    return this.#process.ask<Float64Array>("arrivals");
  }

  /** Waits until so many different events are there, or nothing has come for a long time. */
  async untilArrived(unique: number): Promise<SinkCount> {
    let last = -1;
    for (let changedMs = performance.now(); ; await wait(POLL_MS)) {
      const count = await this.count();
      if (count.unique >= unique) return count;
      if (count.requests !== last) changedMs = performance.now();
      else if (performance.now() - changedMs > QUIET_MS) return count;
      last = count.requests;
    }
  }

  end(): Promise<void> {
    return this.#process.end();
  }
}
