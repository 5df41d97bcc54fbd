/**
 * What a log stores, what a courier brings back, and what a subscriber, a dead letter sink or a reply's target receives is the
 * event as it was made: its data to the byte, and its attributes with those that Brokers and dead letters add, and no others.
 */
import { kindOfChannel } from "../../../src/core/channel-name.ts";
import type { ChannelRecord, Tenancy } from "../channel-record.ts";
import type { LoggedEvent } from "../disk-view.ts";
import { type Attributes, readEvent } from "../encoded-event.ts";
import type { Invariant, RequestFact } from "../invariant.ts";
import type { World } from "../world.ts";

const ARRIVAL = ["knativearrivaltime"];
const ERRORS = ["knativeerrorcode", "knativeerrordata", "knativeerrordest"];
const HAND_OVER_KEY = /^h:[^:]+:([^:]+):\d+:(\d+):(?:.*:)?(deliver|dead-letter|reply)$/;
const REPLY_ID = /^reply-/;

export const unaltered: Invariant = {
  name: "unaltered",
  begin: (world) => ({
    written: (record, { added }) => {
      for (const event of added) {
        const fault = otherData(world, event) ?? storedOtherwise(world, record, event);
        if (fault !== undefined) return `${event.id} is in ${record.object.name} at ${event.seq} with ${fault}`;
      }
      return undefined;
    },
    requested: (request) => {
      const { courier, url, id, message } = request;
      const fault = otherData(world, message) ?? sentOtherwise(world, request);
      return fault && `courier ${courier.number} sent ${id} to ${url} with ${fault}`;
    },
    claimed: ({ courier, settlement: { outcome } }) => {
      if (outcome.kind !== "delivered" || outcome.reply === undefined) return undefined;
      const reply = readEvent(outcome.reply);
      const id = String(reply.attributes.id);
      const fault = otherData(world, { ...reply, id }) ?? otherAttributes(reply.attributes, made(world, id), []);
      return fault && `courier ${courier.number} brings back ${id} with ${fault}`;
    },
  }),
};

function otherData({ originals }: World, { id, data }: Pick<LoggedEvent, "id" | "data">): string | undefined {
  const original = originals.of(id);
  if (original === undefined) return "an id that nobody gave it";
  if (data.length !== original.data.length) return `${data.length} bytes of data, not ${original.data.length}`;
  return Buffer.compare(data, original.data) === 0 ? undefined : "other data";
}

/** Against what it was where it came from, one channel back. */
function storedOtherwise(world: World, record: ChannelRecord, event: LoggedEvent): string | undefined {
  const { attributes, id, keys } = event;
  const [, subscription, seq, purpose] = keys.flatMap((key) => HAND_OVER_KEY.exec(key) ?? []);
  const arrival = kindOfChannel(record.object.name) === "broker" ? ARRIVAL : [];
  if (subscription === undefined) {
    // A key that names no delivery is not for this invariant to judge.
    if (keys.some((key) => key.startsWith("h:"))) return undefined;
    // It comes from outside, or is the reply to a delivery of this very channel.
    return otherAttributes(attributes, made(world, id), REPLY_ID.test(id) ? ARRIVAL : []);
  }
  if (purpose === "reply") return otherAttributes(attributes, made(world, id), arrival);
  const source = tenancyOf(world, subscription)?.events.get(Number(seq));
  if (source?.id !== id) return `the key of ${source?.id}`;
  return otherAttributes(attributes, source.attributes, purpose === "dead-letter" ? [...arrival, ...ERRORS] : arrival);
}

/** Against what is in the log that it was leased from. */
function sentOtherwise(world: World, { token, id, message: { attributes } }: RequestFact): string | undefined {
  if (token === undefined) return undefined;
  if (token.purpose === "reply") return otherAttributes(attributes, made(world, id), []);
  let fault: string | undefined = "an id that is not in the log";
  // Come by two ways, it is there twice, and arrived at two times; its subscriber cannot tell which it is.
  for (const event of tenancyOf(world, token.subscription)?.events.values() ?? []) {
    if (event.id !== id) continue;
    fault = otherAttributes(attributes, event.attributes, token.purpose === "dead-letter" ? ERRORS : []);
    if (fault === undefined) return undefined;
  }
  return fault;
}

/** `added` are names of attributes that it has beside what it had, or with another value. */
function otherAttributes(found: Attributes, before: Attributes, added: readonly string[]): string | undefined {
  for (const name of new Set([...Object.keys(before), ...Object.keys(found), ...added])) {
    const isNew = added.includes(name);
    if (isNew ? typeof found[name] === "string" : found[name] === before[name]) continue;
    return `${name} ${found[name]}, not ${isNew ? "a text" : before[name]}`;
  }
  return undefined;
}

function made({ originals }: World, id: string): Attributes {
  return originals.of(id)?.attributes ?? {};
}

/** The channel, in the time that the subscription belongs to. */
function tenancyOf({ ledger }: World, subscription: string): Tenancy | undefined {
  for (const { tenancies } of ledger.records.values()) {
    for (const tenancy of tenancies.values()) {
      if (tenancy.accounts.has(subscription) || tenancy.closed.has(subscription)) return tenancy;
    }
  }
  return undefined;
}
