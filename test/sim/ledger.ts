/** Keeps the records, tells the invariants what happens, and remembers the first thing that is wrong. */
import type { ChannelName } from "../../src/core/channel-name.ts";
import type {
  ChannelConfiguration,
  Delivery,
  LeaseAnswer,
  LeaseRequest,
  RetireAnswer,
  Settlement,
} from "../../src/core/channel-protocol.ts";
import type { CallAnswer } from "../../src/ingress/coalesce.ts";
import { type Account, type End, nameOf, newReading, outOf, type Reading, skip } from "./account.ts";
import { isBroken } from "./broken-filters.ts";
import type { ChannelObject } from "./channel-object.ts";
import { ChannelRecord } from "./channel-record.ts";
import type { Courier, Expected } from "./couriers.ts";
import { readEvent } from "./encoded-event.ts";
import type { Checks, Claim, LoggedReply, RequestFact, TakenFact } from "./invariant.ts";
import { unended } from "./invariants/nothing-lost.ts";
import { INVARIANTS } from "./invariants.ts";
import type { Post } from "./producers.ts";
import { parkedAgain, takeBack } from "./redrives.ts";
import type { World } from "./world.ts";

/** The line of a trace at which something was found. */
export const VIOLATED = "violated";

export interface Violation {
  readonly invariant: string;
  readonly message: string;
}

export class Ledger {
  readonly records = new Map<ChannelName, ChannelRecord>();
  /** Every configuration that was ever pushed, by channel and version. */
  readonly pushed = new Map<string, ChannelConfiguration>();
  /** Subscription -> the channel that its replies go to: as it was created, which nobody changes. */
  readonly replyTargets = new Map<string, ChannelName>();
  violation: Violation | undefined;
  readonly #world: World;
  readonly #checks: readonly (readonly [name: string, checks: Checks])[];

  constructor(world: World) {
    this.#world = world;
    this.#checks = INVARIANTS.map(({ name, begin }) => [name, begin(world)] as const);
  }

  record(object: ChannelObject): ChannelRecord {
    const known = this.records.get(object.name);
    if (known !== undefined) return known;
    const record = new ChannelRecord(object, this.pushed, () => this.#world.clock.turn);
    this.records.set(object.name, record);
    return record;
  }

  postAnswered(post: Post, answer: CallAnswer): void {
    this.#ask((checks) => checks.postAnswered?.(post, answer));
  }

  appended(name: ChannelName, tookMs: number): void {
    this.#ask((checks) => checks.appended?.({ name, tookMs }));
  }

  courierEnded(courier: Courier): void {
    this.#ask((checks) => checks.courierEnded?.(courier));
  }

  written(object: ChannelObject, tables: ReadonlySet<string>): void {
    const record = this.record(object);
    const change = record.written(tables);
    this.#world.trace.note("written", object.name, [...tables].join(), object.disk.written);
    this.#ask((checks) => checks.written?.(record, change));
  }

  crashed(object: ChannelObject): void {
    const record = this.record(object);
    record.rolledBack();
    this.#ask((checks) => checks.crashed?.(record));
  }

  /**
   * Outcomes of one call, about to be told to the channel; what is returned is called when the channel has acted on them.
   * A failure may be a delivery's last: whether a success reported after it still counts shows only then.
   */
  reported(object: ChannelObject, settlements: readonly Settlement[]): () => void {
    const record = this.record(object);
    const failed = new Set<string>();
    const unsure: Settlement[] = [];
    for (const settlement of settlements) {
      const name = nameOf(settlement.token);
      if (settlement.outcome.kind === "failed") failed.add(name);
      if (settlement.outcome.kind === "delivered" && failed.has(name)) unsure.push(settlement);
      else this.#reported(record, settlement);
    }
    return () => {
      for (const settlement of unsure) this.#reported(record, settlement);
    };
  }

  leased(object: ChannelObject, request: LeaseRequest, answer: LeaseAnswer): void {
    const record = this.record(object);
    this.#ask((checks) => checks.answered?.({ record, request, answer }));
    for (const delivery of answer.deliveries) this.#leased(record, delivery, answer);
  }

