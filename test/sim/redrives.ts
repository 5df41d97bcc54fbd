/** Which parked deliveries people took back: by what they asked for and what was parked then, never by the channel's answer. */

import type { Token } from "../../src/core/channel-protocol.ts";
import type { Account } from "./account.ts";
import type { ChannelRecord } from "./channel-record.ts";

/**
 * A person asks for the parked deliveries of a subscription: for all of them, or for those with these ids. Returns what is to
 * be called when the channel has answered: what is parked then was not among them.
 */
export function redriveAsked(record: ChannelRecord, uid: string, ids: readonly string[] | undefined): () => void {
  const account = record.tenancy?.accounts.get(uid);
  if (account === undefined) return () => {};
  const call = { isForAll: ids === undefined };
  account.redrives.add(call);
  const asked = record.parked(uid).filter(({ id }) => ids === undefined || ids.includes(String(id)));
  for (const { seq } of asked) account.redrivable.add(seq);
  // The channel knows of what storage has not been told yet.
  for (const { ended } of account.readings.values())
    for (const [seq, { kind }] of ended) if (call.isForAll && kind === "parked") account.redrivable.add(seq);
  return () => {
    // A crash has ended it, or others are on their way: what they ask for is left to the last answer.
    if (!account.redrives.delete(call) || account.redrives.size > 0) return;
    for (const { seq } of record.parked(uid)) account.redrivable.delete(seq);
  };
}

/** Parked while a call that asks for all is on its way, it may be one of them. */
export function parkedAgain({ redrives, redrivable }: Account, seq: number): void {
  if ([...redrives].some(({ isForAll }) => isForAll)) redrivable.add(seq);
  else redrivable.delete(seq);
}

/** Given out: what a person has taken back has not ended. */
export function takeBack({ redrivable, redriven, readings }: Account, { epoch, seq }: Token): void {
  if (!redrivable.delete(seq)) return;
  redriven.add(seq);
  const ended = readings.get(epoch)?.ended;
  if (ended?.get(seq)?.kind === "parked") ended.delete(seq);
}
