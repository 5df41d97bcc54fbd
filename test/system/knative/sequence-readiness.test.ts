/** What Knative's own tests expect of a Sequence that is created, over real HTTP. */
import { beforeAll, describe, expect, test } from "vitest";
import { FlowNamespace } from "../flow-namespace.ts";
import { type Router, startRouter } from "../harness.ts";
import { conditionsOf } from "./channel-conditions.ts";
import { channelTemplate, READY_FLOW, SMOKE_DELIVERY, SMOKE_NAMES } from "./flow-smoke.ts";
import { dropsFirst } from "./sink-answers.ts";

describe.concurrent("[SQR] Sequences that are created", () => {
  let router: Router;
  beforeAll(async () => {
    router = await startRouter();
  });

  test("[SQR-1] GoesReady, TestSmoke_Sequence: under each name it is ready, and leads events through", async () => {
    const space = await FlowNamespace.start(router, "smoke");
    for (const name of SMOKE_NAMES) {
      await space.create("Sequence", name, {
        channelTemplate: channelTemplate({}),
        steps: [space.appends("a", "-a"), space.appends("b", "-b")],
        reply: space.to(name),
      });
      expect(await conditionsOf(space, "Sequence", name)).toEqual(READY_FLOW);
      const { address } = (await space.get("Sequence", name)).status;
      expect(address.url).toBe(`${router.url}/smoke/sequences/${name}`);
      await space.post(`sequences/${name}`, "1");
      expect(await space.arrived(name, 1)).toEqual(["hello-a-b"]);
    }
  });

  test("[SQR-2] TestSmoke_SequenceDelivery: the delivery of its template is that of its channels", async () => {
    const space = await FlowNamespace.start(router, "smoke-delivery");
    for (const name of SMOKE_NAMES) {
      await space.create("Sequence", name, {
        channelTemplate: channelTemplate({ delivery: SMOKE_DELIVERY }),
        steps: [space.to("step")],
      });
      expect((await space.get("InMemoryChannel", `${name}-kn-sequence-0`)).spec).toEqual({ delivery: SMOKE_DELIVERY });
    }
    space.sink.answer("/step", dropsFirst(1));
    await space.post(`sequences/${SMOKE_NAMES[0]}`, "1");
    expect(await space.arrived("step", 2)).toEqual(["hello", "hello"]);
  });
});
