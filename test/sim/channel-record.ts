/**
 * One channel as its storage tells it, kept beside the simulated disk: what was written, what of it is durable, and an
 * account of each subscription. A tenancy is the time of one uid under the channel's name.
 */
import type { ChannelConfiguration } from "../../src/core/channel-protocol.ts";
import {
  type Account,
  beginReading,
  type End,
  isExcused,
  nameOf,
  newAccount,
  type Out,
  type Reading,
  reconfigure,
  skip,
} from "./account.ts";
import { meant } from "./broken-filters.ts";
import type { ChannelObject } from "./channel-object.ts";
import { DiskView, isSettled, type LoggedEvent, type StoredPosition, type StoredStraggler } from "./disk-view.ts";

export interface Tenancy {
  readonly uid: string;
  readonly events: Map<number, LoggedEvent>;
  /** Idempotency key -> the event that it was first stored with. */
  readonly keys: Map<string, LoggedEvent>;
  readonly accounts: Map<string, Account>;
  /** Of subscriptions that were deleted: a crash may undo that. */
  readonly closed: Map<string, Account>;
  /** Segments -> whether their events can be read. */
  segments: Map<number, boolean>;
}

/** What a transaction changed, for those who compare. */
export interface Change {
  readonly tables: ReadonlySet<string>;
  readonly positionsBefore: ReadonlyMap<string, StoredPosition>;
  readonly stragglersBefore: readonly StoredStraggler[];
  readonly added: readonly LoggedEvent[];
  readonly segmentsBefore: ReadonlyMap<number, boolean> | undefined;
}

export class ChannelRecord {
  readonly object: ChannelObject;
  readonly view: DiskView;
  /** Every event that was ever written under this name. */
  readonly everLogged = new Map<string, LoggedEvent>();
  readonly keysEver = new Map<string, LoggedEvent>();
  readonly tenancies = new Map<string, Tenancy>();
  tenancy: Tenancy | undefined;
  version = 0;
  applied: ChannelConfiguration | undefined;
  /** Some configuration of it deduplicated events. */
  deduplicates = false;
  /** The clock's turn in which it was applied. */
  appliedTurn = -1;
  positions: ReadonlyMap<string, StoredPosition> = new Map();
  stragglers: readonly StoredStraggler[] = [];
  /** Leases of the instance that lives. */
  readonly outs = new Map<string, Out>();
  /** What was durable when this instance began: it may not be delivered again. */
  restored: { positions: ReadonlyMap<string, StoredPosition>; stragglers: ReadonlySet<string> } = {
    positions: new Map(),
    stragglers: new Set(),
  };
  /** What the channel says of its subscriptions when everything had its time. */
  finalStats: readonly {
    readonly uid: string;
    readonly behind: number;
    readonly inFlight: number;
    readonly retrying: number;
  }[] = [];
  /** Ends that the last crash undid. */
  forgotten: { readonly name: string; readonly atMs: number }[] = [];
  readonly #turn: () => number;
  readonly #pushed: ReadonlyMap<string, ChannelConfiguration>;

  constructor(object: ChannelObject, pushed: ReadonlyMap<string, ChannelConfiguration>, turn: () => number) {
    this.object = object;
    this.#turn = turn;
    this.view = new DiskView(object.disk.database);
    this.#pushed = pushed;
  }

  get head(): number {
    let head = 1;
    for (const seq of this.tenancy?.events.keys() ?? []) head = Math.max(head, seq + 1);
    return head;
  }

  isDurable(event: LoggedEvent): boolean {
    return event.transaction <= this.object.disk.durable;
  }

  /** The reading that a token belongs to. */
  reading(uid: string, epoch: number): Reading | undefined {
    return this.tenancy?.accounts.get(uid)?.readings.get(epoch);
  }

  /** Deliveries of this subscription below `to` that are out do not count any more. */
  forgetOuts(uid: string, to: number): void {
    for (const [name, { token }] of this.outs) {
      if (token.subscription === uid && token.seq < to) this.outs.delete(name);
    }
  }

