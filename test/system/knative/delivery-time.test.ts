/** What Knative's own tests expect of time between attempts and of time for an answer, over real HTTP. */
import { beforeAll, describe, expect, test } from "vitest";
import { FlowNamespace } from "../flow-namespace.ts";
import { type Router, startRouter } from "../harness.ts";
import { channelCounters } from "./channel-counters.ts";

const REJECTED = 2;
const RETRY_AFTER_SECONDS = 1;
const MAX_JITTER = 1.1;
/** Timers of two processes do not agree to the millisecond. */
const TIMER_SLACK_SECONDS = 0.02;
/** Knative's own margin. */
const MACHINE_SLACK_SECONDS = 0.5;
/** Knative's test has 5 s and an answer after 6; here the answer never comes. */
const TIMEOUT = "PT0.5S";

describe.concurrent("[DTM] time of deliveries", () => {
  let router: Router;
  beforeAll(async () => {
    router = await startRouter();
  });

  test("[DTM-1] retry_after ConfigureDataPlane, retry_after SendEvent: who answers 429 is asked again when it said", async () => {
    const namespace = "retry-after";
    const space = await FlowNamespace.start(router, namespace);
    let requests = 0;
    space.sink.answer("/sink", () =>
      ++requests > REJECTED
        ? { status: 202 }
        : { status: 429, headers: { "retry-after": String(RETRY_AFTER_SECONDS) } },
    );
    await space.create("Channel", "c");
    await space.create("Subscription", "s", {
      channel: space.ref("Channel", "c").ref,
      subscriber: space.to("sink"),
      // Less than what the subscriber asks for.
      delivery: { retry: REJECTED, backoffPolicy: "linear", backoffDelay: "PT0.1S", retryAfterMax: "PT30S" },
    });
    await space.post("channels/c", "1", "data");
    expect(await channelCounters(space, "channels/c", 1)).toEqual({
      s: { failedAttempts: REJECTED, delivered: 1 },
    });
    const times = space.sink.requestsTo("/sink").map(({ atMs }) => atMs / 1000);
    expect(times.length).toBe(REJECTED + 1);
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    for (const gap of gaps) {
      expect(gap).toBeGreaterThanOrEqual(RETRY_AFTER_SECONDS - TIMER_SLACK_SECONDS);
      expect(gap).toBeLessThanOrEqual(RETRY_AFTER_SECONDS * MAX_JITTER + MACHINE_SLACK_SECONDS);
    }
  });

  test("[DTM-2] delivery_timeout.ChannelToSink: an event whose subscriber says nothing in time goes to the dead letter sink", async () => {
    const { space, letGo } = await silentSpace("channel-timeout");
    await space.create("Channel", "c");
    await space.create("Subscription", "s", {
      channel: space.ref("Channel", "c").ref,
      subscriber: space.to("silent"),
      delivery: { timeout: TIMEOUT, deadLetterSink: space.to("dead") },
    });
    await space.post("channels/c", "1", "data");
    await expectDeadLetter(space, "channels/c");
    letGo();
  });

  test("[DTM-3] TestBrokerTriggerWithDeliveryTimeout: so does one whose Trigger's subscriber says nothing", async () => {
    const { space, letGo } = await silentSpace("trigger-timeout");
    await space.create("Broker", "b");
    await space.create("Trigger", "s", {
      broker: "b",
      subscriber: space.to("silent"),
      delivery: { timeout: TIMEOUT, deadLetterSink: space.to("dead") },
    });
    await space.post("b", "1", "data");
    await expectDeadLetter(space, "brokers/b");
    letGo();
  });

  /** A namespace whose sink answers nothing at `/silent` until it is let go. */
  async function silentSpace(namespace: string) {
    const space = await FlowNamespace.start(router, namespace);
    const held = Promise.withResolvers<void>();
    space.sink.answer("/silent", async () => {
      await held.promise;
      return { status: 202 };
    });
    return { space, letGo: held.resolve };
  }

  async function expectDeadLetter(space: FlowNamespace, path: string) {
    expect(await channelCounters(space, path, 1)).toEqual({
      s: { failedAttempts: 1, deadLettered: 1 },
    });
    expect([space.bodies("silent"), space.bodies("dead")]).toEqual([["data"], ["data"]]);
    expect(space.sink.requestsTo("/dead")[0]?.headers["ce-knativeerrordest"]).toBe(space.to("silent").uri);
  }
});
