/** What the operator API says of the row's Broker. */
import { BROKER } from "./manifests.ts";

export interface ChannelStats {
  /** Events that the channel took since its object woke. */
  readonly acceptedSinceWake: number;
}

export async function channelStats(routerUrl: string): Promise<ChannelStats> {
  const answer = await fetch(`${routerUrl}/apis/sluice.dev/v1alpha1/namespaces/default/brokers/${BROKER}/stats`);
  if (!answer.ok) throw new Error(`stats answered ${answer.status}: ${await answer.text()}`);
  return answer.json() as Promise<ChannelStats>;
}
