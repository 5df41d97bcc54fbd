/** Runs one random history to its end and says what is wrong with how things ended. */
import { ChannelWorld } from "./channel-world.ts";
import { INITIAL } from "./history-acts.ts";
import { type Account, expectCountersAddUp, passes, stragglerRows } from "./history-checks.ts";
import { RandomHistory } from "./random-history.ts";

type Stats = { uid: string; behind: number; inFlight: number; retrying: number };

export async function endings(
  seed: number,
  size: { readonly steps: number; readonly chunkedBytes: number },
): Promise<string[]> {
  const history = new RandomHistory(await ChannelWorld.with(...INITIAL), seed, size.chunkedBytes);
  for (let step = 0; step < size.steps; step++) await history.step();
  await history.heal();
  await expectCountersAddUp(history.world, history.accounts, history.known);
  const replies = [...history.known.values()].map(({ id }) => id).filter((id) => id.startsWith("reply-"));
  const { subscriptions } = await history.world.stats();
  const wrong = (what: string, items: readonly unknown[]) => items.map((item) => `${what}: ${JSON.stringify(item)}`);
  return [
    ...wrong("repeated", repeats(history)),
    ...[...history.accounts].flatMap(([uid, account]) => wrong("missing", missing(history, uid, account))),
    ...wrong(
      "reply twice",
      replies.filter((id, index) => replies.indexOf(id) !== index),
    ),
    ...wrong(
      "reply lost",
      [...history.expectedReplies].filter((id) => !replies.includes(id)),
    ),
    ...wrong(
      "unfinished",
      (subscriptions as Stats[]).filter((each) => each.behind + each.inFlight + each.retrying > 0),
    ),
  ];
}

/** Events since the last change that were neither answered nor parked; discards and skips are counted elsewhere. */
function missing(history: RandomHistory, uid: string, account: Account): string[] {
  const parked = new Set(
    stragglerRows(history.world)
      .filter((row) => row.subscription === uid)
      .map((row) => row.seq),
  );
  return [...history.known.values()]
    .filter(({ seq, type }) => seq > account.disturbedAt && passes(account.configuration, type))
    .filter(({ seq }) => !account.ended.has(seq) && !parked.has(seq))
    .map(({ seq }) => `${uid} ${seq}`);
}

/** Subscribers that saw an event twice although nothing excuses it. */
function repeats({ accounts }: RandomHistory): string[] {
  return [...accounts].flatMap(([uid, { answered, excused }]) =>
    [...answered].filter(([seq, times]) => times > 1 && !excused.has(seq)).map(([seq]) => `${uid} ${seq}`),
  );
}
