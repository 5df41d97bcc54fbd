/** One life of a channel object: the product's host, and everything that ends with it. */

import { ChannelHost, type HostPorts } from "../../src/channel/host.ts";
import type { SqlStore } from "../../src/core/sql-store.ts";
import { CHANNEL_MIGRATIONS } from "../kit/channel-migrations.ts";
import type { ChannelObject } from "./channel-object.ts";
import type { World } from "./world.ts";

export class ObjectInstance {
  readonly number: number;
  /** Rejects the calls that are open. */
  readonly open = new Set<(error: Error) => void>();
  /** Wake-up calls that are open. */
  wakes = 0;
  /** Why it ends as soon as it has begun: it failed while it was made. */
  doom: string | undefined;
  readonly host: ChannelHost;
  readonly #world: World;
  readonly #object: ChannelObject;
  readonly #timers = new Set<() => void>();
  #isMade = false;
  #isAlive = true;

  /** Throws what the host throws; nothing of it is left then. */
  constructor(world: World, object: ChannelObject) {
    this.#world = world;
    this.#object = object;
    this.number = ++object.instances;
    try {
      this.host = new ChannelHost(this.#ports(), this.#sql());
      this.#isMade = true;
    } catch (error) {
      this.end();
      throw error;
    }
  }

  /** Timers and calls that are open. */
  get openThings(): number {
    return this.#timers.size + this.open.size;
  }

  end(): void {
    this.#isAlive = false;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }

  #sql(): SqlStore {
    const { sql } = this.#object.disk;
    // A bug of the simulator, should it ever happen: the dead write nothing.
    const alive = (): void => {
      if (!this.#isAlive) throw new Error("an instance outlived its end");
    };
    return {
      all: sql.all,
      run: (query, ...params) => {
        alive();
        return sql.run(query, ...params);
      },
      transaction: (work) => {
        alive();
        return sql.transaction(work);
      },
    };
  }

  #ports(): HostPorts {
    const { clock, random, ledger } = this.#world;
    const { name, disk } = this.#object;
    const living = (work: () => void): void => {
      if (this.#isAlive) work();
    };
    return {
      migrations: CHANNEL_MIGRATIONS,
      name: () => name,
      sync: () => disk.sync(),
      now: () => clock.nowMs,
      random: () => random.fraction(),
      schedule: (delayMs, work) => this.#schedule(delayMs, work),
      setAlarm: (atMs) => living(() => disk.setAlarm(atMs)),
      deleteAlarm: async () => living(() => disk.setAlarm(undefined)),
      wake: (_, lane) => this.#wake(lane),
      abort: (reason) =>
        living(() => {
          if (this.#isMade) this.#object.crash(reason);
          else this.doom ??= reason;
        }),
      log: (record) => living(() => ledger.said(this.#object, record)),
    };
  }

  #schedule(delayMs: number, work: () => void): () => void {
    if (!this.#isAlive) return () => {};
    let isSet = true;
    const cancel = this.#world.clock.schedule(delayMs, () => {
      this.#timers.delete(cancel);
      this.#object.inTurn(() => {
        if (isSet && this.#isAlive) work();
      });
    });
    this.#timers.add(cancel);
    return () => {
      isSet = false;
      cancel();
      this.#timers.delete(cancel);
    };
  }

  /** The call leaves when what was written before it is durable. */
  #wake(lane: string): Promise<void> | undefined {
    const { name, disk } = this.#object;
    const sent = disk.sync().then(
      () => this.#isAlive,
      () => false,
    );
    const call = this.#world.wakeUps.wake(name, lane, sent);
    if (call === undefined) return undefined;
    this.wakes++;
    return call.finally(() => {
      this.wakes--;
    });
  }
}
