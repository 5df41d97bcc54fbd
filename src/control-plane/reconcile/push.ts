/**
 * One call to one channel: its new configuration, or its removal. What comes of it is written down; a failure is tried
 * again with growing pauses.
 */
import type { ChannelName } from "../../core/channel-name.ts";
import type { ChannelConfiguration, ConfigureAnswer } from "../../core/channel-protocol.ts";
import { errorText } from "../../core/error-text.ts";
import type { UnversionedConfiguration } from "../compile/compile-context.ts";
import { acknowledgedForm } from "../compile/configuration-hash.ts";
import type { KnownChannel, KnownChannels } from "../store/known-channels.ts";

export interface PushPorts {
  readonly channels: KnownChannels;
  readonly now: () => number;
  readonly configure: (name: ChannelName, configuration: ChannelConfiguration) => Promise<ConfigureAnswer>;
  readonly remove: (name: ChannelName, uid: string, version: number) => Promise<void>;
  readonly log: (line: Readonly<Record<string, unknown>>) => void;
}

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 60_000;
/** One push and one more with a version the channel cannot call old. */
const CATCH_UP_TRIES = 2;

/** Why it failed, if it did. */
export async function pushConfiguration(
  name: ChannelName,
  configuration: UnversionedConfiguration,
  ports: PushPorts,
): Promise<string | undefined> {
  const { channels } = ports;
  const known = channels.get(name);
  const pushed: KnownChannel = {
    name,
    namespace: name.split("/")[0] ?? "",
    uid: configuration.uid,
    // What a deleted resource of the same name had says nothing about this one.
    acknowledged: known?.uid === configuration.uid ? known.acknowledged : undefined,
    removing: false,
    failure: known?.failure,
    attempts: known?.attempts ?? 0,
    dueAtMs: known?.dueAtMs ?? 0,
  };
  if (known?.uid !== configuration.uid || known.removing) channels.put(pushed);
  try {
    await configureUntilStored(name, configuration, ports);
    const fresh = { failure: undefined, attempts: 0, dueAtMs: 0 };
    channels.put({ ...pushed, acknowledged: acknowledgedForm(configuration), ...fresh });
    ports.log({ event: "channel.configured", channel: name, subscriptions: configuration.subscriptions.length });
    return undefined;
  } catch (error) {
    return recordFailure(pushed, error, ports);
  }
}

/** As `pushConfiguration`. */
export async function pushRemoval(channel: KnownChannel, ports: PushPorts): Promise<string | undefined> {
  const { channels } = ports;
  const removing: KnownChannel = { ...channel, removing: true };
  if (!channel.removing) channels.put(removing);
  try {
    await ports.remove(channel.name, channel.uid, channels.nextVersion());
    channels.forget(channel.name);
    ports.log({ event: "channel.removed", channel: channel.name });
    return undefined;
  } catch (error) {
    return recordFailure(removing, error, ports);
  }
}

/** A channel that holds a higher version than ours ignored the push: catch up with it and push again. */
async function configureUntilStored(
  name: ChannelName,
  configuration: UnversionedConfiguration,
  ports: PushPorts,
): Promise<void> {
  for (let tries = 0; tries < CATCH_UP_TRIES; tries++) {
    const answer = await ports.configure(name, { ...configuration, version: ports.channels.nextVersion() });
    ports.channels.raiseVersion(answer.version);
    if (answer.uid === configuration.uid && answer.hash === configuration.hash) return;
  }
  throw new Error("the channel keeps another configuration");
}

function recordFailure(channel: KnownChannel, error: unknown, ports: PushPorts): string {
  const failure = errorText(error);
  const attempts = channel.attempts + 1;
  const pauseMs = Math.min(FIRST_RETRY_MS * 2 ** (attempts - 1), LONGEST_RETRY_MS);
  ports.channels.put({ ...channel, failure, attempts, dueAtMs: ports.now() + pauseMs });
  ports.log({ event: "channel.unreachable", channel: channel.name, attempts, error: failure, retryInMs: pauseMs });
  return failure;
}
