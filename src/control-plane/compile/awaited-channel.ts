/**
 * A channel that has not acknowledged any configuration yet answers that it does not exist, which would be a failed delivery.
 * What leads to one waits until it has.
 */
import type { ChannelName } from "../../core/channel-name.ts";
import type { CompileContext } from "./compile-context.ts";
import type { Resolution } from "./resolve-destination.ts";

/** The first of these destinations that is such a channel. */
export function awaitedChannel(
  destinations: readonly (Resolution | undefined)[],
  context: CompileContext,
): ChannelName | undefined {
  for (const destination of destinations) {
    if (destination?.kind !== "resolved" || destination.target.kind !== "channel") continue;
    if (context.acknowledged(destination.target.name).configuration === undefined) return destination.target.name;
  }
  return undefined;
}

export function awaitedMessage(channel: ChannelName): string {
  return `The channel ${channel} that it leads to has not yet acknowledged its configuration.`;
}
