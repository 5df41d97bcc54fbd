/** What a filter that cannot be used does to events that wait, over real HTTP. */
import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { startRouter } from "./harness.ts";
import { BrokerSpace } from "./knative/broker-space.ts";

const BACKOFF_MS = 500;

test("[BFL-1] a Trigger whose filter cannot be used is not Ready, delivers nothing, and loses nothing of what waits", async () => {
  const space = await BrokerSpace.start(await startRouter(), "broken-filter");
  let isUp = false;
  space.sink.answer("/t", () => ({ status: isUp ? 202 : 503 }));
  const delivery = { retry: 20, backoffPolicy: "linear", backoffDelay: `PT${BACKOFF_MS / 1_000}S`, backoffMax: "PT1S" };
  await space.trigger("t", { delivery });
  await space.post("tried");
  await space.flow.arrived("t", 1);

  const write = async (filters: readonly object[]) => {
    const stored = await space.flow.get("Trigger", "t");
    const { status } = await space.write("PUT", "Trigger", { ...stored, spec: { ...stored.spec, filters } });
    expect(status).toBe(200);
  };
  await write([{ cesql: "NOPE(type)" }]);
  await space.flow.until(
    async () => (await space.conditions("Trigger", "t", "False")).includes("Ready"),
    "the Trigger does not say that its filter cannot be used",
  );
  isUp = true;
  const requestsBefore = space.sink.requests.length;
  await space.post("unread");
  await wait(3 * BACKOFF_MS);
  expect(space.sink.requests.length).toBe(requestsBefore);
  expect(await space.flow.subscriptionStats("brokers/b")).toMatchObject([
    { paused: true, retrying: 1, counters: { delivered: 0, discarded: 0 } },
  ]);

  await write([{ exact: { type: "event" } }]);
  await space.flow.arrived("t", requestsBefore + 2);
  expect(await space.settled()).toMatchObject({ t: { delivered: 2, discarded: 0 } });
  const delivered = space.sink.requests.slice(requestsBefore).map(({ headers }) => headers["ce-id"]);
  expect(delivered.toSorted()).toEqual(["tried", "unread"]);
}, 60_000);
