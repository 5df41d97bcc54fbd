/** Webhooks of a source whose sink is a URL, over real HTTP: taken at once, kept, and tried again. */
import { expect, test } from "vitest";
import { FlowNamespace } from "./flow-namespace.ts";
import { createGitHubSource, postPush } from "./github-source.ts";
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
