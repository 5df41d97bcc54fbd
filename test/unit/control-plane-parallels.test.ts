import { describe, expect, test } from "vitest";
import { FlowWorld, url } from "./control-plane-flow-world.ts";
import { conditions } from "./control-plane-world.ts";

const parallel = "default/parallel/p";
const branch = (index: number) => `default/inmemorychannel/p-kn-parallel-${index}`;

async function parallelOf(spec: object): Promise<FlowWorld> {
  const world = new FlowWorld();
  await world.create("Parallel", "p", spec);
  await world.settle();
  return world;
}

describe("[CP-PAR] Parallels", () => {
  test("[CP-PAR-1] each branch is filtered from the one channel, and answers to its own reply or that of all", async () => {
    const world = await parallelOf({
      branches: [
        { filter: url("f"), subscriber: url("a"), reply: url("own") },
        { subscriber: url("b"), delivery: { retry: 3 } },
      ],
      reply: url("all"),
    });
    expect(new Map([...world.configured.keys()].map((name) => [name, world.routes(name)]))).toEqual(
      new Map([
        [
          parallel,
          [`p-kn-parallel-filter-0: http://sink.test/f > ${branch(0)}`, `p-kn-parallel-filter-1: ${branch(1)}`],
        ],
        [branch(0), ["p-kn-parallel-0: http://sink.test/a > http://sink.test/own"]],
        [branch(1), ["p-kn-parallel-1: http://sink.test/b > http://sink.test/all"]],
      ]),
    );
    const retries = [...world.configured.values()].map(({ subscriptions }) =>
      subscriptions.map(({ delivery }) => delivery.retry),
    );
    expect(retries).toEqual([[0, 0], [0], [3]]);
  });

  test("[CP-PAR-2] its status tells of the ingress channel and of each branch", async () => {
    const world = await parallelOf({ branches: [{ subscriber: url("a") }] });
    const { status } = await world.get("Parallel", "p");
    const ready = { type: "Ready", status: "True", lastTransitionTime: "2026-01-02T03:04:05Z" };
    const named = (kind: string, name: string) => ({
      apiVersion: "messaging.knative.dev/v1",
      kind,
      name,
      namespace: "default",
    });
    const address = { name: "http", url: "http://sluice.test/default/parallels/p" };
    expect(status).toMatchObject({
      observedGeneration: 1,
      address,
      addresses: [address],
      ingressChannelStatus: { channel: named("InMemoryChannel", "p-kn-parallel"), ready },
      branchStatuses: [
        {
          filterChannelStatus: { channel: named("InMemoryChannel", "p-kn-parallel-0"), ready },
          filterSubscriptionStatus: { subscription: named("Subscription", "p-kn-parallel-filter-0"), ready },
          subscriberSubscriptionStatus: { subscription: named("Subscription", "p-kn-parallel-0"), ready },
        },
      ],
    });
    expect(conditions({ status })).toMatchObject({ Ready: "True", ChannelsReady: "True", SubscriptionsReady: "True" });
  });

  test("[CP-PAR-3] a branch less: no event comes to it any more, and its channel goes once it is empty", async () => {
    const world = await parallelOf({ branches: [{ subscriber: url("a") }, { subscriber: url("b") }] });
    world.retirement = { kind: "draining", unsettled: 1, parked: 0 };
    await world.patch("Parallel", "p", { branches: [{ subscriber: url("a") }] });
    expect(world.routes(parallel)).toEqual([`p-kn-parallel-filter-0: ${branch(0)}`]);
    expect([world.configured.get(branch(1))?.draining, world.routes(branch(1))]).toEqual([
      true,
      ["p-kn-parallel-1: http://sink.test/b"],
    ]);
    await world.pass(100_000);
    expect(await world.names("InMemoryChannel")).toContain("p-kn-parallel-1");
    world.retirement = { kind: "retired" };
    await world.pass(100_000);
    expect([...world.configured.keys()].sort()).toEqual([branch(0), parallel]);
    expect(await world.names("Subscription")).toEqual(["p-kn-parallel-0", "p-kn-parallel-filter-0"]);
    expect(await world.ready("Parallel", "p")).toBe("True");
  });
});
