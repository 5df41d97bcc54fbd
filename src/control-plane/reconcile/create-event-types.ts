/**
 * EventTypes that nobody wrote, where Knative's flag `eventtype-auto-create` is on: one for each type and source of events that
 * came to a Broker or a channel, replies among them.
 *
 *   log of a channel, from where it was read to ─▶ types that came ─▶ EventTypes that are not there yet, and how far it is read now
 *
 * A channel is asked the less often the longer nothing new came. Producers and couriers have nothing to do with any of it.
 */
import type { ChannelName } from "../../core/channel-name.ts";
import type { OperatorAnswer, OperatorRequest } from "../../core/operator-protocol.ts";
import type { SeenType, SeenTypes } from "../../core/seen-types.ts";
import { autoEventType, eventTypeDigestInput } from "../compile/auto-event-type.ts";
import { addresseeOf } from "../compile/channel-place.ts";
import type { EventRecorder } from "../events/event-recorder.ts";
import { eventTypesNotCreated } from "../events/happening.ts";
import { eventTypeKind } from "../kinds/eventing/event-type.ts";
import { kindOf } from "../registry.ts";
import type { JsonObject } from "../resources/json.ts";
import { isBeingDeleted, nameOf, namespaceOf, uidOf } from "../resources/metadata.ts";
import { qualified, Refusal, type ResourceName } from "../resources/refusal.ts";
import { namespaceKey } from "../resources/scope.ts";
import type { KnownChannel, KnownChannels } from "../store/known-channels.ts";
import type { ObjectKey, ObjectStore } from "../store/object-store.ts";
import { checkQuota } from "../writes/storage-quota.ts";
import { createdByController } from "./controller-write.ts";
import { isEnabled } from "./feature-flags.ts";
import { inGroups } from "./in-groups.ts";
import { ownersOf } from "./owner-reference.ts";
import { Patience } from "./patience.ts";

export interface EventTypePorts {
  readonly store: ObjectStore;
  readonly channels: KnownChannels;
  readonly events: EventRecorder;
  readonly now: () => number;
  readonly newUid: () => string;
  /** In hex. */
  readonly md5: (text: string) => Promise<string>;
  /** Must end within a bounded time, by failing if need be. */
  readonly operate: (name: ChannelName, request: OperatorRequest) => Promise<OperatorAnswer>;
  readonly changed: (namespace: string) => void;
  readonly log: (line: Readonly<Record<string, unknown>>) => void;
}

const FIRST_PAUSE_MS = 1_000;
/** So long after the first event of a type its EventType is there at the latest, if the channel can be reached. */
const LONGEST_PAUSE_MS = 30_000;
/** Of one Broker or channel: whoever may post must not fill the store. */
const MOST_EVENT_TYPES = 500;

/** When a channel is asked next. */
interface Look {
  readonly dueAtMs: number;
  readonly pauseMs: number;
}

type Found = "unreachable" | "nothing-new" | "something-new";

export class EventTypeCreation {
  readonly #ports: EventTypePorts;
  readonly #looks = new Map<ChannelName, Look>();

  constructor(ports: EventTypePorts) {
    this.#ports = ports;
  }

  async whenDue(): Promise<void> {
    const { now } = this.#ports;
    const described = this.#described();
    this.#forgetOthers(described);
    const due = described.filter(({ name }) => (this.#looks.get(name)?.dueAtMs ?? 0) <= now());
    const patience = new Patience(now);
    await inGroups(due, async (channel) => {
      const ask = () => this.#look(channel);
      const found = patience.isLeft(channel.namespace)
        ? await patience.spend(channel.namespace, ask, (answer) => answer === "unreachable")
        : "unreachable";
      this.#plan(channel.name, found);
    });
  }

  /** Undefined while the flag is off. */
  nextDueMs(): number | undefined {
    const due = [...this.#looks.values()].map(({ dueAtMs }) => dueAtMs);
    return due.length === 0 ? undefined : Math.min(...due);
  }

  #described(): readonly KnownChannel[] {
    const { store, channels } = this.#ports;
    if (!isEnabled("eventtype-auto-create", store)) return [];
    return channels.all().filter(({ name, removing }) => !removing && addresseeOf(name) !== undefined);
  }

  #forgetOthers(described: readonly KnownChannel[]): void {
    const names = new Set(described.map(({ name }) => name));
    for (const name of this.#looks.keys()) if (!names.has(name)) this.#looks.delete(name);
  }

  #plan(name: ChannelName, found: Found): void {
    const before = this.#looks.get(name)?.pauseMs ?? FIRST_PAUSE_MS / 2;
    const pauseMs = found === "something-new" ? FIRST_PAUSE_MS : Math.min(2 * before, LONGEST_PAUSE_MS);
    this.#looks.set(name, { dueAtMs: this.#ports.now() + pauseMs, pauseMs });
  }

  async #look(channel: KnownChannel): Promise<Found> {
    const from = this.#ports.channels.typesReadTo(channel);
    const seen = await this.#ask(channel.name, from);
    if (seen === undefined) return "unreachable";
    if (seen.next === from) return "nothing-new";
    const digests = await this.#digests(channel, seen.types);
    const created = this.#store(channel, seen, digests);
    return seen.more || created > 0 ? "something-new" : "nothing-new";
  }

