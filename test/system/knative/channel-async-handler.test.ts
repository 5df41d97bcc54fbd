/** Knative's channels may answer before or after they deliver. Here they always answer first, and the setting that asks for it changes nothing. */
import { beforeAll, describe, expect, test } from "vitest";
import { apply } from "../../kit/apply.ts";
import { FlowNamespace } from "../flow-namespace.ts";
import { type Router, startRouter } from "../harness.ts";
import { channelCounters } from "./channel-counters.ts";

const ASYNC_HANDLER = "messaging.knative.dev/async-handler";

describe.concurrent("[ASY] channels that are told when to answer", () => {
  let router: Router;
  beforeAll(async () => {
    router = await startRouter();
  });

  /** An InMemoryChannel with this setting, and a subscriber that answers nothing until it is let go. */
  async function heldChannel(namespace: string, isAsync: boolean) {
    const space = await FlowNamespace.start(router, namespace);
    await apply(router, {
      apiVersion: "messaging.knative.dev/v1",
      kind: "InMemoryChannel",
      metadata: { name: "c", namespace, annotations: { [ASYNC_HANDLER]: String(isAsync) } },
    });
    const held = Promise.withResolvers<void>();
    space.sink.answer("/sink", async () => {
      await held.promise;
      return { status: 202 };
    });
    await space.create("Subscription", "s", {
      channel: space.ref("InMemoryChannel", "c").ref,
      subscriber: space.to("sink"),
    });
    return { space, letGo: held.resolve };
  }

  async function setAsync(namespace: string, isAsync: boolean) {
    const url = `${router.url}/apis/messaging.knative.dev/v1/namespaces/${namespace}/inmemorychannels/c`;
    const answer = await fetch(url, {
      method: "PATCH",
      headers: { "content-type": "application/merge-patch+json" },
      body: JSON.stringify({ metadata: { annotations: { [ASYNC_HANDLER]: String(isAsync) } } }),
    });
    const { metadata } = JSON.parse(await answer.text());
    expect([answer.status, metadata.annotations[ASYNC_HANDLER]]).toEqual([200, String(isAsync)]);
  }

  test.each([true, false])(
    "[ASY-1] AsyncHandler: with %s an event is taken while its subscriber is silent, and delivered",
    async (isAsync) => {
      const { space, letGo } = await heldChannel(`async-${isAsync}`, isAsync);
      // Throws unless it is answered with 202, and nobody lets the subscriber go before.
      await space.post("inmemorychannels/c", "1", "data");
      letGo();
      expect(await space.arrived("sink", 1)).toEqual(["data"]);
    },
  );

  test.each([true, false])(
    "[ASY-2] AsyncHandlerUpdate: from %s to the opposite and back, every event is taken and delivered once",
    async (isAsync) => {
      const namespace = `update-${isAsync}`;
      const { space, letGo } = await heldChannel(namespace, isAsync);
      await space.post("inmemorychannels/c", "1", "1");
      await setAsync(namespace, !isAsync);
      await space.post("inmemorychannels/c", "2", "2");
      await setAsync(namespace, isAsync);
      await space.post("inmemorychannels/c", "3", "3");
      letGo();
      expect(await channelCounters(space, "inmemorychannels/c", 3)).toEqual({
        s: { delivered: 3 },
      });
      expect(space.bodies("sink").toSorted()).toEqual(["1", "2", "3"]);
    },
  );
});
