import { describe, expect, test } from "vitest";
import { parallelFlow } from "../../src/flows/parallel.ts";
import { sequenceFlow } from "../../src/flows/sequence.ts";

const channel = (name: string) => ({ kind: "channel", name });
const to = (destination: string) => ({ kind: "destination", destination });

describe("[FCH] Sequences and Parallels as channels and subscriptions", () => {
  test("[FCH-1] a Sequence has a channel for each step, whose answer goes to the next; the last one's to the reply", () => {
    const steps = [{ subscriber: "a", delivery: "twice" }, { subscriber: "b" }, { subscriber: "c" }];
    expect(sequenceFlow({ name: "s", steps, reply: "r" })).toEqual({
      channels: [{ name: "s-kn-sequence-0" }, { name: "s-kn-sequence-1" }, { name: "s-kn-sequence-2" }],
      subscriptions: [
        {
          name: "s-kn-sequence-0",
          channel: "s-kn-sequence-0",
          subscriber: to("a"),
          reply: channel("s-kn-sequence-1"),
          delivery: "twice",
        },
        {
          name: "s-kn-sequence-1",
          channel: "s-kn-sequence-1",
          subscriber: to("b"),
          reply: channel("s-kn-sequence-2"),
        },
        { name: "s-kn-sequence-2", channel: "s-kn-sequence-2", subscriber: to("c"), reply: to("r") },
      ],
    });
  });

  test("[FCH-2] without a reply the answer of the last step goes nowhere", () => {
    expect(sequenceFlow({ name: "s", steps: [{ subscriber: "a" }] })).toEqual({
      channels: [{ name: "s-kn-sequence-0" }],
      subscriptions: [{ name: "s-kn-sequence-0", channel: "s-kn-sequence-0", subscriber: to("a") }],
    });
  });

  test("[FCH-3] a Parallel's branch gets what its filter answers, and its answer goes to its own reply or that of all", () => {
    const branches = [
      { filter: "f", subscriber: "a", reply: "own", delivery: "twice" },
      { filter: "g", subscriber: "b" },
    ];
    expect(parallelFlow({ name: "p", branches, reply: "all" })).toEqual({
      channels: [{ name: "p-kn-parallel" }, { name: "p-kn-parallel-0" }, { name: "p-kn-parallel-1" }],
      subscriptions: [
        {
          name: "p-kn-parallel-filter-0",
          channel: "p-kn-parallel",
          subscriber: to("f"),
          reply: channel("p-kn-parallel-0"),
        },
        {
          name: "p-kn-parallel-0",
          channel: "p-kn-parallel-0",
          subscriber: to("a"),
          reply: to("own"),
          delivery: "twice",
        },
        {
          name: "p-kn-parallel-filter-1",
          channel: "p-kn-parallel",
          subscriber: to("g"),
          reply: channel("p-kn-parallel-1"),
        },
        { name: "p-kn-parallel-1", channel: "p-kn-parallel-1", subscriber: to("b"), reply: to("all") },
      ],
    });
  });

  test("[FCH-4] a branch without a filter gets the events themselves, and one without a reply drops its answers", () => {
    expect(parallelFlow({ name: "p", branches: [{ subscriber: "a" }] }).subscriptions).toEqual([
      { name: "p-kn-parallel-filter-0", channel: "p-kn-parallel", subscriber: channel("p-kn-parallel-0") },
      { name: "p-kn-parallel-0", channel: "p-kn-parallel-0", subscriber: to("a") },
    ]);
  });
});
