/**
 * Sequences and Parallels do what they mean: whoever a flow offers an event to has taken it, unless it is parked or in a dead
 * letter sink of that step, and nobody else has seen it. Subscribers and sinks are asked; storage is, for what did not get through.
 */
import { kindOfChannel } from "../../../src/core/channel-name.ts";
import type { ChannelRecord } from "../channel-record.ts";
import { FlowEnds } from "../flow-ends.ts";
import { type FlowEvent, type Offer, offersOf } from "../flow-meaning.ts";
import { requestName } from "../flow-model.ts";
import { type Destination, type FlowTree, flowsIn } from "../flow-tree.ts";
import type { Invariant } from "../invariant.ts";
import type { World } from "../world.ts";

export const nestedFlows: Invariant = {
  name: "nested flows",
  begin: (world) => {
    /** Names of requests that couriers were to make to dead letter sinks. */
    const tried = new Set<string>();
    return {
      leased: ({ delivery, route, id }) => {
        if (delivery.token.purpose === "dead-letter") tried.add(requestName(route.target.url, id));
        return undefined;
      },
      finished: () => {
        const { flowTree } = world;
        if (flowTree === undefined) return undefined;
        const offers = allOffers(world, flowTree);
        return missed(world, offers, tried) ?? strayed(world, flowTree, offers);
      },
    };
  },
};

/** Of every event that came from outside, to the Broker or to a flow, within another or not. */
function allOffers(world: World, tree: FlowTree): readonly Offer[] {
  // In the order of their channels.
  const destinations: readonly Destination[] = [
    ...(tree.triggers.length > 0 ? [{ kind: "broker" } as const] : []),
    ...flowsIn(tree.flow),
  ];
  return world.entrances.flatMap((object, index) => {
    const destination = destinations[index];
    if (destination === undefined) throw new Error(`${object.name} is the entrance of nothing`);
    return fromOutside(world.ledger.record(object)).flatMap((event) =>
      offersOf(tree, destination, event, (url, id) => world.flows.saidTo(url, id)),
    );
  });
}

/** What couriers bring has a key that says so. */
function fromOutside({ everLogged }: ChannelRecord): readonly FlowEvent[] {
  return [...everLogged.values()]
    .filter(({ keys }) => !keys.some((key) => key.startsWith("h:")))
    .map(({ id, attributes }) => ({ id, type: String(attributes.type) }));
}

function missed(world: World, offers: readonly Offer[], tried: ReadonlySet<string>): string | undefined {
  const { flows } = world;
  const ends = new FlowEnds(world);
  const arrived = new Set(offers.flatMap(({ url, event: { id } }) => (flows.hasTaken(url, id) ? [id] : [])));
  for (const offer of offers) {
    const { url, event, sink, sinks, cause } = offer;
    // An answer that went nowhere is the end of the event that was answered.
    if (cause !== undefined && !arrived.has(event.id) && ends.of(cause) !== "taken") continue;
    const end = ends.of(offer);
    switch (end) {
      case "taken":
        if (!flows.hasTaken(url, event.id)) return `${url} did not take ${event.id}`;
        break;
      case "dead-lettered":
        if (!sinks.some((sink) => flows.hasTaken(sink, event.id)))
          return `${event.id} for ${url} is in none of the dead letter sinks ${sinks}`;
        break;
      case "parked":
        if (sink !== undefined && !tried.has(requestName(sink, event.id)))
          return `${event.id} for ${url} is parked, and ${sink} was not tried`;
        break;
      case "excused":
        break;
      default:
        end satisfies never;
    }
  }
  return undefined;
}

function strayed(world: World, { addresses }: FlowTree, offers: readonly Offer[]): string | undefined {
  const { flows, people, objects } = world;
  // A Trigger whose filter changed lets other events pass.
  if (objects.some(({ name }) => kindOfChannel(name) === "broker" && people.touched.has(name))) return undefined;
  const meant = new Set(
    offers.flatMap(({ url, sinks, event }) => [url, ...sinks].map((each) => requestName(each, event.id))),
  );
  for (const request of flows.requests) {
    const isOfFlow = addresses.some((address) => request.startsWith(requestName(address, "")));
    if (isOfFlow && !meant.has(request)) return `nothing means this to happen: ${request}`;
  }
  return undefined;
}
