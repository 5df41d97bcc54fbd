/** Calls the channels of some namespaces that do not run what was compiled for them, as far as there is patience with them. */
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
    const configurations = this.#configurationsDue(compiled);
    const removals = this.#removalsDue(compiled);
    let calls = 0;
    const call = async (namespace: string, push: () => Promise<string | undefined>) => {
      if (!pass.patience.isLeft(namespace)) return;
      await pass.attemptCalls(namespace, () => {
        calls++;
        return pass.patience.spend(namespace, push, (failure) => failure !== undefined);
      });
    };
    await inGroups(configurations, (due) => call(due.namespace, () => this.#configure(due)));
    await inGroups(removals, (channel) => call(channel.namespace, () => pushRemoval(channel, this.#ports)));
    return calls;
  }

  #configurationsDue(compiled: readonly PlacedNamespace[]): readonly DueConfiguration[] {
    const { channels, now } = this.#ports;
    const due: DueConfiguration[] = [];
    for (const { namespace, channels: wanted } of compiled) {
      for (const [name, configuration] of wanted) {
        const known = channels.get(name);
        const attempts = known?.attempts ?? 0;
        if (mustConfigure(configuration, known, now())) due.push({ namespace, name, configuration, attempts });
      }
    }
    return due.sort(byAttempts);
  }

  #removalsDue(compiled: readonly PlacedNamespace[]): readonly KnownChannel[] {
    const { channels, now, isUnclear } = this.#ports;
    const wanted = new Set(compiled.flatMap((each) => [...each.channels.keys()]));
    const concerned = new Set(compiled.map(({ namespace }) => namespace));
    const isLeftOver = ({ namespace, removing }: KnownChannel) =>
      concerned.has(namespace) || (removing && !isUnclear(namespace));
    const removals = channels.all().filter((channel) => !wanted.has(channel.name) && isLeftOver(channel));
    const due = removals.filter((channel) => channel.failure === undefined || channel.dueAtMs <= now());
    return due.sort(byAttempts);
  }

  async #configure({ name, configuration }: DueConfiguration): Promise<string | undefined> {
    const failure = await pushConfiguration(name, configuration, this.#ports);
    if (failure !== undefined) this.#tellUnreachable(name, configuration.uid, failure);
    return failure;
  }

  /** Whose channel it is, if it is still there. */
  #tellUnreachable(name: ChannelName, uid: string, failure: string): void {
    const { store, events } = this.#ports;
    const objects = store.inNamespace(name.split("/")[0] ?? "");
    const owner = objects.find(({ body }) => uidOf(body) === uid);
    if (owner !== undefined) events.record(owner.body, unreachable(failure));
  }
}

interface DueConfiguration {
  readonly namespace: string;
  readonly name: ChannelName;
  readonly configuration: UnversionedConfiguration;
  /** Pushes in a row that failed. */
  readonly attempts: number;
}

/** Those first that failed least: channels that hang must not take the turn of the others in their namespace. */
function byAttempts(a: { readonly attempts: number }, b: { readonly attempts: number }): number {
  return a.attempts - b.attempts;
}

function mustConfigure(
  configuration: UnversionedConfiguration,
  known: KnownChannel | undefined,
  nowMs: number,
): boolean {
  if (known?.failure !== undefined) return known.dueAtMs <= nowMs;
  const isSame = known?.acknowledged?.uid === configuration.uid && known.acknowledged.hash === configuration.hash;
  return !isSame || known?.removing === true;
}
