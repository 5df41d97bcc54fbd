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
import { nameOf, namespaceOf, uidOf } from "../resources/metadata.ts";
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
/** Where events for a Channel or a flow are taken: an InMemoryChannel of its name with this ending, which is Knative's. */
const ENTRANCES: readonly (readonly [ResourceName, string])[] = [
  [CHANNELS, ""],
  [SEQUENCES, "-kn-sequence-0"],
  [PARALLELS, "-kn-parallel"],
];
const KINDS = new Map(PLACES.map(([resource, kind]) => [qualified(resource), kind]));

type PlaceContext = OwnershipLookUp & Pick<CompileContext, "publicUrl" | "acknowledged">;

/**
 * Undefined for kinds that take no events. A channel where a flow begins, or behind a Channel, is its owner's place, and stays
 * there when it loses its owner: at another place it would begin anew, without what it holds.
 */
export function placeOf(resource: ResourceName, object: JsonObject, context: PlaceContext): ChannelPlace | undefined {
  const taker = takerOf(resource, object, context);
  const namespace = namespaceOf(object);
  const kind = KINDS.get(qualified(taker.resource));
  if (kind === undefined) return undefined;
  const channel = parseChannelName(namespace, kind, taker.name);
  if (channel === undefined) throw new Error("a stored object has a name that no channel can have");
  const path = kind === "broker" ? taker.name : `${taker.resource.plural}/${taker.name}`;
  const url = `${context.publicUrl}/${namespace}/${path}`;
  return { name: channel, address: { name: url.startsWith("https:") ? "https" : "http", url } };
}

/** Whether this InMemoryChannel stands behind a Channel, or did before the Channel went without it. */
export function isBehindChannel(channel: JsonObject, context: PlaceContext): boolean {
  return qualified(takerOf(IN_MEMORY_CHANNELS, channel, context).resource) === qualified(CHANNELS);
}

/** The resource of the object whose address leads to the channel; undefined for channels of sources, which have no address. */
export function addresseeResource(channel: ChannelName): ResourceName | undefined {
  const kind = kindOfChannel(channel);
  return PLACES.find(([, each]) => each === kind)?.[0];
}

interface Taker {
  readonly resource: ResourceName;
  readonly name: string;
}

function takerOf(resource: ResourceName, object: JsonObject, context: PlaceContext): Taker {
  const itself = { resource, name: nameOf(object) };
  if (qualified(resource) !== qualified(IN_MEMORY_CHANNELS)) return itself;
  const ownership = ownershipOf(resource, object, context);
  switch (ownership.kind) {
    case "part": {
      const { part, owner } = ownership;
      return part.isEntrance ? { resource: owner.resource, name: nameOf(owner.object) } : itself;
    }
    case "left-over":
      return itself;
    case "independent":
      return formerOwner(object, context) ?? itself;
    default:
      return ownership satisfies never;
  }
}

/** At whose place the data plane has this channel. */
function formerOwner(channel: JsonObject, context: PlaceContext): Taker | undefined {
  for (const [resource, ending] of ENTRANCES) {
    if (!nameOf(channel).endsWith(ending)) continue;
    const name = nameOf(channel).slice(0, nameOf(channel).length - ending.length);
    const kind = KINDS.get(qualified(resource));
    const place = kind === undefined ? undefined : parseChannelName(namespaceOf(channel), kind, name);
    if (place === undefined) continue;
    if (context.acknowledged(place).configuration?.uid === uidOf(channel)) return { resource, name };
  }
  return undefined;
}
