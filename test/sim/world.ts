/** Everything of one run: the parts, the clock they share, and the one source of chance. */
import { type ChannelName, parseChannelName } from "../../src/core/channel-name.ts";
import { SeededRandom } from "../kit/seeded-random.ts";
import { VirtualClock } from "../kit/virtual-clock.ts";
import { ChannelObject } from "./channel-object.ts";
import { ControlPlane } from "./control-plane.ts";
import { Couriers } from "./couriers.ts";
import { FlowModel } from "./flow-model.ts";
import { drawFlowTree, type FlowTree } from "./flow-tree.ts";
import { Ledger } from "./ledger.ts";
import type { RunLimits } from "./limits.ts";
import { Network } from "./network.ts";
import { Originals } from "./originals.ts";
import { People } from "./people.ts";
import { Producers } from "./producers.ts";
import { Subscribers } from "./subscribers.ts";
import { Trace } from "./trace.ts";
import { type WakeMode, WakeUps } from "./wake-ups.ts";
import { drawWeather, type Weather } from "./weather.ts";

export class World {
  readonly clock = new VirtualClock();
  readonly random: SeededRandom;
  readonly trace: Trace;
  readonly limits: RunLimits;
  weather: Weather;
  /** The weather before it heals. */
  readonly storm: Weather;
  readonly coalesce: boolean;
  readonly courierWindow: number;
  readonly ledger: Ledger;
  readonly flows = new FlowModel();
  readonly originals = new Originals();
  /** In some runs the channels are those of nested Sequences and Parallels. */
  readonly flowTree: FlowTree | undefined;
  readonly network: Network;
  readonly wakeUps: WakeUps;
  readonly couriers: Couriers;
  readonly subscribers: Subscribers;
  readonly producers: Producers;
  readonly controlPlane: ControlPlane;
  readonly people: People;
  readonly objects: readonly ChannelObject[];

  constructor(seed: number, options: { readonly limits: RunLimits; readonly isRecording: boolean }) {
    this.random = new SeededRandom(seed);
    this.trace = new Trace(options.isRecording, () => this.clock.nowMs - this.clock.startMs);
    this.limits = options.limits;
    this.weather = drawWeather(this.random);
    this.storm = this.weather;
    this.coalesce = !this.random.perMille(100);
    // Few slots, so that a neighbour that hangs could fill them all.
    this.courierWindow = this.weather.name === "neighbours" ? 2 : this.random.pick([2, 6, 9, 64]);
    this.ledger = new Ledger(this);
    this.network = new Network(this);
    const mode = this.random.pick(["direct", "direct", "auto", "queue"] as const satisfies readonly WakeMode[]);
    this.wakeUps = new WakeUps(this, mode);
    const budgetMs = this.random.pick([60_000, 840_000, 840_000]);
    this.couriers = new Couriers(this, { window: this.courierWindow, budgetMs });
    this.subscribers = new Subscribers(this);
    this.flowTree = hasFlowTree(seed) ? drawFlowTree(this.random) : undefined;
    this.controlPlane = new ControlPlane(this);
    this.objects = this.controlPlane.plans.map((plan) => {
      const name = parseChannelName("sim", plan.kind, plan.name);
      if (name === undefined) throw new Error("a graph has good names");
      return new ChannelObject(this, name);
    });
    this.producers = new Producers(this);
    this.people = new People(this);
  }

  /** Where producers post to. */
  get entrances(): readonly ChannelObject[] {
    return this.objects.filter((_, index) => !this.controlPlane.plans[index]?.isInner);
  }

  object(name: ChannelName): ChannelObject {
    const object = this.objects.find((each) => each.name === name);
    if (object === undefined) throw new Error(`${name} is no channel of this run`);
    return object;
  }
}

/** One seed in five, by its number, so that the others mean what they would mean without. */
function hasFlowTree(seed: number): boolean {
  return seed % 5 === 3;
}
