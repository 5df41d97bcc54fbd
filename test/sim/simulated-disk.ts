/**
 * The storage of one object as a disk that crashes: transactions become durable in order, each a moment after it was
 * written, and a crash keeps a random beginning of those that were not. The alarm is part of it.
 * As in the runtime, transactions without an await between them are durable together.
 *
 *   written ──delay──▶ durable          Each transaction that is not durable is a savepoint inside the one before it,
 *      └──────crash──▶ gone             so that the newest can be taken back.
 */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { SqlStore } from "../../src/core/sql-store.ts";
import { nodeSql } from "../kit/node-sql.ts";
import type { SeededRandom } from "../kit/seeded-random.ts";
import type { VirtualClock } from "../kit/virtual-clock.ts";
import type { Weather } from "./weather.ts";

/** Tells the tables that a statement writes to. */
const WRITES = /\b(?:INSERT INTO|UPDATE|DELETE FROM)\s+(\w+)/i;

export interface DiskPorts {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly weather: () => Weather;
  /** A transaction was written; these tables changed. */
  readonly written: (tables: ReadonlySet<string>) => void;
  readonly alarmMoved: () => void;
  /** Runs the work when the object does nothing else. */
  readonly inTurn: (work: () => void) => void;
  /** A transaction will never be durable: the object cannot go on. */
  readonly broken: () => void;
}

interface Open {
  readonly alarmBefore: number | undefined;
  readonly fails: boolean;
}

interface Waiter {
  readonly until: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export class SimulatedDisk {
  readonly database = new DatabaseSync(":memory:");
  readonly sql: SqlStore;
  /** Transactions written and durable so far; a crash takes `written` back. */
  written = 0;
  durable = 0;
  alarmAtMs: number | undefined;
  /** The time of the alarm whose handler runs, until what it wrote is durable. */
  #firing: number | undefined;
  readonly #ports: DiskPorts;
  #open: Open[] = [];
  #waiters: Waiter[] = [];
  #durableAtMs = 0;
  #generation = 0;
  /** Something was written since the last await: what follows is one with it. */
  #isTurnOpen = false;
  #tables = new Set<string>();
  #kindOf = new Map<string, string>();
  readonly #statements: Record<"begin" | "rollback" | "release" | "commit", StatementSync>;

  constructor(ports: DiskPorts) {
    this.#ports = ports;
    this.#statements = {
      begin: this.database.prepare("SAVEPOINT t"),
      rollback: this.database.prepare("ROLLBACK TO t"),
      release: this.database.prepare("RELEASE t"),
      commit: this.database.prepare("COMMIT"),
    };
    let alarmBefore: number | undefined;
    const sql = nodeSql(this.database, {
      begin: () => {
        alarmBefore = this.alarmAtMs;
        this.#statements.begin.run();
      },
      commit: () => {
        if (ports.random.perMille(ports.weather().fullDisks)) throw new Error("database or disk is full");
        this.#close(alarmBefore);
      },
      rollback: () => {
        this.#statements.rollback.run();
        this.#statements.release.run();
        this.#tables.clear();
        this.#moveAlarm(alarmBefore);
      },
    });
    let depth = 0;
    const transaction = <T>(work: () => T): T =>
      sql.transaction(() => {
        depth++;
        try {
          return work();
        } finally {
          depth--;
        }
      });
    this.sql = {
      all: sql.all,
      run: (query, ...params) => {
        const write = (): number => {
          this.#tables.add(this.#tableOf(query));
          return sql.run(query, ...params);
        };
        return depth > 0 ? write() : transaction(write);
      },
      transaction,
    };
  }

