/** How offers to subscribers of nested flows ended, as storage and couriers tell it; a check asks the subscribers themselves. */
import type { Target } from "../../src/core/channel-protocol.ts";
import type { ChannelRecord } from "./channel-record.ts";
import type { Offer } from "./flow-meaning.ts";
import { requestName } from "./flow-model.ts";
import type { Goal } from "./graph.ts";
import type { World } from "./world.ts";

/** Parked where its subscriber is called; excused if it was parked or discarded on the way, or people had a hand in it. */
export type FlowEnd = "taken" | "dead-lettered" | "parked" | "excused";

export class FlowEnds {
  /** What did not get through, to its subscriber or on the way there. */
  readonly #failed = new Map<string, FlowEnd>();
  /** Addresses that get their events from channels that people did something to. */
  readonly #touched: ReadonlySet<string>;
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
    this.#touched = new Set(
      world.objects.flatMap(({ name }, channel) => (world.people.touched.has(name) ? this.#behind({ channel }) : [])),
    );
    for (const record of world.ledger.records.values()) this.#read(record);
  }

  of({ url, event }: Offer): FlowEnd {
    if (this.#touched.has(url)) return "excused";
    return this.#failed.get(requestName(url, event.id)) ?? "taken";
  }

  #read({ tenancy, stragglers }: ChannelRecord): void {
    for (const [uid, { configuration, readings, uncertain }] of tenancy?.accounts ?? []) {
      const parked = configuration.subscriber.kind === "url" ? "parked" : "excused";
      const urls = this.#reached(configuration.subscriber);
      const failed = (seq: number, end: FlowEnd): void => {
        const id = tenancy?.events.get(seq)?.id ?? "";
        for (const url of urls) this.#failed.set(requestName(url, id), end);
      };
      for (const { ended } of readings.values()) {
        for (const [seq, { kind }] of ended) {
          if (kind === "dead-lettered") failed(seq, kind);
          else if (kind !== "delivered") failed(seq, kind === "parked" ? parked : "excused");
        }
      }
      for (const seq of uncertain) failed(seq, "excused");
      for (const { subscription, seq, state } of stragglers) {
        if (subscription === uid && state === "parked") failed(seq, parked);
      }
    }
  }

  #reached(target: Target): readonly string[] {
    if (target.kind === "url") return [target.url];
    return this.#behind({ channel: this.#world.objects.findIndex(({ name }) => name === target.name) });
  }

  /** Addresses that an event gets to unchanged. */
  #behind(goal: Goal): readonly string[] {
    if (goal === "address") return [];
    if ("url" in goal) return [goal.url];
    const plan = this.#world.controlPlane.plans[goal.channel];
    return (plan?.subscriptions ?? []).flatMap(({ subscriber }) => this.#behind(subscriber));
  }
}
