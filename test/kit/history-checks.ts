/** What must hold for a channel whatever has happened to it: asked of its storage, and of what couriers were given. */
import { expect } from "vitest";
import type { SubscriptionConfiguration, Token } from "../../src/core/channel-protocol.ts";
import { decodeHead } from "../../src/core/event-codec.ts";
import type { ChannelWorld } from "./channel-world.ts";

export interface KnownEvent {
  readonly seq: number;
  readonly id: string;
  readonly type: string;
  readonly subject: string;
}

/** What the history did to one subscription, as far as it excuses anything. */
export interface Account {
  configuration: SubscriptionConfiguration;
  /** Events up to here were there when its configuration or position last changed. */
  disturbedAt: number;
  /** Its filter changed or it was replayed: what it was offered cannot be counted any more. */
  isUncountable: boolean;
  /** Events -> times answered with 2xx. */
  readonly answered: Map<number, number>;
  /** Events that may be answered twice: out at a crash, expired, reported late, replayed. */
  readonly excused: Set<number>;
  /** Events of which the end was seen, by seq. */
  readonly ended: Set<number>;
  readonly redriven: Set<number>;
  firstSeq: number;
}

export function passes({ filter }: SubscriptionConfiguration, type: string): boolean {
  if (filter.kind === "everything") return true;
  if (filter.kind !== "attributes") throw new Error("histories use attribute filters");
  return filter.attributes.type === type;
}

type SegmentRow = { first_seq: number; ends: Uint8Array; body: Uint8Array };

/** Reads what storage has of the log from `seq` on. */
export function eventsFrom(world: ChannelWorld, seq: number): KnownEvent[] {
  const query = "SELECT first_seq, ends, body FROM segment WHERE first_seq >= ? ORDER BY first_seq";
  const events: KnownEvent[] = [];
  for (const { first_seq, ends, body } of world.database.prepare(query).all(seq) as SegmentRow[]) {
    const view = new DataView(ends.buffer, ends.byteOffset, ends.byteLength);
    for (let index = 0, start = 0; index * 4 < ends.length; index++) {
      const end = view.getUint32(index * 4, true);
      const { attributes } = decodeHead(body.subarray(start, end));
      events.push({
        seq: first_seq + index,
        id: String(attributes.id),
        type: String(attributes.type),
        subject: String(attributes.subject),
      });
      start = end;
    }
  }
  return events;
}

export type Row = { id: number; subscription: string; seq: number; state: string; ordering_key: string | null };

export function stragglerRows(world: ChannelWorld): Row[] {
  return world.database.prepare("SELECT id, subscription, seq, state, ordering_key FROM straggler").all() as Row[];
}

/** Chunks without an owner, owners without chunks, rows of subscriptions that are gone. */
export function expectSoundStorage(world: ChannelWorld, live: ReadonlySet<string>): void {
  const ids = (query: string) => (world.database.prepare(query).all() as { n: number }[]).map(({ n }) => n);
  const owned =
    "SELECT blob AS n FROM segment WHERE blob IS NOT NULL UNION SELECT blob FROM straggler WHERE blob IS NOT NULL";
  expect(ids("SELECT DISTINCT id / 64 AS n FROM chunk ORDER BY n")).toEqual(ids(owned).sort((a, b) => a - b));
  expect(stragglerRows(world).filter((row) => !live.has(row.subscription))).toEqual([]);
}

type Stored = Record<string, { epoch: number; next: number | null }>;

/** Positions go back only by a replay, which has an epoch of its own. */
export class PositionWatch {
  readonly #seen = new Map<string, number>();

  look(world: ChannelWorld): void {
    for (const { body } of world.database.prepare("SELECT body FROM position").all() as { body: string }[]) {
      const group = JSON.parse(body) as { scanned: number; positions: Stored };
      for (const [uid, { epoch, next }] of Object.entries(group.positions)) {
        const place = next ?? group.scanned;
        const key = `${uid} ${epoch}`;
        expect(place, `position of ${key}`).toBeGreaterThanOrEqual(this.#seen.get(key) ?? 0);
        this.#seen.set(key, place);
      }
    }
  }
}

/** Every offered event is delivered, dead-lettered, parked or discarded, and counted as that. */
export async function expectCountersAddUp(
  world: ChannelWorld,
  accounts: ReadonlyMap<string, Account>,
  known: ReadonlyMap<number, KnownEvent>,
): Promise<void> {
  const { subscriptions } = await world.stats();
  const parked = stragglerRows(world);
  for (const each of subscriptions as { uid: string; counters: Record<string, number> }[]) {
    const account = accounts.get(each.uid);
    if (account === undefined || account.isUncountable) continue;
    const offered = [...known.values()].filter(
      ({ seq, type }) => seq >= account.firstSeq && passes(account.configuration, type),
    );
    const { delivered = 0, deadLettered = 0, discarded = 0 } = each.counters;
    const mine = parked.filter((row) => row.subscription === each.uid).length;
    expect({ uid: each.uid, ended: delivered + deadLettered + discarded + mine }).toEqual({
      uid: each.uid,
      ended: offered.length,
    });
  }
}

export function replyId({ subscription: uid, epoch, seq }: Token): string {
  return `reply-${uid}-${epoch}-${seq}`;
}

export function sameDelivery(one: Token, other: Token): boolean {
  return one.subscription === other.subscription && one.epoch === other.epoch && one.seq === other.seq;
}
