/** What Knative's own tests expect of a Parallel that is created, over real HTTP. */
import { beforeAll, describe, expect, test } from "vitest";
import { FlowNamespace } from "../flow-namespace.ts";
import { type Router, startRouter } from "../harness.ts";
import { conditionsOf } from "./channel-conditions.ts";
import { channelTemplate, READY_FLOW, SMOKE_DELIVERY, SMOKE_NAMES } from "./flow-smoke.ts";
import { dropsFirst } from "./sink-answers.ts";

describe.concurrent("[PLR] Parallels that are created", () => {
  let router: Router;
  beforeAll(async () => {
    router = await startRouter();
  });

  test("[PLR-1] GoesReady, TestSmoke_Parallel: under each name it is ready, and leads events through its filter", async () => {
    const space = await FlowNamespace.start(router, "smoke");
    for (const name of SMOKE_NAMES) {
      const filter = space.appends("filter", "-filtered");
      await createReady(space, name, { branches: [{ filter, subscriber: space.to(name) }] });
      await space.post(`parallels/${name}`, "1");
      expect(await space.arrived(name, 1)).toEqual(["hello-filtered"]);
    }
  });

  test("[PLR-2] GoesReadyWithoutFilters, TestSmoke_Parallel_with_no_filter: so it is without filters", async () => {
    const space = await FlowNamespace.start(router, "no-filter");
    for (const name of SMOKE_NAMES) {
      await createReady(space, name, { branches: [{ subscriber: space.to(name) }] });
      await space.post(`parallels/${name}`, "1");
      expect(await space.arrived(name, 1)).toEqual(["hello"]);
    }
  });

  test("[PLR-3] TestSmoke_ParallelDelivery: the delivery of its template is that of its channels", async () => {
    const space = await FlowNamespace.start(router, "smoke-delivery");
    for (const name of SMOKE_NAMES) {
      await space.create("Parallel", name, {
        channelTemplate: channelTemplate({ delivery: SMOKE_DELIVERY }),
        branches: [{ subscriber: space.to("branch") }],
      });
      const parts = ["kn-parallel", "kn-parallel-0"].map((part) => space.get("InMemoryChannel", `${name}-${part}`));
      expect((await Promise.all(parts)).map(({ spec }) => spec)).toEqual([
        { delivery: SMOKE_DELIVERY },
        { delivery: SMOKE_DELIVERY },
      ]);
    }
    space.sink.answer("/branch", dropsFirst(1));
    await space.post(`parallels/${SMOKE_NAMES[0]}`, "1");
    expect(await space.arrived("branch", 2)).toEqual(["hello", "hello"]);
  });

  async function createReady(space: FlowNamespace, name: string, spec: Readonly<Record<string, unknown>>) {
    await space.create("Parallel", name, spec);
    expect(await conditionsOf(space, "Parallel", name)).toEqual(READY_FLOW);
    const { address } = (await space.get("Parallel", name)).status;
    expect(address.url.endsWith(`/parallels/${name}`)).toBe(true);
  }
});
