/**
 * The controller: level-triggered, so it may run at any time and twice in a row without effect.
 *
 *   changed(namespace) ──▶ alarm soon ──▶ run: compile ─▶ push what differs ─▶ compile again ─▶ write statuses that differ
 *                                          ▲                   │ failed
 *                                          └─ alarm when due ◀─┘
 *
 * What has to be done is found by comparing manifests with what channels acknowledged, never remembered: after a crash the
 * first run looks at every namespace. Whoever writes calls `changed` in the same turn, so that the alarm is armed with it.
 */
import type { ChannelName } from "../../core/channel-name.ts";
import type { ChannelConfiguration, ConfigureAnswer } from "../../core/channel-protocol.ts";
import { type CompiledNamespace, compileNamespace } from "../compile/compile.ts";
import type { Acknowledgement, UnversionedConfiguration } from "../compile/compile-context.ts";
import { withControllerStatus } from "../managed-fields/controller-status.ts";
import { nameOf, timestamp } from "../resources/metadata.ts";
import { qualified } from "../resources/refusal.ts";
import type { KnownChannel, KnownChannels } from "../store/known-channels.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { pushConfiguration, pushRemoval } from "./push.ts";

export interface ReconcilerPorts {
  readonly store: ObjectStore;
  readonly channels: KnownChannels;
  readonly now: () => number;
  readonly publicUrl: () => string | undefined;
  /** Must end within a bounded time, by failing if need be. */
  readonly configure: (name: ChannelName, configuration: ChannelConfiguration) => Promise<ConfigureAnswer>;
  readonly remove: (name: ChannelName, uid: string, version: number) => Promise<void>;
  /** Makes the channel look whether it has work: a stuck alarm is not the end. Failures are of no interest. */
  readonly poke: (name: ChannelName) => Promise<void>;
  readonly alarm: Alarm;
  readonly log: (line: Readonly<Record<string, unknown>>) => void;
}

/** One alarm that survives crashes and calls `run`. */
export interface Alarm {
  /** At this time or earlier. */
  readonly atLatest: (atMs: number) => void;
  /** At this time and no other, or not at all; for the reconciler alone, which knows everything that is due. */
  readonly exactly: (atMs: number | undefined) => void;
}

/** Writes that come together are compiled together. */
const DEBOUNCE_MS = 20;
/** How often channels are poked where no cron does it, and how often the cron of `wrangler.toml` comes. */
const POKE_EVERY_MS = 300_000;
/** When a pass that died or failed is made up for; long enough for a pass that calls many channels. */
const AFTER_FAILURE_MS = 60_000;
/** Calls to channels at a time: Cloudflare allows six connections. */
const PUSHES_AT_ONCE = 6;
/** What an address begins with before anyone has reached the API. */
const UNKNOWN_URL = "http://localhost";

export class Reconciler {
  readonly #ports: ReconcilerPorts;
  /** Undefined before the first run: all of them. */
  #dirty: Set<string> | undefined;
  /** Namespaces whose objects refer to this one. */
  readonly #dependents = new Map<string, Set<string>>();
  #running: Promise<void> | undefined;
  #nextPokeMs = 0;

  constructor(ports: ReconcilerPorts) {
    this.#ports = ports;
  }

  /** This namespace's objects changed; call it in the turn of the write. */
  changed(namespace: string): void {
    this.#dirty?.add(namespace);
    this.#ports.alarm.atLatest(this.#ports.now() + DEBOUNCE_MS);
  }

  /** Everything may have to change, as when the public URL becomes known. */
  changedEverywhere(): void {
    this.#dirty = undefined;
    this.#ports.alarm.atLatest(this.#ports.now() + DEBOUNCE_MS);
  }

  /** One pass over what is due. A call during a pass waits for it and then makes its own. */
  async run(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
    this.#running = this.#passOrAgain().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /**
   * A cron comes as often as our own pokes would, so these wait for twice as long after it: they stay out while it comes,
   * and begin again where it stops.
   */
  async pokeForCron(): Promise<void> {
    this.#nextPokeMs = this.#ports.now() + 2 * POKE_EVERY_MS;
    await this.#pokeAll();
  }

  async #pokeAll(): Promise<void> {
    const known = this.#ports.channels.all().filter((channel) => !channel.removing);
    await inGroups(known, (channel) => this.#ports.poke(channel.name).catch(() => undefined));
  }

  /** Nobody knows how far a pass came that failed: the next one, which its alarm makes, looks at everything. */
  async #passOrAgain(): Promise<void> {
    // First of all: should this pass die, another one follows.
    this.#ports.alarm.exactly(this.#ports.now() + AFTER_FAILURE_MS);
    try {
      await this.#pass();
    } catch (error) {
      this.#dirty = undefined;
      throw error;
    }
  }

