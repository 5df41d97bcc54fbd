/**
 * What Sequences, Parallels and Brokers mean, without a word of channels: whom they offer an event to, and whom the answers.
 * Each step and branch is offered what is meant for it, once; a flow within a flow takes an event and answers nothing.
 */
import type { Destination, FlowTree, Parallel, Sequence, Step } from "./flow-tree.ts";

export interface FlowEvent {
  readonly id: string;
  readonly type: string;
}

/** An event that somebody is to get. */
export interface Offer {
  readonly event: FlowEvent;
  readonly url: string;
  /** The dead letter sink of that step. */
  readonly sink: string | undefined;
  /** Of the steps around it too, from which it may never have got here. */
  readonly sinks: readonly string[];
  /** The offer that the event answers; undefined if it came from outside. */
  readonly cause: Offer | undefined;
}

/** What the subscriber of that address answers that event with, if it answers with an event. */
export type Says = (url: string, event: string) => FlowEvent | undefined;

interface Arrival extends Omit<Offer, "url"> {
  /** Where an answer goes; nowhere if undefined. */
  readonly answersTo: Destination | undefined;
}

const NOTHING = { sink: undefined, sinks: [], cause: undefined, answersTo: undefined };

/** Everybody who is offered an event that comes to `destination` from outside, or what becomes of it. */
export function offersOf(tree: FlowTree, destination: Destination, event: FlowEvent, says: Says): readonly Offer[] {
  return arrived(destination, { ...NOTHING, event });

  function arrived(at: Destination, arrival: Arrival): readonly Offer[] {
    switch (at.kind) {
      case "url":
        return offered(at.url, arrival);
      case "sequence":
        return begun(at, arrival);
      case "parallel":
        return at.branches.flatMap(({ filter, reply = at.reply, ...step }) => {
          if (filter === undefined) return stepped(step, reply, arrival);
          return arrived(filter, { ...arrival, sink: undefined, answersTo: onlyStep(at, step, reply) });
        });
      case "broker":
        return tree.triggers
          .filter(({ type }) => type === undefined || type === arrival.event.type)
          .flatMap((trigger) => stepped(trigger, at, arrival));
      default:
        return at satisfies never;
    }
  }

  function begun(sequence: Sequence, arrival: Arrival): readonly Offer[] {
    const [first, ...steps] = sequence.steps;
    if (first === undefined) return [];
    return stepped(first, steps.length > 0 ? { ...sequence, steps } : sequence.reply, arrival);
  }

  function stepped({ subscriber, deadLetters }: Step, answersTo: Destination | undefined, arrival: Arrival) {
    const sinks = deadLetters === undefined ? arrival.sinks : [...arrival.sinks, deadLetters];
    return arrived(subscriber, { ...arrival, sink: deadLetters, sinks, answersTo });
  }

  function offered(url: string, { answersTo, ...arrival }: Arrival): readonly Offer[] {
    const offer = { ...arrival, url };
    const answer = says(url, arrival.event.id);
    if (answersTo === undefined || answer === undefined) return [offer];
    return [offer, ...arrived(answersTo, { ...NOTHING, event: answer, cause: offer })];
  }
}

/** What a branch does with what its filter lets pass. */
function onlyStep({ name, isOrdered }: Parallel, step: Step, reply: Destination | undefined): Sequence {
  return { kind: "sequence", name, steps: [step], isOrdered, ...(reply === undefined ? {} : { reply }) };
}
