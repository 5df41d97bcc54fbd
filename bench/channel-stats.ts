/** What the operator API says of the channel of a row: its Broker's, or the first of its Sequence. */
import { setTimeout as wait } from "node:timers/promises";
import type { Usage } from "../src/channel/usage.ts";
import { authorization, type RouterApi } from "../test/kit/apply.ts";
import { BROKER } from "./manifests.ts";

export interface ChannelStats {
  /** Events that the channel took since its object woke. */
  readonly acceptedSinceWake: number;
  readonly usage: Usage;
}

export async function channelStats(router: RouterApi, channel = `brokers/${BROKER}`): Promise<ChannelStats> {
  const url = `${router.url}/apis/sluice.dev/v1alpha1/namespaces/default/${channel}/stats`;
  const answer = await fetch(url, { headers: authorization(router) });
  if (!answer.ok) throw new Error(`stats answered ${answer.status}: ${await answer.text()}`);
  return answer.json() as Promise<ChannelStats>;
}

/** An object that nobody calls leaves memory after about ten seconds, and its counters with it, milliseconds. */
const CALL_EVERY_MS = 4_000;

/** Waits and keeps the channel's object in memory; returns how many readings that took. */
export async function waitAwake(router: RouterApi, ms: number): Promise<number> {
  let readings = 0;
  for (let leftMs = ms; leftMs > 0; leftMs -= CALL_EVERY_MS) {
    await wait(Math.min(leftMs, CALL_EVERY_MS));
    await channelStats(router);
    readings++;
  }
  return readings;
}

/** What was counted between two readings, without the requests of the readings themselves. */
export function usageBetween(before: Usage, after: Usage) {
  if (before.since !== after.since)
    throw new Error("the channel's object started again in the middle of a measurement");
  const { operate: _, ...requests } = after.requests;
  const own = { ...before.requests };
  return {
    requests: Object.fromEntries(
      Object.entries(requests).map(([kind, count]) => [kind, count - own[kind as keyof typeof own]]),
    ),
    rowsRead: after.rowsRead - before.rowsRead,
    rowsWritten: after.rowsWritten + after.alarmsSet - before.rowsWritten - before.alarmsSet,
    queueMessages: after.queueMessages - before.queueMessages,
  };
}
