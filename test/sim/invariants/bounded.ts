/** Leases, windows, stragglers, concurrency and what an instance has open stay within their limits. */
import { isDoubtful, nameOf, wants } from "../account.ts";
import type { ChannelObject } from "../channel-object.ts";
import type { ChannelRecord } from "../channel-record.ts";
import type { AnswerFact, Invariant, LeaseFact } from "../invariant.ts";
import type { World } from "../world.ts";

/** Timers and calls of one instance: each courier has a few calls, each producer's group one. */
const OPEN_THINGS = 120;
/** A delivery that is out for this long may be taken out of a full window, milliseconds. */
const RELIEVED_MS = 1_000;

export const bounded: Invariant = {
  name: "bounded",
  begin: (world) => {
    const restless = alarmWatch(world);
    return {
      answered: (fact) => tooMuch(world, fact),
      leased: (lease) => tooManyOut(world, lease) ?? tooFarAhead(world, lease) ?? triedForEver(lease),
      written: (record, { tables }) => {
        if (tables.has("position")) {
          for (const [uid, { done }] of record.positions) {
            if (done.length > world.limits.doneRanges) return `${uid} has ${done.length} ranges in its position`;
          }
        }
        const segment = tables.has("segment") ? tooLong(world, record) : undefined;
        if (segment !== undefined || !tables.has("straggler")) return segment;
        const most = world.limits.activeStragglers + world.limits.windowEntries;
        for (const uid of record.positions.keys()) {
          // People may bring back as many as they parked: those have their event in their row.
          const active = record.stragglers.filter(
            (row) => row.subscription === uid && row.state !== "parked" && row.copied === 0,
          ).length;
          if (active > most) return `${uid} has ${active} stragglers, at most ${most} are allowed`;
        }
        return undefined;
      },
      looked: () => {
        for (const object of world.objects) {
          if (restless(object)) return `the alarm of ${object.name} comes again and again`;
          if (object.openThings > OPEN_THINGS) return `${object.name} has ${object.openThings} things open`;
        }
        for (const courier of world.couriers.running) {
          if (courier.openRequests > world.courierWindow) {
            return `courier ${courier.number} has ${courier.openRequests} requests open`;
          }
        }
        return undefined;
      },
    };
  },
};

/** Of the events that can be read; one that is large has its data in chunks. */
function tooLong({ limits }: World, { view }: ChannelRecord): string | undefined {
  const [longest] = view.rows<{ n: number | null }>("SELECT MAX(LENGTH(body)) AS n FROM segment");
  const bytes = longest?.n ?? 0;
  return bytes <= limits.segmentBytes ? undefined : `a segment of ${bytes} bytes, ${limits.segmentBytes} are allowed`;
}

/** More alarms than that many in ten seconds do not wait for anything. */
const RESTLESS_ALARMS = 400;

function alarmWatch({ clock }: World): (object: ChannelObject) => boolean {
  const seen = new Map<ChannelObject, { readonly fromMs: number; readonly alarms: number }>();
  return (object) => {
    const before = seen.get(object);
    if (before !== undefined && clock.nowMs - before.fromMs < 10_000) {
      return object.alarms - before.alarms > RESTLESS_ALARMS;
    }
    seen.set(object, { fromMs: clock.nowMs, alarms: object.alarms });
    return (
      before !== undefined && object.alarms - before.alarms > (RESTLESS_ALARMS * (clock.nowMs - before.fromMs)) / 10_000
    );
  };
}

function tooMuch({ limits }: World, { request, answer }: AnswerFact): string | undefined {
  const { deliveries, bytes } = answer;
  if (deliveries.length > request.capacity) return `${deliveries.length} leased, ${request.capacity} asked`;
  if (bytes.length > limits.leaseBytes + limits.segmentBytes) return `a lease of ${bytes.length} bytes`;
  return undefined;
}

function tooManyOut({ clock }: World, { record, account, delivery }: LeaseFact): string | undefined {
  const { maxConcurrency } = account.configuration;
  const { subscription, epoch, seq, purpose } = delivery.token;
  // Dead letters and replies do not go to the subscriber.
  if (maxConcurrency === undefined || purpose !== "deliver") return undefined;
  let out = 1;
  for (const { token, expiresAtMs } of record.outs.values()) {
    const isOther = token.subscription === subscription && token.epoch === epoch && token.seq !== seq;
    if (isOther && token.purpose === "deliver" && expiresAtMs > clock.nowMs) out++;
  }
  return out <= maxConcurrency ? undefined : `${subscription} has ${out} deliveries out, ${maxConcurrency} are allowed`;
}

/** From the oldest first attempt that is out to the newest lease there is at most a window. */
function tooFarAhead(world: World, { record, tenancy, account, delivery }: LeaseFact): string | undefined {
  const { subscription, epoch, seq, purpose } = delivery.token;
  // Dead letters, replies and what was redriven have left the window.
  if (purpose !== "deliver" || account.redriven.has(seq)) return undefined;
  let oldest = seq;
  for (const { token, leasedAtMs } of record.outs.values()) {
    const isFresh = token.attempt === 1 && token.purpose === "deliver" && world.clock.nowMs - leasedAtMs < RELIEVED_MS;
    // What a changed filter rejects, and what was redriven, has left it too.
    const isInWindow = isFresh && !account.redriven.has(token.seq) && !isDoubtful(account, token);
    if (token.subscription === subscription && token.epoch === epoch && isInWindow) {
      oldest = Math.min(oldest, token.seq);
    }
  }
  let between = 0;
  for (let at = oldest; at <= seq; at++) {
    const event = tenancy.events.get(at);
    if (event !== undefined && wants(account.configuration, event.attributes)) between++;
  }
  if (between <= world.limits.windowEntries) return undefined;
  return `${subscription} has ${between} events between what is out, ${world.limits.windowEntries} are allowed`;
}

/** What was out at a crash, as far as storage knows, has had an attempt: else an event that kills couriers never ends. */
function triedForEver({ record, account, delivery }: LeaseFact): string | undefined {
  const { subscription, epoch, seq, attempt, purpose } = delivery.token;
  const position = record.restored.positions.get(subscription);
  if (position?.epoch !== epoch || seq > position.leased || attempt > 1 || purpose !== "deliver") return undefined;
  if (account.redriven.has(seq)) return undefined;
  return `${nameOf(delivery.token)} was out at a crash, and its attempts are counted from one again`;
}
