/** Webhooks over real HTTP: taken at once, kept, and tried again; and taken while somebody switches the sink. */
import { expect, test } from "vitest";
import { FlowNamespace } from "./flow-namespace.ts";
import { createGitHubSource, postPush, switchSink } from "./github-source.ts";
import { startRouter } from "./harness.ts";

test("[SRC-1] a webhook is answered before its sink is, survives a kill, and is delivered once the sink answers", async () => {
  const router = await startRouter();
  const space = await FlowNamespace.start(router, "webhooks");
  let isUp = false;
  space.sink.answer("/sink", () => ({ status: isUp ? 202 : 503 }));
  const place = { router, namespace: "webhooks" };
  await createGitHubSource(place, space.to("sink"));
  const { body, status, text } = await postPush(place, "d-1");
  expect([status, text]).toEqual([202, ""]);
  await space.arrived("sink", 1);
  await router.kill();
  isUp = true;
  const before = space.bodies("sink").length;
  await router.restart();
  const bodies = await space.arrived("sink", before + 1);
  expect(bodies.at(-1)).toBe(body);
  expect(space.sink.requestsTo("/sink").at(-1)?.headers).toMatchObject({
    "ce-id": "d-1",
    "ce-type": "dev.knative.source.github.push",
  });
});

test("[SRC-2] no webhook is refused, lost or delivered twice while somebody switches between a URL and a Broker", async () => {
  const router = await startRouter();
  const space = await FlowNamespace.start(router, "switched");
  const place = { router, namespace: "switched" };
  await space.create("Broker", "b");
  await space.create("Trigger", "t", { broker: "b", subscriber: space.to("sink") });
  await createGitHubSource(place, space.to("sink"));
  const broker = { ref: { ...space.ref("Broker", "b").ref }, uri: null };
  const url = { ref: null, ...space.to("sink") };
  const posted: string[] = [];
  const statuses = new Set<number>();
  // The router remembers for 5 s where the events of a source go.
  for (const sink of [url, broker, url, broker]) {
    await switchSink(place, sink);
    for (let count = 0; count < 50; count++) {
      const delivery = `d-${posted.length}`;
      posted.push(delivery);
      statuses.add((await postPush(place, delivery)).status);
    }
  }
  await space.arrived("sink", posted.length);
  const delivered = space.sink.requestsTo("/sink").map(({ headers }) => String(headers["ce-id"]));
  expect([[...statuses], delivered.toSorted()]).toEqual([[202], posted.toSorted()]);
});
