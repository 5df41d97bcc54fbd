/**
 * A delivery is given out again only when the channel cannot know better: its lease ran out, it failed, or a crash took
 * what was not durable. And a courier sends what it was given once.
 */
import { attemptName, nameOf } from "../account.ts";
import { isSettled } from "../disk-view.ts";
import type { Invariant, LeaseFact } from "../invariant.ts";

/** Outcomes are written this long after they were reported, with time for two instants, milliseconds. */
const FLUSH_MS = 27;

export const needlessDuplicates: Invariant = {
  name: "no needless duplicates",
  begin: (world) => {
    const sent = new WeakMap<object, Set<string>>();
    return {
      crashed: ({ forgotten }) => {
        const keptFromMs = world.clock.nowMs - FLUSH_MS - 3 * world.storm.diskMs;
        const old = forgotten.find(({ atMs }) => atMs < keptFromMs);
        return old && `the crash undid the end of ${old.name}, ${world.clock.nowMs - old.atMs} ms after it`;
      },
      leased: (lease) => leasedTwice(lease) ?? leasedAfterItsEnd(lease),
      requested: ({ courier, url, id, token }) => {
        if (token === undefined) return `courier ${courier.number} sent ${id} to ${url} and was not given it`;
        const before = sent.get(courier) ?? new Set();
        sent.set(courier, before);
        const name = attemptName(token);
        if (before.has(name)) return `courier ${courier.number} sent ${name} twice`;
        before.add(name);
        return undefined;
      },
    };
  },
};

function leasedTwice({ record, delivery, nowMs }: LeaseFact): string | undefined {
  const out = record.outs.get(nameOf(delivery.token));
  if (out === undefined || out.expiresAtMs <= nowMs) return undefined;
  return `${nameOf(delivery.token)} was leased again ${out.expiresAtMs - nowMs} ms before its lease runs out`;
}

function leasedAfterItsEnd({ record, account, reading, delivery }: LeaseFact): string | undefined {
  const { token } = delivery;
  const { subscription, epoch, seq } = token;
  const end = reading?.ended.get(seq);
  if (end !== undefined) return `${nameOf(token)} was leased after it was ${end.kind}`;
  const { positions, stragglers } = record.restored;
  const position = positions.get(subscription);
  if (position?.epoch !== epoch || account.redriven.has(seq)) return undefined;
  const isDone = isSettled(position, seq) && !stragglers.has(`${subscription} ${seq}`);
  return isDone ? `${nameOf(token)} was leased again although its end was durable` : undefined;
}
