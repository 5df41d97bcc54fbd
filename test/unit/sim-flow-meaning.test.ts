/** The simulator's reference of nested flows, against examples worked out by hand. */
import { describe, expect, test } from "vitest";
import { offersOf, type Says } from "../sim/flow-meaning.ts";
import type { Destination, FlowTree, Parallel, Sequence, Subscriber } from "../sim/flow-tree.ts";

const url = (name: string): Subscriber => ({ kind: "url", url: name });
const sequence = (steps: Sequence["steps"], reply?: Destination): Sequence => ({
  kind: "sequence",
  name: "s",
  steps,
  isOrdered: false,
  ...(reply === undefined ? {} : { reply }),
});
const parallel = (branches: Parallel["branches"], reply: Destination): Parallel => ({
  kind: "parallel",
  name: "p",
  branches,
  reply,
  isOrdered: false,
});

/** Whoever is in the list answers whatever it gets: `e` becomes `e.name`. */
const answering =
  (...names: readonly string[]): Says =>
  (name, event) =>
    names.includes(name) ? { id: `${event}.${name}`, type: "b" } : undefined;

/** Who is offered which event. */
function offers(flow: Sequence | Parallel, says: Says, more: Partial<FlowTree> & { to?: Destination } = {}): string[] {
  const tree = { flow, triggers: more.triggers ?? [], addresses: [] };
  const found = offersOf(tree, more.to ?? flow, { id: "e", type: "a" }, says);
  return found.map((offer) => `${offer.event.id} to ${offer.url}`);
}

describe("the simulator's reference of nested flows", () => {
  test("[SIM-9] each step gets the answer of the one before, and a step that answers nothing is the end", () => {
    const three = sequence(
      ["a", "b", "c"].map((name) => ({ subscriber: url(name) })),
      url("end"),
    );
    expect(offers(three, answering("a", "b", "c"))).toEqual(["e to a", "e.a to b", "e.a.b to c", "e.a.b.c to end"]);
    expect(offers(three, answering("a"))).toEqual(["e to a", "e.a to b"]);
  });

  test("[SIM-10] each branch gets what its filter answers, and its answer goes to its own reply before that of all", () => {
    const branches = [
      { filter: url("f"), subscriber: url("a"), reply: url("own") },
      { filter: url("silent"), subscriber: url("b") },
      { subscriber: url("c") },
    ];
    expect(offers(parallel(branches, url("all")), answering("f", "a", "b", "c"))).toEqual([
      "e to f",
      "e.f to a",
      "e.f.a to own",
      "e to silent",
      "e to c",
      "e.c to all",
    ]);
  });

  test("[SIM-11] a flow within a flow takes the event and answers nothing: the step after it gets nothing", () => {
    const inner = sequence([{ subscriber: url("a") }], url("end"));
    const outer = sequence([{ subscriber: inner }, { subscriber: url("never") }]);
    expect(offers(outer, answering("a"))).toEqual(["e to a", "e.a to end"]);
  });

  test("[SIM-12] a Broker offers an event to the Triggers of its type, and gets the answers of the flow behind", () => {
    const flow = sequence([{ subscriber: url("a") }], { kind: "broker" });
    const triggers = [
      { type: "a", subscriber: flow },
      { type: "b", subscriber: url("listener") },
    ] as const;
    const found = offers(flow, answering("a"), { triggers, to: { kind: "broker" } });
    expect(found).toEqual(["e to a", "e.a to listener"]);
  });

  test("[SIM-13] an offer names the dead letter sink of its step, those around it, and the offer that it answers", () => {
    const inner = sequence([{ subscriber: url("a"), deadLetters: "near" }], url("end"));
    const flow = sequence([{ subscriber: inner, deadLetters: "far" }]);
    const tree = { flow, triggers: [], addresses: [] };
    const event = { id: "e", type: "a" };
    const first = { event, url: "a", sink: "near", sinks: ["far", "near"], cause: undefined };
    const answer = { id: "e.a", type: "b" };
    expect(offersOf(tree, flow, event, answering("a"))).toEqual([
      first,
      { event: answer, url: "end", sink: undefined, sinks: [], cause: first },
    ]);
  });
});
