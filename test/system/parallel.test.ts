/** What Knative's own tests expect of Parallels, over real HTTP. */
import { beforeAll, describe, expect, test } from "vitest";
import { answeredWith, FlowNamespace } from "./flow-namespace.ts";
import { type Router, startRouter } from "./harness.ts";

describe.concurrent("[PAR] parallels", () => {
  let router: Router;
  beforeAll(async () => {
    router = await startRouter();
  });

  test("[PAR-1] only the branch whose filter answers runs, exactly once (ParallelWithTwoBranches)", async () => {
    const space = await FlowNamespace.start(router, "two-branches");
    await space.create("Channel", "end");
    await space.create("Subscription", "end", {
      channel: space.ref("Channel", "end").ref,
      subscriber: space.to("end"),
    });
    await space.create("Parallel", "p", {
      branches: [
        { filter: space.appends("pass", ""), subscriber: space.appends("first", "-first") },
        { filter: space.to("block"), subscriber: space.appends("second", "-second") },
      ],
      reply: space.ref("Channel", "end"),
    });
    await space.post("parallels/p", "1");
    expect(await space.arrived("end", 1)).toEqual(["hello-first"]);
    await space.arrived("block", 1);
    // An event that came later is through: nothing of the first one is left to come.
    await space.post("parallels/p", "2");
    await space.arrived("block", 2);
    expect(await space.arrived("end", 2)).toEqual(["hello-first", "hello-first"]);
    expect(space.bodies("second")).toEqual([]);
  });

  test("[PAR-2] without a filter the events themselves come (GoesReadyWithoutFilters)", async () => {
    const space = await FlowNamespace.start(router, "no-filter");
    await space.create("Parallel", "p", { branches: [{ subscriber: space.to("a") }, { subscriber: space.to("b") }] });
    await space.post("parallels/p", "1", "data");
    expect([await space.arrived("a", 1), await space.arrived("b", 1)]).toEqual([["data"], ["data"]]);
  });

  test("[PAR-3] a branch answers to its own reply, else to that of all", async () => {
    const space = await FlowNamespace.start(router, "replies");
    await space.create("Parallel", "p", {
      branches: [
        { subscriber: space.appends("a", "-a"), reply: space.to("own") },
        { subscriber: space.appends("b", "-b") },
      ],
      reply: space.to("all"),
    });
    await space.post("parallels/p", "1");
    expect([await space.arrived("own", 1), await space.arrived("all", 1)]).toEqual([["hello-a"], ["hello-b"]]);
  });

  test("[PAR-4] a filter may change what its branch gets", async () => {
    const space = await FlowNamespace.start(router, "changing-filter");
    await space.create("Parallel", "p", {
      branches: [{ filter: space.appends("f", "-filtered"), subscriber: space.to("a") }, { subscriber: space.to("b") }],
    });
    await space.post("parallels/p", "1");
    expect([await space.arrived("a", 1), await space.arrived("b", 1)]).toEqual([["hello-filtered"], ["hello"]]);
  });

  test("[PAR-5] a branch that fails and one that hangs hold up no other", async () => {
    const space = await FlowNamespace.start(router, "failing-branch");
    space.sink.answer("/failing", () => ({ status: 500 }));
    const held = Promise.withResolvers<void>();
    space.sink.answer("/hanging", async (request) => {
      await held.promise;
      return answeredWith(request, request.body);
    });
    const delivery = { deadLetterSink: space.to("dead") };
    await space.create("Parallel", "p", {
      branches: [
        { subscriber: space.to("failing"), delivery },
        { subscriber: space.to("hanging") },
        { subscriber: space.to("healthy") },
      ],
    });
    for (const id of ["1", "2", "3"]) await space.post("parallels/p", id, id);
    expect((await space.arrived("healthy", 3)).toSorted()).toEqual(["1", "2", "3"]);
    expect((await space.arrived("dead", 3)).toSorted()).toEqual(["1", "2", "3"]);
    held.resolve();
  });
});
