/** Sequences and Parallels within each other, as their users write them: a subscriber or a reply may be another flow. */
import type { SeededRandom } from "../kit/seeded-random.ts";
import { addressOf } from "./subscribers.ts";

export interface FlowTree {
  readonly flow: SomeFlow;
  /** Of the Broker before the flow; without any the flow stands alone. */
  readonly triggers: readonly Trigger[];
  /** Of functions, replies and dead letter sinks. */
  readonly addresses: readonly string[];
}

export type SomeFlow = Sequence | Parallel;

export type Destination = SomeFlow | Subscriber | { readonly kind: "broker" };

export interface Subscriber {
  readonly kind: "url";
  readonly url: string;
}

export interface Step {
  readonly subscriber: Destination;
  /** Address of the dead letter sink. */
  readonly deadLetters?: string;
}

export interface Sequence {
  readonly kind: "sequence";
  readonly name: string;
  readonly steps: readonly Step[];
  readonly reply?: Destination;
  readonly isOrdered: boolean;
}

export interface Branch extends Step {
  readonly filter?: Subscriber;
  readonly reply?: Destination;
}

export interface Parallel {
  readonly kind: "parallel";
  readonly name: string;
  readonly branches: readonly Branch[];
  /** For branches without a reply of their own. */
  readonly reply?: Destination;
  readonly isOrdered: boolean;
}

export interface Trigger extends Step {
  readonly type: "a" | "b" | undefined;
}

const DEEPEST = 3;
/** Of all flows together: each costs a run the time of an object. */
const MOST_CHANNELS = 7;

export function drawFlowTree(random: SeededRandom): FlowTree {
  const hasBroker = random.perMille(500);
  const drawing = new Drawing(random, hasBroker);
  const flow = drawing.flow(1);
  // Functions never answer with an event of type a, so what comes back to the Broker does not begin again.
  const triggers: Trigger[] = hasBroker
    ? [
        { type: "a", ...drawing.step(flow) },
        { type: "b", ...drawing.step(drawing.subscriber("listener")) },
      ]
    : [];
  return { flow, triggers, addresses: drawing.addresses };
}

/** The flow itself and all flows within it. */
export function flowsIn(destination: Destination | undefined): readonly SomeFlow[] {
  switch (destination?.kind) {
    case undefined:
    case "url":
    case "broker":
      return [];
    case "sequence":
      return [
        destination,
        ...destination.steps.flatMap(({ subscriber }) => flowsIn(subscriber)),
        ...flowsIn(destination.reply),
      ];
    case "parallel":
      return [
        destination,
        ...destination.branches.flatMap(({ subscriber, reply }) => [...flowsIn(subscriber), ...flowsIn(reply)]),
        ...flowsIn(destination.reply),
      ];
    default:
      return destination satisfies never;
  }
}

class Drawing {
  readonly addresses: string[] = [];
  readonly #random: SeededRandom;
  readonly #hasBroker: boolean;
  #channelsLeft = MOST_CHANNELS;
  #names = 0;

  constructor(random: SeededRandom, hasBroker: boolean) {
    this.#random = random;
    this.#hasBroker = hasBroker;
  }

  flow(depth: number): SomeFlow {
    return this.#random.perMille(500) ? this.#sequence(depth) : this.#parallel(depth);
  }

  subscriber(name: string): Subscriber {
    return { kind: "url", url: this.#address(addressOf("subscriber", name)) };
  }

  step(subscriber: Destination): Step {
    const name = `sink${++this.#names}`;
    return this.#random.perMille(400)
      ? { subscriber, deadLetters: this.#address(addressOf("sink", name)) }
      : { subscriber };
  }

  #sequence(depth: number): Sequence {
    const name = `sequence${++this.#names}`;
    const count = Math.min(this.#random.between(1, 3), this.#channelsLeft);
    this.#channelsLeft -= count;
    // A flow answers nothing: the steps after it would get nothing.
    const steps = Array.from({ length: count }, (_, index) =>
      this.step(this.#destination(depth, index + 1 === count ? 500 : 100)),
    );
    return { kind: "sequence", name, steps, ...this.#reply(depth, 700), isOrdered: this.#random.perMille(300) };
  }

  #parallel(depth: number): Parallel {
    const name = `parallel${++this.#names}`;
    const count = Math.min(this.#random.between(1, 3), this.#channelsLeft - 1);
    this.#channelsLeft -= 1 + count;
    const branches = Array.from({ length: count }, (): Branch => {
      const filter = this.#random.perMille(600) ? { filter: this.#function() } : {};
      return { ...filter, ...this.step(this.#destination(depth, 350)), ...this.#reply(depth, 400) };
    });
    return { kind: "parallel", name, branches, ...this.#reply(depth, 600), isOrdered: this.#random.perMille(300) };
  }

  #reply(depth: number, perMille: number): { reply?: Destination } {
    if (!this.#random.perMille(perMille)) return {};
    if (this.#hasBroker && this.#random.perMille(500)) return { reply: { kind: "broker" } };
    if (this.#hasRoom(depth) && this.#random.perMille(200)) return { reply: this.flow(depth + 1) };
    return { reply: { kind: "url", url: this.#address(addressOf("reply", `end${++this.#names}`)) } };
  }

  #destination(depth: number, flowsPerMille: number): Destination {
    return this.#hasRoom(depth) && this.#random.perMille(flowsPerMille) ? this.flow(depth + 1) : this.#function();
  }

  /** The smallest Parallel has two channels. */
  #hasRoom(depth: number): boolean {
    return depth < DEEPEST && this.#channelsLeft >= 2;
  }

  #function(): Subscriber {
    return this.subscriber(`function${++this.#names}`);
  }

  #address(url: string): string {
    this.addresses.push(url);
    return url;
  }
}
