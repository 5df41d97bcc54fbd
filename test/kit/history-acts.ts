/** What people do to a channel in a random history: other configurations, and the verbs of the operator API. */
import type { SubscriptionConfiguration } from "../../src/core/channel-protocol.ts";
import { positionText } from "../../src/core/positions.ts";
import { subscription } from "./channel-world.ts";
import { stragglerRows } from "./history-checks.ts";
import type { RandomHistory } from "./random-history.ts";

const { delivery } = subscription("x");
const SINK = { kind: "url", url: "http://dead.example/" } as const;

export const INITIAL: readonly SubscriptionConfiguration[] = [
  subscription("plain", { delivery: { ...delivery, retry: 3 } }),
  subscription("ordered", { ordering: "ordered", delivery: { ...delivery, retry: 2 } }),
  subscription("filtered", {
    filter: { kind: "attributes", attributes: { type: "b" } },
    maxConcurrency: 3,
    delivery: { ...delivery, retry: 1, deadLetterSink: SINK },
  }),
  subscription("replying", { filter: { kind: "attributes", attributes: { type: "a" } }, breakerFailures: 3 }),
];

/** One subscription changes, goes, or comes again under another uid. */
export async function changeSomething(history: RandomHistory): Promise<void> {
  const { accounts, random, head, world } = history;
  const account = accounts.get(random.pick([...accounts.keys()]));
  if (account === undefined) return;
  const { configuration: before } = account;
  let now: SubscriptionConfiguration = before;
  switch (random.below(6)) {
    case 0:
      now = { ...before, filter: random.pick([{ kind: "everything" }, typeIs("a"), typeIs("b")] as const) };
      account.isUncountable = true;
      // What the filter rejects is forgotten, and comes again if the filter passes it again.
      history.release((token) => token.subscription === before.uid);
      break;
    case 1:
      now = { ...before, ordering: before.ordering === "ordered" ? "unordered" : "ordered" };
      break;
    case 2: {
      const { deadLetterSink: _, ...policy } = before.delivery;
      const sink = history.chance(50) ? { deadLetterSink: SINK } : {};
      now = { ...before, delivery: { ...policy, retry: random.below(4), ...sink } };
      break;
    }
    case 3:
    case 4:
      now = { ...before, paused: !before.paused };
      break;
    default: {
      accounts.delete(before.uid);
      const uid = `${before.name}-${random.below(1_000_000)}`;
      const isEarliest = history.chance(50);
      now = { ...before, uid, startFrom: { kind: isEarliest ? "earliest" : "latest" } };
      history.open(now, head);
      const opened = accounts.get(uid);
      if (opened !== undefined && isEarliest) opened.isUncountable = true;
      history.out = history.out.filter((out) => out.delivery.token.subscription !== before.uid);
      for (const reply of history.expectedReplies) {
        if (reply.startsWith(`reply-${before.uid}-`)) history.expectedReplies.delete(reply);
      }
    }
  }
  const current = accounts.get(now.uid);
  if (current !== undefined) Object.assign(current, { configuration: now, disturbedAt: head - 1 });
  history.excuse((each) => each.token.subscription === now.uid);
  await world.configure({ subscriptions: [...accounts.values()].map(({ configuration }) => configuration) });
}

function typeIs(type: string) {
  return { kind: "attributes", attributes: { type } } as const;
}

export async function operateSomehow(history: RandomHistory): Promise<void> {
  const { accounts, random, world } = history;
  const uid = random.pick([...accounts.keys()]);
  const account = accounts.get(uid);
  if (account === undefined) return;
  const { channel } = world;
  // A verb sees what memory knows: storage must know it too.
  await channel.operate({ verb: "stats" });
  const rows = stragglerRows(world).filter((row) => row.subscription === uid);
  switch (random.below(4)) {
    case 0: {
      const parked = rows.filter((row) => row.state === "parked");
      for (const row of parked) account.redriven.add(row.seq);
      await channel.operate({ verb: "redrive", selector: { subscription: uid }, dryRun: false });
      return;
    }
    case 1: {
      await channel.operate({ verb: "discard", selector: { subscription: uid }, dryRun: false });
      for (const row of rows) account.ended.add(row.seq);
      history.release((token) => token.subscription === uid);
      return;
    }
    default: {
      const verb = random.pick(["replay", "skip"] as const);
      const seq = 1 + random.below(history.head);
      const to = random.pick([
        { kind: "position", position: positionText(seq) },
        { kind: "earliest" },
        { kind: "latest" },
      ] as const);
      const answer = await channel.operate({ verb, subscription: uid, to, dryRun: false });
      if (answer.kind !== "ok") return;
      account.disturbedAt = history.head - 1;
      history.release((token) => token.subscription === uid);
      if (verb === "skip") return;
      account.isUncountable = true;
      for (const seq of account.answered.keys()) account.excused.add(seq);
    }
  }
}
