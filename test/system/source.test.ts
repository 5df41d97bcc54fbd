/** Webhooks of a source whose sink is a URL, over real HTTP: taken at once, kept, and tried again. */
import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { apply } from "../kit/apply.ts";
import { FlowNamespace } from "./flow-namespace.ts";
import { startRouter } from "./harness.ts";

const TOKEN = "long and random";

test("[SRC-1] a webhook is answered before its sink is, survives a kill, and is delivered once the sink answers", async () => {
  const router = await startRouter();
  const space = await FlowNamespace.start(router, "webhooks");
  let isUp = false;
  space.sink.answer("/sink", () => ({ status: isUp ? 202 : 503 }));
  const namespace = "webhooks";
  await apply(router, {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "hook", namespace },
    stringData: { token: TOKEN },
  });
  await apply(router, {
    apiVersion: "sources.knative.dev/v1alpha1",
    kind: "GitHubSource",
    metadata: { name: "repo", namespace },
    spec: {
      ownerAndRepository: "o/r",
      eventTypes: ["push"],
      secretToken: { secretKeyRef: { name: "hook", key: "token" } },
      sink: space.to("sink"),
    },
  });
  const body = JSON.stringify({ ref: "refs/heads/main", repository: { full_name: "o/r" } });
  const answer = await fetch(`${router.url}/${namespace}/webhooks/repo`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-github-event": "push",
      "x-github-delivery": "d-1",
      "x-hub-signature-256": `sha256=${createHmac("sha256", TOKEN).update(body).digest("hex")}`,
    },
    body,
  });
  expect([answer.status, await answer.text()]).toEqual([202, ""]);
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
