/**
 * The controller: level-triggered, so it may run at any time and twice in a row without effect.
 *
 *   changed(namespace) ──▶ alarm soon ──▶ run: drain, collect garbage, write parts ─▶ compile ─▶ push what differs ─┐
 *                                          ▲                                          ▲           │ failed          │
 *                                          └─────────────── alarm when due ◀──────────│───────────┘                 │
 *                                                                                     └── until nothing differs ◀───┤
 *                                                     retire drained channels ◀─ write statuses that differ ◀───────┘
 *
 * A namespace where something of it fails is tried again after a pause, and holds up no other (`pass.ts`).
 *
 * What has to be done is found by comparing manifests with what channels acknowledged, never remembered: after a crash the
 * first run looks at every namespace. Whoever writes calls `changed` in the same turn, so that the alarm is armed with it.
 */
import type { ChannelName } from "../../core/channel-name.ts";
import type { ChannelConfiguration, ConfigureAnswer, RetireAnswer } from "../../core/channel-protocol.ts";
import type { OperatorAnswer, OperatorRequest } from "../../core/operator-protocol.ts";
import { EventRecorder } from "../events/event-recorder.ts";
import { NAMESPACES, qualified } from "../resource-names.ts";
import { Deletion } from "../resources/deletion.ts";
import type { KnownChannels } from "../store/known-channels.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { TypeQuestions } from "./ask-for-types.ts";
import { collectGarbage } from "./collect-garbage.ts";
import { ChannelDrains } from "./drain-channels.ts";
import { drainNamespace } from "./drain-namespace.ts";
import { inGroups } from "./in-groups.ts";
import { NamespaceCompiler } from "./namespace-compiler.ts";
import { Pass } from "./pass.ts";
import { ChannelPokes } from "./poke-channels.ts";
import { ChannelPushes, type PlacedNamespace } from "./push-channels.ts";
import { type DueNamespace, RetryTimes } from "./retry-times.ts";
import { writeParts } from "./write-parts.ts";
import { writeStatuses } from "./write-statuses.ts";

export interface ReconcilerPorts {
  readonly store: ObjectStore;
  readonly channels: KnownChannels;
  readonly now: () => number;
  readonly newUid: () => string;
  readonly publicUrl: () => string | undefined;
  readonly hasBinding: (name: string) => boolean;
  /** Must end within a bounded time, by failing if need be. */
  readonly configure: (name: ChannelName, configuration: ChannelConfiguration) => Promise<ConfigureAnswer>;
  readonly remove: (name: ChannelName, uid: string, version: number) => Promise<void>;
  /** As `configure`. */
  readonly retire: (name: ChannelName, uid: string, version: number) => Promise<RetireAnswer>;
  /** As `configure`. */
  readonly operate: (name: ChannelName, request: OperatorRequest) => Promise<OperatorAnswer>;
  /** In hex. */
  readonly md5: (text: string) => Promise<string>;
  /** Makes the channel look whether it has work: a stuck alarm is not the end. Failures are of no interest. */
  readonly poke: (name: ChannelName) => Promise<void>;
  readonly alarm: Alarm;
  readonly log: (line: Readonly<Record<string, unknown>>) => void;
}

