/**
 * Takes away the channels that their flows want no more, once nothing is left in them:
 *
 *   left over ─▶ configured as draining, all others as well ─▶ what was on its way has come ─▶ retire ─┬▶ retired: its objects go
 *                                                              (a courier may still hold its old route)    └▶ asked again, less and less often
 *
 * Nothing of it is remembered beyond a crash: it only takes longer then.
 */
import type { ChannelName } from "../../core/channel-name.ts";
import type { RetireAnswer } from "../../core/channel-protocol.ts";
import { errorText } from "../../core/error-text.ts";
import type { CompiledNamespace } from "../compile/compile.ts";
import type { UnversionedConfiguration } from "../compile/compile-context.ts";
import { ownershipOf } from "../compile/part.ts";
import { kindNamed } from "../registry.ts";
import type { Deletion } from "../resources/deletion.ts";
import { uidOf } from "../resources/metadata.ts";
import type { KnownChannels } from "../store/known-channels.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { ownershipLookUp } from "./ownership-lookup.ts";
import type { Patience } from "./patience.ts";
import type { PlacedNamespace } from "./push-channels.ts";
import type { DueNamespace } from "./retry-times.ts";

export interface ChannelDrainPorts {
  readonly store: ObjectStore;
  readonly channels: KnownChannels;
  readonly deletion: Deletion;
  readonly now: () => number;
  /** Must end within a bounded time, by failing if need be. */
  readonly retire: (name: ChannelName, uid: string, version: number) => Promise<RetireAnswer>;
  readonly log: (line: Readonly<Record<string, unknown>>) => void;
}

/** A subscriber may take as long as its timeout, and its answer as long again; with this on top for the courier's own steps. */
const MARGIN_MS = 1_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

type Configured = readonly [ChannelName, UnversionedConfiguration];

interface Drain extends DueNamespace {
  readonly pauseMs: number;
}

interface DueDrain {
  readonly name: ChannelName;
  readonly configuration: UnversionedConfiguration;
  readonly drain: Drain;
}

export class ChannelDrains {
  readonly #ports: ChannelDrainPorts;
  readonly #drains = new Map<ChannelName, Drain>();

  constructor(ports: ChannelDrainPorts) {
    this.#ports = ports;
  }

  /** Of a namespace that was compiled and pushed; true when objects went, so that it has to be looked at again. */
  async run({ namespace, channels }: PlacedNamespace, patience: Patience): Promise<boolean> {
    // Those who feed a channel must have been told of another first: what comes after that had begun.
    const isInForce = [...channels].every((channel) => this.#isInForce(channel));
    const draining = [...channels].filter(([, configuration]) => isInForce && configuration.draining);
    this.#forgetOthers(namespace, new Set(draining.map(([name]) => name)));
    let hasChanged = false;
    for (const due of this.#dueOf(namespace, draining, channels)) {
      if (!patience.isLeft(namespace)) break;
      const answer = await patience.spend(namespace, () => this.#asked(due), isMissing);
      if (this.#settle(due, answer)) hasChanged = true;
      else this.#later(due.name, due.drain);
    }
    return hasChanged;
  }

  /** Namespaces with channels to ask, which have to be compiled for it, and when. */
  due(): readonly DueNamespace[] {
    return [...this.#drains.values()];
  }

  /** Who has waited longest comes first: channels that hang must not take the turn of the others. */
  #dueOf(
    namespace: string,
    draining: readonly Configured[],
    channels: CompiledNamespace["channels"],
  ): readonly DueDrain[] {
    const all = draining.map(([name, configuration]) => {
      const drain = this.#drains.get(name) ?? this.#begun(namespace, channels);
      this.#drains.set(name, drain);
      return { name, configuration, drain };
    });
    const due = all.filter(({ drain }) => drain.dueAtMs <= this.#ports.now());
    return due.sort((a, b) => a.drain.dueAtMs - b.drain.dueAtMs);
  }

  #begun(namespace: string, channels: CompiledNamespace["channels"]): Drain {
    const subscriptions = [...channels.values()].flatMap((configuration) => configuration.subscriptions);
    const longestMs = subscriptions.reduce((longest, { delivery }) => Math.max(longest, delivery.timeoutMs), 0);
    return { namespace, dueAtMs: this.#ports.now() + 2 * longestMs + MARGIN_MS, pauseMs: FIRST_PAUSE_MS };
  }

  #later(name: ChannelName, { namespace, pauseMs }: Drain): void {
    const longer = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    this.#drains.set(name, { namespace, dueAtMs: this.#ports.now() + pauseMs, pauseMs: longer });
  }

  #isInForce([name, configuration]: Configured): boolean {
    const known = this.#ports.channels.get(name);
    return known?.failure === undefined && known?.acknowledged?.hash === configuration.hash;
  }

  /** True when the channel and its objects are gone. */
  #settle({ name, configuration }: DueDrain, answer: RetireAnswer | undefined): boolean {
    const { channels, log } = this.#ports;
    switch (answer?.kind) {
      // It could not be reached.
      case undefined:
      case "draining":
        return false;
      case "outdated":
        channels.raiseVersion(answer.version);
        return false;
      case "retired":
        channels.forget(name);
        this.#drains.delete(name);
        this.#remove(
          name.split("/")[0] ?? "",
          new Set([configuration.uid, ...configuration.subscriptions.map((each) => each.uid)]),
        );
        log({ event: "channel.drained", channel: name });
        return true;
      default:
        return answer satisfies never;
    }
  }

  async #asked({ name, configuration }: DueDrain): Promise<RetireAnswer | undefined> {
    const { channels, log, retire } = this.#ports;
    try {
      return await retire(name, configuration.uid, channels.nextVersion());
    } catch (error) {
      log({
        event: "channel.unreachable",
        channel: name,
        error: errorText(error),
      });
      return undefined;
    }
  }

  /** Unless their owner has come to want them again meanwhile: then the channel is configured anew. */
  #remove(namespace: string, uids: ReadonlySet<string>): void {
    const { store, deletion } = this.#ports;
    store.transaction(() => {
      const lookUp = ownershipLookUp(store);
      for (const object of store.inNamespace(namespace)) {
        const kind = uids.has(uidOf(object.body)) ? kindNamed(object.key.resource) : undefined;
        if (kind === undefined || ownershipOf(kind, object.body, lookUp).kind !== "left-over") continue;
        deletion.begin(object, "Background");
      }
    });
  }

  #forgetOthers(namespace: string, draining: ReadonlySet<ChannelName>): void {
    for (const [name, drain] of this.#drains) {
      if (drain.namespace === namespace && !draining.has(name)) this.#drains.delete(name);
    }
  }
}

function isMissing(answer: RetireAnswer | undefined): boolean {
  return answer === undefined;
}
