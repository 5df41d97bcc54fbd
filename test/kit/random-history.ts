/**
 * A history that one seed decides: producers, couriers, people and crashes in any order. Safety is checked at every
 * step; `heal` ends the weather and lets everything come to its end.
 */
import { expect } from "vitest";
import type { Delivery, LeaseAnswer, Settlement, SubscriptionConfiguration } from "../../src/core/channel-protocol.ts";
import { encodeEvent } from "../../src/core/event-codec.ts";
import { type ChannelWorld, eventOf, failure, outcomeOf } from "./channel-world.ts";
import { changeSomething, INITIAL, operateSomehow } from "./history-acts.ts";
import {
  type Account,
  eventsFrom,
  expectSoundStorage,
  type KnownEvent,
  PositionWatch,
  passes,
  replyId,
  sameDelivery,
  stragglerRows,
} from "./history-checks.ts";
import { SeededRandom } from "./seeded-random.ts";
import { settled } from "./virtual-clock.ts";

const HOUR_MS = 3_600_000;

interface Out {
  readonly delivery: Delivery;
  readonly lease: LeaseAnswer;
  readonly event: KnownEvent;
  /** The channel may give it to another courier from then on; 0 after a crash. */
  mayRepeatAtMs: number;
}

export class RandomHistory {
  readonly world: ChannelWorld;
  readonly random: SeededRandom;
  readonly accounts = new Map<string, Account>();
  readonly known = new Map<number, KnownEvent>();
  readonly acceptedIds = new Set<string>();
  readonly expectedReplies = new Set<string>();
  isHealthy = false;
  out: Out[] = [];
  #late: Settlement[] = [];
  #recent: { account: Account; seq: number; reply: string }[] = [];
  readonly #keys = new Map<string, { id: string; atMs: number }>();
  readonly #positions = new PositionWatch();
  readonly #chunkedBytes: number;
  #count = 0;

  constructor(world: ChannelWorld, seed: number, chunkedBytes: number) {
    this.world = world;
    this.random = new SeededRandom(seed);
    this.#chunkedBytes = chunkedBytes;
    for (const each of INITIAL) this.open(each, 1);
  }

  chance(percent: number): boolean {
    return this.random.below(100) < percent;
  }
  open(configuration: SubscriptionConfiguration, firstSeq: number): void {
    this.accounts.set(configuration.uid, {
      configuration,
      disturbedAt: firstSeq - 1,
      isUncountable: false,
      answered: new Map(),
      excused: new Set(),
      ended: new Set(),
      redriven: new Set(),
      firstSeq,
    });
  }

  get head(): number {
    return Math.max(0, ...this.known.keys()) + 1;
  }
  async step(): Promise<void> {
    const dice = this.random.below(1_000);
    if (dice < 300) await this.#append();
    else if (dice < 560) await this.lease();
    else if (dice < 780) await this.#settleSome();
    else if (dice < 860) await this.#advance(this.random.below(3_000));
    else if (dice < 880) await this.#advance(40_000);
    else if (dice < 886) await this.#passRetention();
    else if (dice < 930) await operateSomehow(this);
    else if (dice < 965) await changeSomething(this);
    else if (dice < 975) await this.#failCommit();
    else this.crash();
    await this.check();
  }

  async check(): Promise<void> {
    await this.#look();
    expectSoundStorage(this.world, new Set(this.accounts.keys()));
    this.#positions.look(this.world);
    const { subscriptions } = await this.world.stats();
    const busy = (subscriptions as { paused: boolean; behind: number; retrying: number }[]).filter(
      (each) => !each.paused && (each.behind > 0 || each.retrying > 0),
    );
    if (busy.length > 0) expect(this.world.alarmAtMs, "work without an alarm").toBeDefined();
  }