  /** Everything written so far is durable; never, after a crash. */
  sync(): Promise<void> {
    if (this.durable >= this.written) return Promise.resolve();
    return new Promise((resolve, reject) => this.#waiters.push({ until: this.written, resolve, reject }));
  }

  setAlarm(atMs: number | undefined): void {
    // Trap of the platform: an alarm at or before now that its own handler sets is lost.
    const isLost = atMs !== undefined && this.#firing !== undefined && atMs <= this.#ports.clock.nowMs;
    this.sql.transaction(() => this.#moveAlarm(isLost ? undefined : atMs));
  }

  /** The alarm is deleted when its handler is called. */
  alarmFires(): void {
    this.#firing = this.alarmAtMs;
    this.alarmAtMs = undefined;
  }

  /** What the handler wrote is durable; only now the next alarm may come. */
  alarmHandled(): void {
    this.#firing = undefined;
    this.#ports.alarmMoved();
  }

  /** The handler failed: the runtime calls it again, unless it has set another alarm. */
  alarmFailed(againAtMs: number): void {
    this.#firing = undefined;
    this.alarmAtMs ??= againAtMs;
    this.#ports.alarmMoved();
  }

  get isFiring(): boolean {
    return this.#firing !== undefined;
  }

  /** Keeps what is durable and a random beginning of the rest. */
  crash(): void {
    const kept = Math.min(this.#ports.random.below(this.#open.length + 1), this.#firstFailing());
    const durableOpen = this.#open.length - (this.written - this.durable);
    const keep = Math.max(kept, durableOpen);
    for (let index = this.#open.length - 1; index >= keep; index--) {
      this.#statements.rollback.run();
      this.#statements.release.run();
      this.alarmAtMs = this.#open[index]?.alarmBefore;
      this.written--;
    }
    this.#open.length = keep;
    this.durable = this.written;
    this.#settleDown();
    // A handler that was killed is called again, unless what it kept says when.
    this.alarmAtMs ??= this.#firing;
    this.#firing = undefined;
    this.#waiters = [];
    this.#generation++;
    this.#durableAtMs = 0;
    this.#ports.alarmMoved();
  }

  #firstFailing(): number {
    const index = this.#open.findIndex((each) => each.fails);
    return index < 0 ? Number.POSITIVE_INFINITY : index;
  }

  #moveAlarm(atMs: number | undefined): void {
    this.alarmAtMs = atMs;
    this.#ports.alarmMoved();
  }

  #close(alarmBefore: number | undefined): void {
    const { clock, random, weather } = this.#ports;
    const tables = this.#tables;
    this.#tables = new Set();
    if (this.#isTurnOpen) {
      this.#statements.release.run();
      this.#ports.written(tables);
      return;
    }
    this.#isTurnOpen = true;
    queueMicrotask(() => {
      this.#isTurnOpen = false;
    });
    this.#open.push({ alarmBefore, fails: random.perMille(weather().failedCommits) });
    this.written++;
    this.#durableAtMs = Math.max(this.#durableAtMs, clock.nowMs + random.between(0, weather().diskMs));
    const generation = this.#generation;
    clock.schedule(this.#durableAtMs - clock.nowMs, () => {
      this.#ports.inTurn(() => {
        if (generation === this.#generation) this.#oneMoreDurable();
      });
    });
    this.#ports.written(tables);
  }

  #oneMoreDurable(): void {
    const index = this.#open.length - (this.written - this.durable);
    if (this.#open[index]?.fails) {
      const waiters = this.#waiters;
      this.#waiters = [];
      for (const { reject } of waiters) reject(new Error("disk error"));
      this.#ports.broken();
      return;
    }
    this.durable++;
    if (this.durable === this.written) this.#settleDown();
    const due = this.#waiters.filter((each) => each.until <= this.durable);
    this.#waiters = this.#waiters.filter((each) => each.until > this.durable);
    for (const { resolve } of due) resolve();
  }

  /** Nothing that is left can be taken back. */
  #settleDown(): void {
    if (this.#open.length > 0) this.#statements.commit.run();
    this.#open = [];
  }

  #tableOf(query: string): string {
    const known = this.#kindOf.get(query);
    if (known !== undefined) return known;
    const verb = /^\s*INSERT/i.test(query) ? "" : "-";
    const table = `${WRITES.exec(query)?.[1] ?? "schema"}${verb}`;
    this.#kindOf.set(query, table);
    return table;
  }
}
