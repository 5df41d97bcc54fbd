/** Which channel a path of the operator API means, and which subscription of it. */
import type { ChannelName } from "../../core/channel-name.ts";
import { type ChannelPlace, placeOf } from "../compile/channel-place.ts";
import { channelOfSubscription } from "../compile/channel-subscription.ts";
import type { CompileContext } from "../compile/compile-context.ts";
import { brokerNameOf } from "../compile/trigger-subscription.ts";
import { partsOf, resourceOf } from "../registry.ts";
import {
  BROKERS,
  CHANNELS,
  IN_MEMORY_CHANNELS,
  PARALLELS,
  qualified,
  type ResourceName,
  SEQUENCES,
  SUBSCRIPTIONS,
  TRIGGERS,
} from "../resource-names.ts";
import type { JsonObject } from "../resources/json.ts";
import { namespaceOf, uidOf } from "../resources/metadata.ts";
import { badRequest, notFound, unknownPath } from "../resources/refusal.ts";
import type { ObjectStore } from "../store/object-store.ts";

export interface Subject {
  readonly channel: ChannelName;
  /** Of a Trigger or a Subscription; undefined for what has a channel. */
  readonly subscription: string | undefined;
  /** What the channel knows by this name of a Trigger or a Subscription, or by this uid. */
  readonly uidNamed: (nameOrUid: string) => string;
}

const WITH_CHANNEL = [BROKERS, CHANNELS, IN_MEMORY_CHANNELS, SEQUENCES, PARALLELS];
const SUBSCRIBING = [TRIGGERS, SUBSCRIPTIONS];
/** With an index behind it, that of a subscriber which an InMemoryChannel names itself. */
const UID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(\/(0|[1-9][0-9]*))?$/;

export interface SubjectPorts {
  readonly store: ObjectStore;
  readonly acknowledged: CompileContext["acknowledged"];
}

export function findSubject(
  { namespace, plural, name }: { readonly namespace: string; readonly plural: string; readonly name: string },
  ports: SubjectPorts,
): Subject {
  const resource = [...WITH_CHANNEL, ...SUBSCRIBING].find((each) => each.plural === plural);
  if (resource === undefined) throw unknownPath();
  const object = ports.store.get({ resource: qualified(resource), namespace, name })?.body;
  if (object === undefined) throw notFound(resource, name);
  const isSubscribing = SUBSCRIBING.includes(resource);
  const channel = (isSubscribing ? channelSubscribedTo(resource, object, ports) : placeIn(resource, object, ports))
    ?.name;
  if (channel === undefined) throw notFound(resource, name);
  return {
    channel,
    subscription: isSubscribing ? uidOf(object) : undefined,
    uidNamed: (nameOrUid) => (UID.test(nameOrUid) ? nameOrUid : uidOn(channel, { namespace, name: nameOrUid }, ports)),
  };
}

function uidOn(
  channel: ChannelName,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  ports: SubjectPorts,
): string {
  for (const resource of SUBSCRIBING) {
    const object = ports.store.get({ resource: qualified(resource), namespace, name })?.body;
    if (object !== undefined && placeSubscribedTo(resource, object, ports)?.name === channel) return uidOf(object);
  }
  throw badRequest(`${channel} has no Trigger or Subscription ${JSON.stringify(name)}`);
}

/** Throws when there is none, and says which. */
function channelSubscribedTo(
  resource: ResourceName,
  object: JsonObject,
  ports: SubjectPorts,
): ChannelPlace | undefined {
  const reference = subscribedTo(resource, object);
  const place = placeSubscribedTo(resource, object, ports);
  if (place === undefined && reference !== undefined) throw notFound(reference.resource, reference.name);
  return place;
}

function placeSubscribedTo(resource: ResourceName, object: JsonObject, ports: SubjectPorts): ChannelPlace | undefined {
  const reference = subscribedTo(resource, object);
  if (reference === undefined) return undefined;
  const key = { resource: qualified(reference.resource), namespace: namespaceOf(object), name: reference.name };
  const found = ports.store.get(key)?.body;
  return found === undefined ? undefined : placeIn(reference.resource, found, ports);
}

function subscribedTo(
  resource: ResourceName,
  object: JsonObject,
): { readonly resource: ResourceName; readonly name: string } | undefined {
  if (resource === TRIGGERS) return { resource: BROKERS, name: brokerNameOf(object) };
  return channelOfSubscription(object, { resourceOf });
}

function placeIn(
  resource: ResourceName,
  object: JsonObject,
  { store, acknowledged }: SubjectPorts,
): ChannelPlace | undefined {
  return placeOf(resource, object, {
    acknowledged,
    find: (other, namespace, name) => store.get({ resource: qualified(other), namespace, name })?.body,
    resourceOf,
    partsOf,
    // The name does not depend on it.
    publicUrl: "",
  });
}