/** With the store's version that it was compiled from. */
interface VersionedNamespace extends PlacedNamespace {
  readonly version: number;
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
/**
 * And the larger the namespace, the longer it is waited: a pass compiles all of it and pushes all subscriptions of a
 * Broker, so that passes at a fixed pace would make a thousand creates cost a thousand times a thousand. A pass over 1,000
 * Triggers and their Events takes some 70 ms of CPU, so that waiting 200 ms leaves most of the time to requests: 1,000 creates
 * then cost twice as much as ten times 100. A change among so many is seen by its channel 0.2 s later for it.
 */
const DEBOUNCE_MS_PER_OBJECT = 0.1;
const LONGEST_DEBOUNCE_MS = 1000;
/** Owners and dependents can be chains; what is left after so many steps is for the next pass. */
const GARBAGE_ROUNDS = 10;
/** One push configures channels, the next what leads to them; what is left after so many is for the next pass. */
const PUSH_ROUNDS = 3;
/** When a pass that died or failed as a whole is made up for; long enough for a pass that calls many channels. */
const AFTER_FAILURE_MS = 60_000;

export class Reconciler {
  readonly #ports: ReconcilerPorts;
  readonly #deletion: Deletion;
  readonly #events: EventRecorder;
  readonly #compiler: NamespaceCompiler;
  readonly #pushes: ChannelPushes;
  readonly #drains: ChannelDrains;
  readonly #pokes: ChannelPokes;
  readonly #typeQuestions: TypeQuestions;
  /** Namespaces in which the latest pass failed. */
  readonly #failed = new RetryTimes();
  /** Namespaces with parts that may not be written: the quota may have room for them one day. */
  readonly #refused = new RetryTimes();
  /** Undefined before the first run: all of them. */
  #dirty: Set<string> | undefined;
  #running: Promise<void> | undefined;

  constructor(ports: ReconcilerPorts) {
    this.#ports = ports;
    const { store, now } = ports;
    const changed = (namespace: string) => this.changed(namespace);
    this.#deletion = new Deletion({ store, now, changed });
    this.#events = new EventRecorder(ports);
    this.#compiler = new NamespaceCompiler(ports);
    const isUnclear = (namespace: string) => this.#failed.has(namespace);
    this.#pushes = new ChannelPushes({ ...ports, events: this.#events, isUnclear });
    this.#drains = new ChannelDrains({ ...ports, deletion: this.#deletion });
    this.#pokes = new ChannelPokes(ports);
    this.#typeQuestions = new TypeQuestions({ ...ports, events: this.#events, changed });
  }