  /** Undefined where it cannot be reached, or is not configured yet. */
  async #ask(name: ChannelName, from: string | undefined): Promise<SeenTypes | undefined> {
    try {
      const request = { verb: "seen-types", ...(from === undefined ? {} : { from }) } as const;
      const answer = await this.#ports.operate(name, request);
      return answer.kind === "seen-types" ? answer.seen : undefined;
    } catch {
      return undefined;
    }
  }

  async #digests(channel: KnownChannel, types: readonly SeenType[]): Promise<readonly string[]> {
    const owner = this.#ownerOf(channel);
    if (owner === undefined) return [];
    return Promise.all(types.map((seen) => this.#ports.md5(eventTypeDigestInput(seen, owner))));
  }

  /** Says how many are new. Channel and owner may have gone, or come back as others, while the channel was asked. */
  #store(channel: KnownChannel, seen: SeenTypes, digests: readonly string[]): number {
    const { store, channels, events, log, changed } = this.#ports;
    return store.transaction(() => {
      const owner = this.#ownerOf(channel);
      if (owner === undefined || channels.get(channel.name)?.uid !== channel.uid) return 0;
      const wanted = seen.types.map((each, index) => autoEventType(each, owner, digests[index] ?? ""));
      const missing = wanted.filter((eventType) => store.get(keyOf(eventType)) === undefined);
      const refusals = this.#create(missing, owner);
      channels.readTypesTo(seen.next, channel);
      const created = missing.length - refusals.length;
      const [why] = refusals;
      if (why !== undefined) events.record(owner, eventTypesNotCreated(why));
      if (missing.length > 0)
        log({ event: "eventtypes.created", channel: channel.name, created, refused: refusals.length });
      if (created > 0) changed(channel.namespace);
      return created;
    });
  }

  /** Why some could not be. */
  #create(eventTypes: readonly JsonObject[], owner: JsonObject): readonly string[] {
    if (eventTypes.length === 0) return [];
    let left = MOST_EVENT_TYPES - this.#countOf(owner);
    return eventTypes.flatMap((eventType) => {
      const why =
        left > 0 ? this.#whyRefused(eventType) : `one Broker or channel has at most ${MOST_EVENT_TYPES} of them`;
      if (why !== undefined) return [why];
      left--;
      return [];
    });
  }

  #whyRefused(eventType: JsonObject): string | undefined {
    const { store, newUid, now } = this.#ports;
    try {
      const content = {
        body: createdByController(eventTypeKind, eventType, { uid: newUid(), nowMs: now() }),
        sealed: undefined,
      };
      checkQuota(eventTypeKind, nameOf(eventType), { store, content });
      store.insert(keyOf(eventType), content);
      return undefined;
    } catch (error) {
      if (error instanceof Refusal) return error.message;
      throw error;
    }
  }

  #countOf(owner: JsonObject): number {
    const { store } = this.#ports;
    const range = { resource: qualified(eventTypeKind), namespace: namespaceOf(owner) };
    const all = store.list(range, Number.MAX_SAFE_INTEGER);
    return all.filter(({ body }) => ownersOf(body).some(({ uid }) => uid === uidOf(owner))).length;
  }

  /** The Broker, or the channel behind whatever has the address. Nothing is created for what is going. */
  #ownerOf({ name, namespace, uid }: KnownChannel): JsonObject | undefined {
    const resource = addresseeOf(name);
    const home = this.#ports.store.get(namespaceKey(namespace));
    if (resource === undefined || home === undefined || isBeingDeleted(home.body)) return undefined;
    const addressee = this.#find(resource, namespace, name.split("/")[2] ?? "");
    const entrance =
      addressee &&
      kindOf(resource)
        ?.parts?.(addressee)
        .find(({ isEntrance }) => isEntrance);
    const owner = entrance === undefined ? addressee : this.#find(entrance.resource, namespace, entrance.name);
    return owner === undefined || uidOf(owner) !== uid || isBeingDeleted(owner) ? undefined : owner;
  }

  #find(resource: ResourceName, namespace: string, name: string): JsonObject | undefined {
    return this.#ports.store.get({ resource: qualified(resource), namespace, name })?.body;
  }
}

function keyOf(eventType: JsonObject): ObjectKey {
  return { resource: qualified(eventTypeKind), namespace: namespaceOf(eventType), name: nameOf(eventType) };
}
