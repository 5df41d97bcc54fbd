/**
 * Where events go on to: the reply of a delivery is in the channel it is meant for once, or was taken at its address; it is no
 * other's reply, in no other channel; while a reply is on its way its subscriber is left alone; and if the reply does not get
 * through, the dead letter says so. The flow model knows what subscribers said.
 */
import { type Account, isExcused, nameOf, type Reading } from "../account.ts";
import type { ChannelRecord, Tenancy } from "../channel-record.ts";
import type { LoggedEvent } from "../disk-view.ts";
import type { Invariant, LeaseFact } from "../invariant.ts";
import type { World } from "../world.ts";

const REPLY_KEY = /^h:([^:]+):([^:]+):(\d+):(\d+):(?:.*:)?reply$/;

/** The delivery that a reply in a log says it belongs to. */
interface Cause {
  readonly channel: string;
  readonly subscription: string;
  readonly seq: number;
  readonly delivery: string;
}

export const flows: Invariant = {
  name: "flows",
  begin: (world) => ({
    leased: (lease) => calledAgain(lease) ?? wrongBlame(lease),
    finished: () => {
      for (const record of world.ledger.records.values()) {
        for (const tenancy of record.tenancies.values()) {
          const message = strayReply(world, record, tenancy);
          if (message !== undefined) return message;
        }
        for (const [uid, account] of record.tenancy?.accounts ?? []) {
          const message = lostReply(world, record, { uid, account });
          if (message !== undefined) return message;
        }
      }
      return undefined;
    },
  }),
};

function calledAgain({ reading, delivery }: LeaseFact): string | undefined {
  const { token } = delivery;
  const isAnswered = reading?.answered.has(token.seq) === true;
  return token.purpose === "deliver" && isAnswered ? `${nameOf(token)} goes to its subscriber again` : undefined;
}

/** A dead letter of an answered event is one for its reply. */
function wrongBlame({ account, reading, delivery }: LeaseFact): string | undefined {
  const { token, extensions } = delivery;
  const { reply } = account.configuration;
  const isForReply = token.purpose === "dead-letter" && reading?.answered.has(token.seq) === true;
  if (!isForReply || reply.kind !== "target") return undefined;
  if (extensions?.knativeerrordest === reply.target.url) return undefined;
  return `the dead letter of ${nameOf(token)} blames ${extensions?.knativeerrordest}`;
}

/** A reply in this channel's log that should not be there, or not as often. */
function strayReply(world: World, record: ChannelRecord, { events }: Tenancy): string | undefined {
  const seen = new Map<string, LoggedEvent>();
  for (const event of events.values()) {
    const cause = replyKeyOf(event);
    if (cause === undefined) continue;
    const { delivery, subscription } = cause;
    const answered = eventOf(world, cause)?.id;
    if (answered !== undefined && !world.flows.repliesTo(subscription, answered).includes(event.id)) {
      return `${event.id} is in ${record.object.name} as the reply of ${delivery}, and is none`;
    }
    const target = world.ledger.replyTargets.get(subscription);
    if (target !== record.object.name) return `the reply of ${delivery} is in ${record.object.name}, not in ${target}`;
    const first = seen.get(delivery);
    if (first !== undefined && event.acceptedAtMs - first.acceptedAtMs < world.limits.keyRetentionMs) {
      return `the reply of ${delivery} is in ${record.object.name} twice: ${first.id} and ${event.id}`;
    }
    seen.set(delivery, event);
  }
  return undefined;
}

/** A delivery that ended as delivered, whose reply is nowhere. */
function lostReply(
  world: World,
  record: ChannelRecord,
  { uid, account }: { readonly uid: string; readonly account: Account },
): string | undefined {
  const { subscriber, reply } = account.configuration;
  const reading = currentReading(record, uid, account);
  if (reply.kind !== "target" || subscriber.kind !== "url" || reading === undefined) return undefined;
  for (const [seq, { kind }] of reading.ended) {
    const event = record.tenancy?.events.get(seq);
    if (
      kind !== "delivered" ||
      event === undefined ||
      isExcused(account, { epoch: reading.epoch, seq }) ||
      event.hops <= 1
    )
      continue;
    const delivery = nameOf({ subscription: uid, epoch: reading.epoch, seq });
    const answers = world.flows.answersTo(uid, event.id);
    const replies = world.flows.repliesTo(uid, event.id);
    // One of its answers was none: it may be the one that counts.
    if (replies.length < answers.length || answers.length === 0) continue;
    const { target } = reply;
    const isThere =
      target.kind === "url"
        ? replies.some((id) => world.flows.hasTaken(target.url, id))
        : replies.some((id) => isIn(world.ledger.records.get(target.name), id));
    if (!isThere) return `the reply of ${delivery} is not in ${target.kind === "url" ? target.url : target.name}`;
  }
  return undefined;
}

function currentReading(record: ChannelRecord, uid: string, { readings }: Account): Reading | undefined {
  const epoch = record.positions.get(uid)?.epoch;
  return epoch === undefined ? undefined : readings.get(epoch);
}

function isIn(record: ChannelRecord | undefined, id: string): boolean {
  return record?.everLogged.has(id) === true;
}

function replyKeyOf({ keys }: LoggedEvent): Cause | undefined {
  for (const key of keys) {
    const [, channel, subscription, epoch, seq] = REPLY_KEY.exec(key) ?? [];
    if (channel === undefined || subscription === undefined) continue;
    const token = { subscription, epoch: Number(epoch), seq: Number(seq) };
    return { channel, subscription, seq: token.seq, delivery: nameOf(token) };
  }
  return undefined;
}

/** The event that was delivered: of the tenancy that the subscription belonged to. */
function eventOf(world: World, { channel, subscription, seq }: Cause): LoggedEvent | undefined {
  for (const record of world.ledger.records.values()) {
    if (record.object.name !== channel) continue;
    for (const { accounts, closed, events } of record.tenancies.values()) {
      if (accounts.has(subscription) || closed.has(subscription)) return events.get(seq);
    }
  }
  return undefined;
}