  /** The requests to subscribers that a courier will make of a lease. */
  expectedRequests(answer: LeaseAnswer): (Expected & { readonly url: string; readonly id: string })[] {
    return answer.deliveries.flatMap((delivery) => {
      const route = answer.routes[delivery.route];
      if (route?.target.kind !== "url") return [];
      return [
        {
          url: route.target.url,
          id: idOf(delivery, answer),
          token: delivery.token,
          replyTo: route.replyTo,
          dropsReply: route.dropsReply ?? false,
        },
      ];
    });
  }

  requested(request: RequestFact): void {
    const { url, id, token } = request;
    this.#world.trace.note("requested", url, id, token?.attempt);
    this.#ask((checks) => checks.requested?.(request));
  }

  taken(fact: TakenFact): void {
    this.#ask((checks) => checks.taken?.(fact));
  }

  claimed(claim: Claim): void {
    this.#ask((checks) => checks.claimed?.(claim));
  }

  /** A line that the channel logs: the named acts that end deliveries. */
  said(object: ChannelObject, line: Readonly<Record<string, unknown>>): void {
    const { event, subscription, position } = line;
    this.#world.trace.note(String(event), String(subscription), String(position));
    if (event !== "delivery.parked" && event !== "delivery.discarded" && event !== "delivery.expired") return;
    const record = this.record(object);
    const account = record.tenancy?.accounts.get(String(subscription));
    if (account === undefined) return;
    const seq = Number.parseInt(String(position).slice(2), 36);
    if (event === "delivery.expired") {
      const row = record.stragglers.find((each) => each.subscription === subscription && each.seq === seq);
      this.#ask((checks) => checks.expired?.(record, row?.state === "parked" ? row : undefined));
    }
    const kind = event === "delivery.parked" ? "parked" : "discarded";
    if (kind === "parked") parkedAgain(account, seq);
    else account.redrivable.delete(seq);
    for (const reading of account.readings.values()) reading.ended.set(seq, { kind, atMs: this.#world.clock.nowMs });
    for (const [name, { token }] of record.outs) {
      if (token.subscription === subscription && token.seq === seq) record.outs.delete(name);
    }
  }

  /** A channel is asked to retire. Calls come late: what its storage holds by then may be of another uid. */
  async retires(object: ChannelObject, uid: string, ask: () => Promise<RetireAnswer>): Promise<RetireAnswer> {
    const record = this.record(object);
    const { tenancy: before } = record;
    const { living } = object;
    const left = unended(record);
    const answer = await ask();
    this.#world.trace.note("retires", `${object.name} ${uid}`, answer.kind);
    // A crash takes back what was done, and its answer.
    if (object.living === living) this.#ask((checks) => checks.retires?.({ record, uid, before, left, answer }));
    return answer;
  }

  /** A person skips what a subscription has below this position, at most; to be called, by what is returned, when it was answered. */
  skipAsked(object: ChannelObject, uid: string, to: number): () => void {
    const skips = this.record(object).tenancy?.accounts.get(uid)?.skips;
    const call = { to };
    skips?.add(call);
    this.#skipped(object, uid, to);
    return () => {
      // A crash has ended it, and what it did by then is in storage.
      if (skips?.delete(call)) this.#skipped(object, uid, to);
    };
  }

  #skipped(object: ChannelObject, uid: string, to: number): void {
    const record = this.record(object);
    const account = record.tenancy?.accounts.get(uid);
    if (account === undefined) return;
    const most = Math.min(to, record.head);
    skip(account, most);
    record.forgetOuts(uid, most);
    // Nobody can tell which of what it skips a filter would have passed that cannot be used.
    const stored = record.applied?.subscriptions.find((each) => each.uid === uid);
    if (stored === undefined || !isBroken(stored.filter)) return;
    const epoch = Math.max(...account.readings.keys());
    for (const seq of record.tenancy?.events.keys() ?? []) if (seq < most) account.doubtful.set(seq, epoch);
  }

  /** Asked now and then, between two things that happen. */
  look(): void {
    this.#ask((checks) => checks.looked?.());
  }

  finish(): void {
    this.#ask((checks) => checks.finished?.());
  }

  violate(invariant: string, message: string): void {
    if (this.violation !== undefined) return;
    this.violation = { invariant, message };
    this.#world.trace.note(VIOLATED, invariant, message);
  }

  #ask(question: (checks: Checks) => string | undefined): void {
    for (const [name, checks] of this.#checks) {
      const message = question(checks);
      if (message !== undefined) this.violate(name, message);
    }
  }