  /** Events of which a delivery of this subscription is parked, as far as storage knows. */
  parked(uid: string): StoredStraggler[] {
    return this.stragglers.filter(({ subscription, state }) => subscription === uid && state === "parked");
  }

  written(tables: ReadonlySet<string>): Change {
    const change = { tables, positionsBefore: this.positions, stragglersBefore: this.stragglers };
    const has = (table: string): boolean => tables.has(table) || tables.has(`${table}-`);
    if (has("meta")) this.#readIdentity();
    const added = tables.has("segment") ? this.#readEvents() : [];
    const segmentsBefore = this.tenancy?.segments;
    if (tables.has("segment-") && this.tenancy !== undefined) this.tenancy.segments = this.view.segments();
    if (has("position")) this.#readPositions();
    if (has("straggler")) this.stragglers = this.view.stragglers();
    return { ...change, added, segmentsBefore };
  }

  /** Storage went back to what was durable. */
  rolledBack(): void {
    this.outs.clear();
    this.forgotten = [];
    if (!this.view.exists) {
      this.tenancy = undefined;
      return;
    }
    for (const tenancy of this.tenancies.values()) this.#forgetLost(tenancy);
    this.#readIdentity();
    if (this.tenancy !== undefined) this.tenancy.segments = this.view.segments();
    this.positions = this.view.positions();
    this.stragglers = this.view.stragglers();
    this.restored = { positions: this.positions, stragglers: this.#active() };
    for (const [uid, account] of [...(this.tenancy?.accounts ?? []), ...(this.tenancy?.closed ?? [])]) {
      for (const { to } of account.skips) skip(account, Math.min(to, this.head));
      account.skips.clear();
      this.#forgetReadings(uid, account);
    }
    for (const [uid, account] of this.tenancy?.accounts ?? []) {
      this.#forgetRedrives(uid, account);
      this.#forgetEnds(uid, account);
      this.#forgetAnswers(uid, account);
    }
  }

  #active(): Set<string> {
    const active = this.stragglers.filter(({ state }) => state !== "parked");
    return new Set(active.map(({ subscription, seq }) => `${subscription} ${seq}`));
  }

