/** Where the events for an object are taken: the channel's name in the data plane, and the address that people post to. */
import { type AddressableKind, type ChannelName, kindOfChannel, parseChannelName } from "../../core/channel-name.ts";
import {
  BROKERS,
  CHANNELS,
  IN_MEMORY_CHANNELS,
  PARALLELS,
  qualified,
  type ResourceName,
  SEQUENCES,
} from "../resource-names.ts";
import type { JsonObject } from "../resources/json.ts";
import { nameOf, namespaceOf } from "../resources/metadata.ts";
import type { CompileContext } from "./compile-context.ts";
import { type OwnershipLookUp, ownershipOf } from "./part.ts";

export interface ChannelPlace {
  readonly name: ChannelName;
  /** The one address, named for its scheme as Knative does. */
  readonly address: { readonly name: string; readonly url: string };
}

/** In paths a Broker stands for itself, the others behind the name of their resource (see ingress/route.ts). */
const PLACES: readonly (readonly [ResourceName, AddressableKind])[] = [
  [BROKERS, "broker"],
  [CHANNELS, "channel"],
  [IN_MEMORY_CHANNELS, "inmemorychannel"],
  [SEQUENCES, "sequence"],
  [PARALLELS, "parallel"],
];
const KINDS = new Map(PLACES.map(([resource, kind]) => [qualified(resource), kind]));

/** Undefined for kinds that take no events. A channel where a flow begins, or behind a Channel, is its owner's place. */
export function placeOf(
  resource: ResourceName,
  object: JsonObject,
  context: OwnershipLookUp & Pick<CompileContext, "publicUrl">,
): ChannelPlace | undefined {
  const owned = takerOf(resource, object, context);
  const kind = KINDS.get(qualified(owned.resource));
  if (kind === undefined) return undefined;
  const [namespace, name] = [namespaceOf(owned.object), nameOf(owned.object)];
  const channel = parseChannelName(namespace, kind, name);
  if (channel === undefined) throw new Error("a stored object has a name that no channel can have");
  const path = kind === "broker" ? name : `${owned.resource.plural}/${name}`;
  const url = `${context.publicUrl}/${namespace}/${path}`;
  return { name: channel, address: { name: url.startsWith("https:") ? "https" : "http", url } };
}

/** The resource of the object whose address leads to the channel; undefined for channels of sources, which have no address. */
export function addresseeResource(channel: ChannelName): ResourceName | undefined {
  const kind = kindOfChannel(channel);
  return PLACES.find(([, each]) => each === kind)?.[0];
}

function takerOf(resource: ResourceName, object: JsonObject, context: OwnershipLookUp) {
  if (qualified(resource) !== qualified(IN_MEMORY_CHANNELS)) return { resource, object };
  const ownership = ownershipOf(resource, object, context);
  return ownership.kind === "part" && ownership.part.isEntrance ? ownership.owner : { resource, object };
}