  #leased(record: ChannelRecord, delivery: Delivery, answer: LeaseAnswer): void {
    const { token } = delivery;
    const { clock, trace } = this.#world;
    trace.note("leased", nameOf(token), token.purpose, token.attempt);
    const { tenancy } = record;
    const account = tenancy?.accounts.get(token.subscription);
    const route = answer.routes[delivery.route];
    if (account !== undefined) takeBack(account, token);
    // Put together before the configuration changed, and heard of after: it is out, and judged by none.
    if (record.appliedTurn === clock.turn) {
      if (account !== undefined && route !== undefined)
        record.outs.set(nameOf(token), outOf(token, route, clock.nowMs));
      return;
    }
    if (tenancy === undefined || account === undefined || route === undefined) {
      this.violate("filters", `a lease for a subscription that is not there: ${nameOf(token)}`);
      return;
    }
    const reading = account.readings.get(token.epoch) ?? replayed(account, token.epoch);
    const nowMs = clock.nowMs;
    const event = tenancy.events.get(token.seq);
    const lease = { record, tenancy, account, reading, event, delivery, route, id: idOf(delivery, answer), nowMs };
    this.#ask((checks) => checks.leased?.(lease));
    record.outs.set(nameOf(token), outOf(token, route, nowMs));
  }

  #reported(record: ChannelRecord, { token, outcome }: Settlement): void {
    const account = record.tenancy?.accounts.get(token.subscription);
    const reading = account?.readings.get(token.epoch);
    this.#world.trace.note("reported", nameOf(token), outcome.kind, token.attempt);
    if (account === undefined || reading === undefined) return;
    const out = record.outs.get(nameOf(token));
    if (outcome.kind === "failed") {
      if (out?.token.lease === token.lease) record.outs.delete(nameOf(token));
      return;
    }
    if (reading.ended.has(token.seq)) return;
    const reply = outcome.reply === undefined ? undefined : replyIn(outcome.reply);
    const isAnswered = reading.answered.has(token.seq);
    if (token.purpose === "reply" && !isAnswered) return;
    if (token.purpose === "deliver" && isAnswered && !outcome.replied) return;
    if (token.purpose === "deliver" && reply !== undefined && account.configuration.reply.kind === "target") {
      reading.answered.set(token.seq, reply.id);
      record.outs.delete(nameOf(token));
      return;
    }
    const event = record.tenancy?.events.get(token.seq);
    const isDeadLetter = token.purpose === "dead-letter";
    if (isDeadLetter && out?.token.purpose !== "dead-letter") {
      account.uncertain.add(token.seq);
      return;
    }
    record.outs.delete(nameOf(token));
    const kind = isDeadLetter ? "dead-lettered" : "delivered";
    const end: End = { kind, atMs: this.#world.clock.nowMs, ...(reply && !isDeadLetter && { reply: reply.id }) };
    reading.ended.set(token.seq, end);
    const isOut = out !== undefined && out.expiresAtMs > this.#world.clock.nowMs;
    this.#ask((checks) => checks.ended?.({ record, account, token, outcome, event, reply, isOut }));
  }
}

function idOf(delivery: Delivery, answer: LeaseAnswer): string {
  const place = answer.events[delivery.event];
  return place === undefined ? "" : String(readEvent(answer.bytes.subarray(place.start, place.end)).attributes.id);
}

function replyIn(bytes: Uint8Array): LoggedReply {
  const { attributes, hops } = readEvent(bytes);
  return { id: String(attributes.id), hops };
}

/** A replay shows in what is leased before it shows in storage. */
function replayed(account: Account, epoch: number): Reading {
  const reading = newReading(epoch, Number.POSITIVE_INFINITY);
  account.readings.set(epoch, reading);
  account.isReplayed = true;
  return reading;
}
