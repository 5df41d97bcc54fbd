/** Calls the channels of some namespaces that do not run what was compiled for them. */
import type { ChannelName } from "../../core/channel-name.ts";
import type { CompiledNamespace } from "../compile/compile.ts";
import type { UnversionedConfiguration } from "../compile/compile-context.ts";
import type { EventRecorder } from "../events/event-recorder.ts";
import { unreachable } from "../events/happening.ts";
import { uidOf } from "../resources/metadata.ts";
import type { KnownChannel } from "../store/known-channels.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { inGroups } from "./in-groups.ts";
import type { Pass } from "./pass.ts";
import { type PushPorts, pushConfiguration, pushRemoval } from "./push.ts";

export interface ChannelPushPorts extends PushPorts {
  readonly store: ObjectStore;
  readonly events: EventRecorder;
  /** The namespace failed, so that nobody knows which channels it wants. */
  readonly isUnclear: (namespace: string) => boolean;
}

export type PlacedNamespace = CompiledNamespace & { readonly namespace: string };

export class ChannelPushes {
  readonly #ports: ChannelPushPorts;

  constructor(ports: ChannelPushPorts) {
    this.#ports = ports;
  }

  /** Says how many channels were called. */
  async run(compiled: readonly PlacedNamespace[], pass: Pass): Promise<number> {
    const different = compiled.flatMap(({ namespace, channels }) =>
      [...channels].filter((each) => this.#mustConfigure(each)).map((channel) => ({ namespace, channel })),
    );
    const removals = this.#removalsDue(compiled, pass);
    await inGroups(different, ({ namespace, channel }) => pass.attemptCalls(namespace, () => this.#configure(channel)));
    await inGroups(removals, (channel) =>
      pass.attemptCalls(channel.namespace, () => pushRemoval(channel, this.#ports)),
    );
    return different.length + removals.length;
  }

  #mustConfigure([name, configuration]: readonly [ChannelName, UnversionedConfiguration]): boolean {
    const known = this.#ports.channels.get(name);
    if (known?.failure !== undefined) return known.dueAtMs <= this.#ports.now();
    const isSame = known?.acknowledged?.uid === configuration.uid && known.acknowledged.hash === configuration.hash;
    return !isSame || known?.removing === true;
  }

  #removalsDue(compiled: readonly PlacedNamespace[], pass: Pass): readonly KnownChannel[] {
    const { channels, now, isUnclear } = this.#ports;
    const wanted = new Set(compiled.flatMap((each) => [...each.channels.keys()]));
    const concerned = new Set(compiled.map(({ namespace }) => namespace));
    const isLeft = ({ namespace, removing }: KnownChannel) =>
      concerned.has(namespace) || (removing && !pass.failed.has(namespace) && !isUnclear(namespace));
    const removals = channels.all().filter((channel) => !wanted.has(channel.name) && isLeft(channel));
    return removals.filter((channel) => channel.failure === undefined || channel.dueAtMs <= now());
  }

  async #configure([name, configuration]: readonly [ChannelName, UnversionedConfiguration]): Promise<void> {
    const failure = await pushConfiguration(name, configuration, this.#ports);
    if (failure !== undefined) this.#tellUnreachable(name, configuration.uid, failure);
  }

  /** Whose channel it is, if it is still there. */
  #tellUnreachable(name: ChannelName, uid: string, failure: string): void {
    const { store, events } = this.#ports;
    const objects = store.inNamespace(name.split("/")[0] ?? "");
    const owner = objects.find(({ body }) => uidOf(body) === uid);
    if (owner !== undefined) events.record(owner.body, unreachable(failure));
  }
}
