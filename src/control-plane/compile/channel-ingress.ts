/** Who may post to the channel of a resource: whoever holds a token that publishes in its namespace, unless it is public. */
import type { ChannelIngress } from "../../core/channel-protocol.ts";
import type { JsonObject } from "../resources/json.ts";
import { isPublicIngress } from "../validation/annotations.ts";

export function channelIngress(object: JsonObject, publishers: readonly string[]): ChannelIngress {
  return isPublicIngress(object) ? { kind: "public" } : { kind: "tokens", digests: publishers };
}
