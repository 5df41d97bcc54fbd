/** What the operator API says of the row's Broker. */
import type { Usage } from "../src/channel/usage.ts";
import { BROKER } from "./manifests.ts";

export interface ChannelStats {
  /** Events that the channel took since its object woke. */
  readonly acceptedSinceWake: number;
  readonly usage: Usage;
}

export async function channelStats(routerUrl: string): Promise<ChannelStats> {
  const answer = await fetch(`${routerUrl}/apis/sluice.dev/v1alpha1/namespaces/default/brokers/${BROKER}/stats`);
  if (!answer.ok) throw new Error(`stats answered ${answer.status}: ${await answer.text()}`);
  return answer.json() as Promise<ChannelStats>;
}

/** What was counted between two readings, without the reading itself. */
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
