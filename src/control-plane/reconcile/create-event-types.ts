/**
 * EventTypes that nobody wrote: one for each type and source of events that came to a Broker or a channel. They belong to it, and
 * what people make of one stays as they made it.
 */
import type { SeenType, SeenTypes } from "../../core/seen-types.ts";
import { autoEventType, eventTypeDigestInput } from "../compile/auto-event-type.ts";
import { addresseeResource } from "../compile/channel-place.ts";
import type { EventRecorder } from "../events/event-recorder.ts";
import { eventTypesNotCreated } from "../events/happening.ts";
import { eventTypeKind } from "../kinds/eventing/event-type.ts";
import { kindOf } from "../registry.ts";
import { qualified, type ResourceName } from "../resource-names.ts";
import type { JsonObject } from "../resources/json.ts";
import { isBeingDeleted, nameOf, namespaceOf, uidOf } from "../resources/metadata.ts";
import { Refusal } from "../resources/refusal.ts";
import { namespaceKey } from "../resources/scope.ts";
import type { KnownChannel, KnownChannels } from "../store/known-channels.ts";
import type { ObjectKey, ObjectStore } from "../store/object-store.ts";
import { checkQuota } from "../writes/storage-quota.ts";
import { createdByController } from "./controller-write.ts";
import { ownersOf } from "./owner-reference.ts";

export interface EventTypePorts {
  readonly store: ObjectStore;
  readonly channels: KnownChannels;
  readonly events: EventRecorder;
  readonly now: () => number;
  readonly newUid: () => string;
  /** In hex. */
  readonly md5: (text: string) => Promise<string>;
  /** Its objects have changed. */
  readonly changed: (namespace: string) => void;
  readonly log: (line: Readonly<Record<string, unknown>>) => void;
}

/** Of one Broker or channel, and of all together, with those that people wrote: whoever may post must not fill the store. */
const MOST_OF_OWNER = 500;
const MOST_IN_ALL = 2_000;

const EVERYWHERE = { resource: qualified(eventTypeKind) };
const TOO_LONG = "their type, source and dataschema are too long";

export interface Creation {
  readonly created: number;
  readonly refused: number;
}

const NOTHING: Creation = { created: 0, refused: 0 };

/** With those that are new it is stored how far the log is read; nothing of both where the owner is going. */
export async function createEventTypes(
  channel: KnownChannel,
  seen: SeenTypes,
  ports: EventTypePorts,
): Promise<Creation> {
  const named = await withDigests(channel, seen.types, ports);
  const { store, channels, events, log, changed } = ports;
  return store.transaction(() => {
    // It and its owner may have gone, or come back as others, while the channel was asked.
    const owner = ownerOf(channel, store);
    if (owner === undefined || channels.get(channel.name)?.uid !== channel.uid) return NOTHING;
    const eventTypes = named.map(([each, digest]) => autoEventType(each, owner, digest));
    const { created, refused } = create(eventTypes, owner, ports);
    channels.readTypesTo(seen.next, channel);
    const why = refused[0] ?? (seen.tooLong > 0 ? TOO_LONG : undefined);
    if (why !== undefined) events.record(owner, eventTypesNotCreated(why));
    if (created + refused.length > 0)
      log({ event: "eventtypes.created", channel: channel.name, created, refused: refused.length });
    if (created > 0) changed(channel.namespace);
    return { created, refused: refused.length };
  });
}

/** None where the owner is gone: then it does not come back with its uid. */
async function withDigests(
  channel: KnownChannel,
  types: readonly SeenType[],
  { store, md5 }: EventTypePorts,
): Promise<readonly (readonly [SeenType, string])[]> {
  const owner = ownerOf(channel, store);
  if (owner === undefined) return [];
  return Promise.all(types.map(async (each) => [each, await md5(eventTypeDigestInput(each, owner))] as const));
}

/** Those that are not there yet. Two may have one name: where type ends and source begins does not show in it. */
function create(
  eventTypes: readonly JsonObject[],
  owner: JsonObject,
  ports: EventTypePorts,
): { readonly created: number; readonly refused: readonly string[] } {
  const { store } = ports;
  const missing = eventTypes.filter((eventType) => store.get(keyOf(eventType)) === undefined);
  if (missing.length === 0) return { created: 0, refused: [] };
  const before = { ofOwner: countOf(owner, store), inAll: store.count(EVERYWHERE) };
  const refused: string[] = [];
  let created = 0;
  for (const eventType of missing) {
    if (store.get(keyOf(eventType)) !== undefined) continue;
    const why = whyTooMany(before.ofOwner + created, before.inAll + created) ?? whyRefused(eventType, ports);
    if (why === undefined) created++;
    else refused.push(why);
  }
  return { created, refused };
}

function whyTooMany(ofOwner: number, inAll: number): string | undefined {
  if (ofOwner >= MOST_OF_OWNER) return `one Broker or channel has at most ${MOST_OF_OWNER} of them`;
  return inAll >= MOST_IN_ALL ? `there are ${MOST_IN_ALL} EventTypes already` : undefined;
}

/** Undefined once it is stored. */
function whyRefused(eventType: JsonObject, { store, newUid, now }: EventTypePorts): string | undefined {
  try {
    const body = createdByController(eventTypeKind, eventType, { uid: newUid(), nowMs: now() });
    const content = { body, sealed: undefined };
    checkQuota(eventTypeKind, nameOf(eventType), { store, content });
    store.insert(keyOf(eventType), content);
    return undefined;
  } catch (error) {
    // Without the name, so that many of them are one Event.
    if (error instanceof Refusal) return error.message.replaceAll(nameOf(eventType), "an EventType");
    throw error;
  }
}

function countOf(owner: JsonObject, store: ObjectStore): number {
  const all = store.list({ ...EVERYWHERE, namespace: namespaceOf(owner) }, Number.MAX_SAFE_INTEGER);
  return all.filter(({ body }) => ownersOf(body).some(({ uid }) => uid === uidOf(owner))).length;
}

/** The Broker, or the channel behind whatever has the address. Nothing is created for what is going. */
function ownerOf({ name, namespace, uid }: KnownChannel, store: ObjectStore): JsonObject | undefined {
  const find = (resource: ResourceName, objectName: string) =>
    store.get({ resource: qualified(resource), namespace, name: objectName })?.body;
  const resource = addresseeResource(name);
  const home = store.get(namespaceKey(namespace));
  if (resource === undefined || home === undefined || isBeingDeleted(home.body)) return undefined;
  const addressee = find(resource, name.split("/")[2] ?? "");
  const entrance =
    addressee &&
    kindOf(resource)
      ?.parts?.(addressee)
      .find(({ isEntrance }) => isEntrance);
  const owner = entrance === undefined ? addressee : find(entrance.resource, entrance.name);
  return owner === undefined || uidOf(owner) !== uid || isBeingDeleted(owner) ? undefined : owner;
}

function keyOf(eventType: JsonObject): ObjectKey {
  return { resource: qualified(eventTypeKind), namespace: namespaceOf(eventType), name: nameOf(eventType) };
}