  #forgetLost(tenancy: Tenancy): void {
    for (const event of tenancy.events.values()) {
      if (this.isDurable(event)) continue;
      tenancy.events.delete(event.seq);
      if (this.everLogged.get(event.id) === event) this.everLogged.delete(event.id);
      for (const key of event.keys) {
        if (tenancy.keys.get(key) === event) tenancy.keys.delete(key);
        if (this.keysEver.get(key) === event) this.keysEver.delete(key);
      }
    }
  }

  /** Readings that storage does not know never began; their epochs may come again. */
  #forgetReadings(uid: string, { readings }: Account): void {
    const stored = this.positions.get(uid)?.epoch ?? 0;
    for (const epoch of readings.keys()) if (epoch > stored) readings.delete(epoch);
  }

  /** Parked as it was, a delivery was not redriven; an active one has a copy of its event of its own only if it was. */
  #forgetRedrives(uid: string, { redrives, redrivable, redriven }: Account): void {
    redrives.clear();
    redrivable.clear();
    for (const { subscription, seq, state, copied } of this.stragglers) {
      if (subscription !== uid) continue;
      if (state === "parked") redriven.delete(seq);
      else if (copied === 1) redriven.add(seq);
    }
  }

  /** Ends that storage does not know did not happen. */
  #forgetEnds(uid: string, account: Account): void {
    const position = this.positions.get(uid);
    if (position === undefined) return;
    const ended = account.readings.get(position.epoch)?.ended ?? new Map<number, End>();
    for (const { subscription, seq, state } of this.stragglers) {
      const end = ended.get(seq);
      // Its discard was undone, or that a person took it back.
      if (subscription === uid && state === "parked") ended.set(seq, { atMs: 0, ...end, kind: "parked" });
    }
    for (const [seq, { kind, atMs }] of ended) {
      if (isSettled(position, seq) && !this.restored.stragglers.has(`${uid} ${seq}`)) continue;
      ended.delete(seq);
      // A person took it back, and that is durable.
      const isTakenBack = kind === "parked" && account.redriven.has(seq);
      if (!isTakenBack && !isExcused(account, { epoch: position.epoch, seq })) {
        this.forgotten.push({ name: nameOf({ subscription: uid, epoch: position.epoch, seq }), atMs });
      }
    }
  }

  /** Replies that storage does not keep are not kept. */
  #forgetAnswers(uid: string, { readings }: Account): void {
    const kept = this.stragglers.filter((row) => row.subscription === uid && row.holds_reply === 1);
    const seqs = new Set(kept.map(({ seq }) => seq));
    for (const { answered } of readings.values())
      for (const seq of answered.keys()) if (!seqs.has(seq)) answered.delete(seq);
  }

  #readIdentity(): void {
    const identity = this.view.identity();
    if (identity === undefined || identity.removed) {
      this.tenancy = undefined;
      this.applied = undefined;
      this.version = identity?.version ?? 0;
      this.outs.clear();
      return;
    }
    if (this.tenancy?.uid !== identity.uid) {
      const known = this.tenancies.get(identity.uid);
      this.tenancy = known ?? {
        uid: identity.uid,
        events: new Map(),
        keys: new Map(),
        accounts: new Map(),
        closed: new Map(),
        segments: new Map(),
      };
      this.tenancies.set(identity.uid, this.tenancy);
      this.outs.clear();
      this.positions = new Map();
      this.stragglers = [];
    }
    if (identity.version === this.version && this.applied !== undefined) return;
    this.version = identity.version;
    this.#apply(this.#pushed.get(`${this.object.name} ${identity.version}`));
  }

  #apply(configuration: ChannelConfiguration | undefined): void {
    const { tenancy } = this;
    this.applied = configuration;
    this.deduplicates ||= configuration?.dedupMs !== undefined;
    this.appliedTurn = this.#turn();
    if (tenancy === undefined) return;
    const wanted = new Map((configuration?.subscriptions ?? []).map((each) => [each.uid, each]));
    for (const [uid, account] of tenancy.accounts) {
      if (wanted.has(uid)) continue;
      tenancy.accounts.delete(uid);
      tenancy.closed.set(uid, account);
    }
    for (const [uid, stored] of wanted) {
      // One that a crash undid may come again with another configuration.
      const known = tenancy.accounts.get(uid) ?? tenancy.closed.get(uid);
      const each = meant(stored, known?.configuration);
      const account = known ?? newAccount(each);
      tenancy.accounts.set(uid, account);
      reconfigure(account, each, tenancy.events);
    }
  }

  #readEvents(): readonly LoggedEvent[] {
    const { tenancy } = this;
    if (tenancy === undefined) return [];
    const events = this.view.eventsFrom(this.head, this.object.disk.written);
    for (const event of events) {
      tenancy.events.set(event.seq, event);
      tenancy.segments.set(event.segment, true);
      if (!this.everLogged.has(event.id)) this.everLogged.set(event.id, event);
      for (const key of event.keys) {
        if (!tenancy.keys.has(key)) tenancy.keys.set(key, event);
        if (!this.keysEver.has(key)) this.keysEver.set(key, event);
      }
    }
    return events;
  }

  #readPositions(): void {
    this.positions = this.view.positions();
    for (const [uid, { epoch, next, scanned }] of this.positions) {
      const account = this.tenancy?.accounts.get(uid);
      if (account === undefined) continue;
      if (account.readings.size > 0 && !account.readings.has(epoch)) this.forgetOuts(uid, Number.POSITIVE_INFINITY);
      beginReading(account, epoch, next ?? scanned);
    }
  }
}
