/** Runs one random history to its end and says what is wrong with how things ended. */
import { type Account, expectCountersAddUp, passes, stragglerRows } from "./history-checks.ts";
import { RandomHistory } from "./random-history.ts";

type Stats = { uid: string; behind: number; inFlight: number; retrying: number };

export async function endings(seed: number, size: { readonly steps: number; readonly chunkedBytes: number }) {
  const history = await RandomHistory.begin(seed, size.chunkedBytes);
  for (let step = 0; step < size.steps; step++) await history.step();
  await history.heal();
  await expectCountersAddUp(history.world, history.accounts, history.known);
  const replies = [...history.known.values()].map(({ id }) => id).filter((id) => id.startsWith("reply-"));
  const { subscriptions } = await history.world.stats();
  return {
    repeats: history.repeats(),
    missing: [...history.accounts].flatMap(([uid, account]) => missing(history, uid, account)),
    repliesTwice: replies.filter((id, index) => replies.indexOf(id) !== index),
    repliesLost: [...history.expectedReplies].filter((id) => !replies.includes(id)),
    unfinished: (subscriptions as Stats[]).filter((each) => each.behind + each.inFlight + each.retrying > 0),
  };
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