  async #pass(): Promise<void> {
    const { channels, now } = this.#ports;
    const namespaces = this.#takeDirty();
    const wanted = new Map<ChannelName, UnversionedConfiguration>();
    for (const namespace of namespaces) {
      for (const [name, configuration] of this.#compile(namespace).channels) wanted.set(name, configuration);
    }
    const known = channels.all();
    const concerned = new Set(namespaces);
    const removals = known.filter((each) => !wanted.has(each.name) && (each.removing || concerned.has(each.namespace)));
    await inGroups([...wanted], ([name, configuration]) => this.#configure(name, configuration));
    await inGroups(removals, (channel) => this.#remove(channel));
    for (const namespace of namespaces) this.#writeStatuses(namespace);
    if (now() >= this.#nextPokeMs) {
      this.#nextPokeMs = now() + POKE_EVERY_MS;
      await this.#pokeAll();
    }
    this.#wakeWhenDue();
  }

  #takeDirty(): readonly string[] {
    const { store, channels, now } = this.#ports;
    const due = channels.all().filter((each) => each.failure !== undefined && each.dueAtMs <= now());
    const everything = [...store.usedNamespaces(), ...channels.all().map((channel) => channel.namespace)];
    const dirty = this.#dirty ?? new Set(everything);
    this.#dirty = new Set();
    for (const channel of due) dirty.add(channel.namespace);
    for (const namespace of [...dirty]) {
      for (const dependent of this.#dependents.get(namespace) ?? []) dirty.add(dependent);
    }
    return [...dirty].sort();
  }

  #compile(namespace: string): CompiledNamespace {
    const { store, channels, now, publicUrl } = this.#ports;
    // Each Trigger asks for its Broker's channel, and nothing changes meanwhile.
    const asked = new Map<ChannelName, Acknowledgement>();
    return compileNamespace({
      namespace,
      manifests: store.inNamespace(namespace).map(({ key, body }) => ({ resource: key.resource, object: body })),
      publicUrl: publicUrl() ?? UNKNOWN_URL,
      now: timestamp(now()),
      findElsewhere: (resource, elsewhere, name) => {
        const dependents = this.#dependents.get(elsewhere) ?? new Set();
        this.#dependents.set(elsewhere, dependents.add(namespace));
        return store.get({ resource: qualified(resource), namespace: elsewhere, name })?.body;
      },
      acknowledged: (name) => {
        const answer = asked.get(name) ?? acknowledgementOf(channels.get(name));
        asked.set(name, answer);
        return answer;
      },
    });
  }

  async #configure(name: ChannelName, configuration: UnversionedConfiguration): Promise<void> {
    const { channels, now } = this.#ports;
    const known = channels.get(name);
    const isSame = known?.acknowledged?.uid === configuration.uid && known.acknowledged.hash === configuration.hash;
    if (isSame && known?.removing === false && known.failure === undefined) return;
    if (known?.failure !== undefined && known.dueAtMs > now()) return;
    await pushConfiguration(name, configuration, this.#ports);
  }

  async #remove(channel: KnownChannel): Promise<void> {
    if (channel.failure !== undefined && channel.dueAtMs > this.#ports.now()) return;
    await pushRemoval(channel, this.#ports);
  }

  /** Compiles afresh: objects may have changed while channels were called. */
  #writeStatuses(namespace: string): void {
    const { store, now } = this.#ports;
    store.transaction(() => {
      for (const { manifest, status } of this.#compile(namespace).statuses) {
        const name = nameOf(manifest.object);
        const stored = store.get({ resource: manifest.resource, namespace, name });
        if (stored === undefined) continue;
        const body = withControllerStatus(stored.body, status, timestamp(now()));
        store.replace(stored, { body, sealed: stored.sealed });
      }
    });
  }

  #wakeWhenDue(): void {
    const known = this.#ports.channels.all();
    const due = known.filter((channel) => channel.failure !== undefined).map((channel) => channel.dueAtMs);
    // Without channels there is nothing to poke, and nothing to pay.
    if (known.length > 0) due.push(this.#nextPokeMs);
    const pending = this.#dirty === undefined || this.#dirty.size > 0 ? [this.#ports.now() + DEBOUNCE_MS] : [];
    const next = Math.min(...due, ...pending);
    this.#ports.alarm.exactly(Number.isFinite(next) ? next : undefined);
  }
}

function acknowledgementOf(known: KnownChannel | undefined): Acknowledgement {
  if (known === undefined || known.removing) return { configuration: undefined, failure: undefined };
  return { configuration: known.acknowledged, failure: known.failure };
}

async function inGroups<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += PUSHES_AT_ONCE) {
    await Promise.all(items.slice(start, start + PUSHES_AT_ONCE).map(work));
  }
}
