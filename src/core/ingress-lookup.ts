/** RPC surface of the control plane for the ingress, which asks it about what it does not know, never for each event. */
import type { ChannelName } from "./channel-name.ts";

export interface IngressLookup {
  /** Whether a token of this digest exists, whatever it may do: asked about calls that a channel refused. */
  knowsToken(digest: string): Promise<boolean>;
  /** Whether there is a channel of this name, or will be in a moment: asked about names that no event was accepted at yet. */
  hasChannel(name: ChannelName): Promise<boolean>;
}
