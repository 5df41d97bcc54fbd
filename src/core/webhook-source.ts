/** What the control plane answers when a webhook arrives: plain data, because it crosses RPC. */
import type { ChannelName } from "./channel-name.ts";

export type WebhookLookup =
  | {
      readonly kind: "ready";
      readonly sourceUid: string;
      /** The channel that the source's events are appended to. */
      readonly channel: ChannelName;
      /** Shared secrets that may have signed a request, the current one first; never empty, never the empty string. */
      readonly secrets: readonly string[];
      readonly ownerAndRepository: string;
      /** Extensions to set on every event (`spec.ceOverrides.extensions`). */
      readonly overrides: Readonly<Record<string, string>>;
    }
  | { readonly kind: "not-ready"; readonly reason: string }
  | { readonly kind: "not-found" };

/** RPC surface of the control plane for the webhook ingress. */
export interface WebhookSourcePort {
  webhookSource(namespace: string, name: string): Promise<WebhookLookup>;
}