  /** Learns what is in the log and what was parked. */
  async #look(): Promise<void> {
    await settled();
    for (const event of eventsFrom(this.world, this.head)) this.known.set(event.seq, event);
    for (const row of stragglerRows(this.world)) {
      if (row.state === "parked") this.accounts.get(row.subscription)?.ended.add(row.seq);
    }
  }

  async #append(): Promise<void> {
    const again = this.chance(15) && this.#keys.size > 0 ? this.random.pick([...this.#keys.keys()]) : undefined;
    if (again !== undefined) return this.#sendAgain(again);
    const types = Array.from({ length: this.chance(10) ? 1 + this.random.below(12) : 1 }, () =>
      this.random.pick(["a", "b"]),
    );
    const id = String(++this.#count);
    const key = this.chance(30) ? `p:${id}` : undefined;
    const bytes = this.chance(5) ? this.#chunkedBytes : 0;
    const attributes = { id, subject: String(this.random.below(3)) };
    const options = { attributes, bytes, ...(key === undefined ? {} : { key }) };
    await this.world.append(types.slice(0, key === undefined ? types.length : 1), options);
    this.acceptedIds.add(id);
    if (key !== undefined) this.#keys.set(key, { id, atMs: this.world.clock.nowMs });
  }

  async #sendAgain(key: string): Promise<void> {
    const { id, atMs } = this.#keys.get(key) ?? { id: "", atMs: 0 };
    if (this.world.clock.nowMs - atMs > 72 * HOUR_MS - 1) return;
    const answer = await this.world.append(["a"], { attributes: { id, subject: "0" }, key });
    expect(answer, `key ${key} again`).toMatchObject({ kind: "accepted", calls: [{ duplicate: true }] });
  }

  async lease(): Promise<void> {
    for (const lane of new Set(["shared", ...this.world.wakes, ...(this.isHealthy ? this.accounts.keys() : [])])) {
      let lease = await this.world.lease({ lane, capacity: 1 + this.random.below(5) });
      // A scan that was cut short is asked to go on, as couriers do.
      while (this.isHealthy && lease.more && lease.deliveries.length === 0) lease = await this.world.lease({ lane });
      await this.#look();
      for (const delivery of lease.deliveries) this.#leased(delivery, lease);
    }
  }

  #leased(delivery: Delivery, lease: LeaseAnswer): void {
    const { attributes } = eventOf(lease, delivery).head;
    const event: KnownEvent = {
      seq: delivery.token.seq,
      id: String(attributes.id),
      type: String(attributes.type),
      subject: String(attributes.subject),
    };
    const account = this.accounts.get(delivery.token.subscription);
    const what = `${delivery.token.subscription} ${event.seq} (${event.type})`;
    if (account === undefined) throw new Error(`no such subscription: ${what}`);
    const { configuration } = account;
    const leasedEvent = lease.events[delivery.event];
    if (leasedEvent?.kind === "chunked") {
      expect(this.world.channel.readPart(leasedEvent.blob, leasedEvent.parts - 1), `data of ${what}`).toBeDefined();
    }
    expect(configuration.paused ?? false, `paused: ${what}`).toBe(false);
    if (!account.redriven.has(event.seq)) expect(passes(configuration, event.type), `filter: ${what}`).toBe(true);
    const twin = this.out.find(({ delivery: { token } }) => sameDelivery(token, delivery.token));
    expect(twin === undefined || twin.mayRepeatAtMs <= this.world.clock.nowMs, `out twice: ${what}`).toBe(true);
    if (configuration.ordering === "ordered") this.#checkOrder(account, event, what);
    if (delivery.token.purpose === "dead-letter") {
      expect(configuration.delivery.deadLetterSink, `dead letter without a sink: ${what}`).toBeDefined();
    }
    const mayRepeatAtMs = this.world.clock.nowMs + configuration.delivery.timeoutMs + 10_000;
    this.out.push({ delivery, lease, event, mayRepeatAtMs });
  }

  #checkOrder(account: Account, event: KnownEvent, what: string): void {
    if (account.redriven.has(event.seq)) return;
    for (const earlier of this.known.values()) {
      const isBefore =
        earlier.seq < event.seq && earlier.subject === event.subject && earlier.seq > account.disturbedAt;
      if (!isBefore || !passes(account.configuration, earlier.type)) continue;
      expect(account.ended.has(earlier.seq), `order: ${what} before the end of ${earlier.seq}`).toBe(true);
    }
  }

  async #settleSome(): Promise<void> {
    const settlements: Settlement[] = [];
    while (this.out.length > 0 && (this.isHealthy || this.chance(75))) {
      const [out] = this.out.splice(this.random.below(this.out.length), 1);
      if (out !== undefined) settlements.push(this.#answer(out));
    }
    if (!this.isHealthy && this.chance(10)) {
      this.#late.push(...settlements);
      this.excuse(({ token }) => settlements.some((each) => sameDelivery(each.token, token)), settlements);
    } else {
      await this.world.settle(...settlements, ...(this.chance(10) ? settlements : []));
    }
    if (this.chance(20)) await this.#reportLate();
  }

  async #reportLate(): Promise<void> {
    const late = this.#late.splice(0);
    this.release((token) => late.some((each) => sameDelivery(each.token, token)));
    await this.world.settle(...late);
  }

  /** The channel does not wait for these any more, and may not count what is said of them. */
  release(which: (token: Delivery["token"]) => boolean): void {
    this.excuse(({ token }) => which(token));
    for (const out of this.out) if (which(out.delivery.token)) out.mayRepeatAtMs = 0;
  }

  /** These deliveries may be answered twice from now on, and their replies need not arrive. */
  excuse(which: (delivery: Delivery) => boolean, settled: readonly Settlement[] = []): void {
    for (const { delivery, event } of this.out) {
      if (which(delivery)) this.accounts.get(delivery.token.subscription)?.excused.add(event.seq);
    }
    for (const { token } of settled) {
      const event = this.known.get(token.seq);
      if (event !== undefined) this.accounts.get(token.subscription)?.excused.add(event.seq);
      this.expectedReplies.delete(replyId(token));
    }
  }

  #answer({ delivery, event, mayRepeatAtMs }: Out): Settlement {
    const account = this.accounts.get(delivery.token.subscription);
    const { token } = delivery;
    if (!this.isHealthy && this.chance(25)) {
      // A token does not tell instances apart: a failure from before a crash ends the same attempt given out since.
      if (mayRepeatAtMs === 0) this.release((other) => sameDelivery(other, token));
      return outcomeOf(delivery, failure(this.chance(80) ? 503 : 400));
    }
    if (account === undefined) return outcomeOf(delivery, { kind: "delivered", status: 200 });
    account.ended.add(event.seq);
    if (token.purpose === "dead-letter") return outcomeOf(delivery, { kind: "delivered", status: 200 });
    const isLate = mayRepeatAtMs <= this.world.clock.nowMs;
    if (isLate) account.excused.add(event.seq);
    account.answered.set(event.seq, (account.answered.get(event.seq) ?? 0) + 1);
    if (account.configuration.name === "replying" && event.type === "a") {
      const id = replyId(token);
      if (!isLate) this.expectedReplies.add(id);
      this.#recent.push({ account, seq: event.seq, reply: id });
      const attributes = { specversion: "1.0", source: "/r", type: "b", id, subject: "r" };
      const hops = token.seq % 10 === 3 ? 1 : 9;
      if (hops === 1) this.expectedReplies.delete(id);
      const reply = encodeEvent({ head: { attributes, headers: [], hops }, data: new Uint8Array(0) });
      return outcomeOf(delivery, { kind: "delivered", status: 200, reply });
    }
    this.#recent.push({ account, seq: event.seq, reply: "" });
    return outcomeOf(delivery, { kind: "delivered", status: 200 });
  }

  async #advance(ms: number): Promise<void> {
    await this.world.advance(ms);
    this.excuse((delivery) =>
      this.out.some((out) => out.delivery === delivery && out.mayRepeatAtMs <= this.world.clock.nowMs),
    );
    if (ms > 30) this.#recent = [];
  }

  async #passRetention(): Promise<void> {
    this.excuse(() => true);
    // A machine that was off: nothing happens on the way.
    this.world.clock.nowMs += 25 * HOUR_MS + this.random.below(24) * HOUR_MS * 16;
    await this.#advance(40_000);
  }

  async #failCommit(): Promise<void> {
    this.world.failSync = new Error("disk full");
    await this.world.append(["a"], { attributes: { id: `x${++this.#count}`, subject: "0" } }).catch(() => {});
    this.world.failSync = undefined;
    this.crash();
  }

  crash(): void {
    this.excuse(() => true, this.#late);
    for (const { account, seq, reply } of this.#recent) {
      account.excused.add(seq);
      this.expectedReplies.delete(reply);
    }
    this.#recent = [];
    if (this.chance(50)) this.out = [];
    this.release(() => true);
    this.world.start();
  }

  /** No more faults: whatever is unsettled comes to its end. */
  async heal(): Promise<void> {
    this.isHealthy = true;
    for (const account of this.accounts.values()) delete (account.configuration as { paused?: boolean }).paused;
    await this.world.configure({
      subscriptions: [...this.accounts.values()].map(({ configuration }) => configuration),
    });
    await this.#reportLate();
    for (let quiet = 0, round = 0; quiet < 4 && round < 500; round++) {
      await this.#advance(20_000);
      await this.lease();
      quiet = this.out.length === 0 ? quiet + 1 : 0;
      await this.#settleSome();
      await this.check();
    }
  }
}