  /** This namespace's objects changed; call it in the turn of the write. */
  changed(namespace: string): void {
    this.#dirty?.add(namespace);
    this.#ports.alarm.atLatest(this.#ports.now() + this.#debounceMs([namespace]));
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

  async pokeForCron(): Promise<void> {
    await this.#pokes.forCron();
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
    const pass = new Pass(this.#takeDirty(), this.#ports);
    for (const namespace of pass.namespaces) {
      if (pass.attempt(namespace, () => this.#clearAway(namespace))) pass.unfinished.add(namespace);
    }
    const compiled = await this.#compileAndPush(pass);
    for (const each of compiled) pass.attempt(each.namespace, () => this.#writeStatuses(each));
    await inGroups(compiled, (each) => pass.attemptCalls(each.namespace, () => this.#drain(each, pass)));
    for (const namespace of pass.leftOver()) this.#dirty?.add(namespace);
    this.#failed.settle(pass.namespaces, pass.failed, this.#ports.now());
    this.#refused.settle(pass.namespaces, pass.refused, this.#ports.now());
    this.#events.expire();
    await this.#pokes.whenDue();
    await this.#typeQuestions.whenDue();
    this.#wakeWhenDue();
  }

  /** So that its manifests are what is to be compiled. */
  #writeParts(namespace: string, { refused }: Pass): void {
    const parts = writeParts(namespace, { store: this.#ports.store, deletion: this.#deletion, now: this.#ports.now });
    this.#compiler.tellRefused(namespace, parts);
    if (parts.length > 0) refused.add(namespace);
  }

  /** What was compiled last, and is in force as far as channels could be reached. */
  async #compileAndPush(pass: Pass): Promise<readonly VersionedNamespace[]> {
    let compiled = this.#compileAll(pass);
    for (let rounds = 0; rounds < PUSH_ROUNDS; rounds++) {
      if ((await this.#pushes.run(compiled, pass)) === 0) return compiled;
      compiled = this.#compileAll(pass);
    }
    for (const { namespace } of compiled) pass.unfinished.add(namespace);
    return compiled;
  }

  #compileAll(pass: Pass): readonly VersionedNamespace[] {
    // Each time: whoever took a part away while channels were called must not take its channel along.
    for (const namespace of pass.namespaces) pass.attempt(namespace, () => this.#writeParts(namespace, pass));
    const version = this.#ports.store.latestResourceVersion();
    return pass.namespaces.flatMap((namespace) => {
      const compiled = pass.attempt(namespace, () => this.#compiler.compile(namespace));
      return compiled === undefined ? [] : [{ namespace, version, ...compiled }];
    });
  }

  /** Objects may have changed while channels were called. */
  #writeStatuses({ namespace, version, statuses }: VersionedNamespace): void {
    const isFresh = this.#ports.store.latestResourceVersion() === version;
    const current = isFresh ? statuses : this.#compiler.compile(namespace).statuses;
    writeStatuses(namespace, current, { ...this.#ports, events: this.#events });
  }

  async #drain(compiled: VersionedNamespace, { patience, unfinished }: Pass): Promise<void> {
    if (await this.#drains.run(compiled, patience)) unfinished.add(compiled.namespace);
  }

  /** What is being deleted, and what has lost its owners; true when it is too much for one pass. */
  #clearAway(namespace: string): boolean {
    const ports = { store: this.#ports.store, deletion: this.#deletion, now: this.#ports.now };
    if (drainNamespace(namespace, ports)) return true;
    let rounds = 0;
    while (collectGarbage(namespace, ports)) {
      if (++rounds >= GARBAGE_ROUNDS) return true;
    }
    // What held the namespace may be gone now.
    if (rounds > 0) drainNamespace(namespace, ports);
    return false;
  }

  #takeDirty(): readonly string[] {
    const dirty = this.#dirty ?? new Set(this.#allNamespaces());
    this.#dirty = new Set();
    for (const { namespace, dueAtMs } of this.#dueAgain()) {
      if (dueAtMs <= this.#ports.now()) dirty.add(namespace);
    }
    for (const namespace of [...dirty]) {
      for (const dependent of this.#compiler.dependentsOf(namespace)) dirty.add(dependent);
    }
    return [...dirty].sort();
  }

  /** Namespaces to look at although nothing in them changed. Whatever else is due, one that failed waits for its next try. */
  #dueAgain(): readonly DueNamespace[] {
    const unreachable = this.#ports.channels.all().filter(({ failure }) => failure !== undefined);
    const others = [...unreachable, ...this.#drains.due(), ...this.#refused.all()];
    return [...others.filter(({ namespace }) => !this.#failed.has(namespace)), ...this.#failed.all()];
  }

  /** Empty ones may be waiting for their end. */
  #allNamespaces(): readonly string[] {
    const { store, channels } = this.#ports;
    const namespaces = store.list({ resource: qualified(NAMESPACES) }, Number.MAX_SAFE_INTEGER);
    return [
      ...namespaces.map(({ key }) => key.name),
      ...store.usedNamespaces(),
      ...channels.all().map((channel) => channel.namespace),
    ];
  }

  #wakeWhenDue(): void {
    const due = this.#dueAgain().map(({ dueAtMs }) => dueAtMs);
    for (const dueMs of [this.#events.nextExpiryMs(), this.#pokes.nextDueMs(), this.#typeQuestions.nextDueMs()]) {
      if (dueMs !== undefined) due.push(dueMs);
    }
    if (this.#dirty === undefined || this.#dirty.size > 0) {
      due.push(this.#ports.now() + this.#debounceMs(this.#dirty ?? []));
    }
    this.#ports.alarm.exactly(due.length === 0 ? undefined : Math.min(...due));
  }

  #debounceMs(namespaces: Iterable<string>): number {
    let objects = 0;
    for (const namespace of namespaces) objects += this.#compiler.sizeOf(namespace);
    return Math.min(DEBOUNCE_MS + Math.floor(objects * DEBOUNCE_MS_PER_OBJECT), LONGEST_DEBOUNCE_MS);
  }
}
