/** How single Triggers deliver and fail beside each other, as Knative's tests have it, over real HTTP. */
import { beforeAll, describe, expect, test } from "vitest";
import { type Router, startRouter } from "../harness.ts";
import { BrokerSpace } from "./broker-space.ts";

const BAD_SUBSCRIBER = { subscriber: { uri: "bad://uri" } };
const IDS = ["1", "2", "3"];

describe.concurrent("[KT] delivery of Triggers", () => {
  let router: Router;
  beforeAll(async () => {
    router = await startRouter();
  });

  test("[KT-10] SourceToTriggerSinkWithDLS: what a Trigger cannot send comes to its dead letter sink", async () => {
    const space = await BrokerSpace.start(router, "trigger-dls");
    await space.trigger("t", { ...BAD_SUBSCRIBER, delivery: { deadLetterSink: space.flow.to("dead") } });
    for (const id of IDS) await space.post(id);
    expect(await space.received(3)).toEqual({ dead: IDS });
    expect(await space.settled()).toMatchObject({ t: { deadLettered: 3 } });
  });

  test("[KT-11] SourceToTriggerSinkWithDLSDontUseBrokers: and not to the Broker's", async () => {
    const space = await BrokerSpace.withoutBroker(router, "not-broker-dls");
    await space.flow.create("Broker", "b", { delivery: { deadLetterSink: space.flow.to("broker-dead") } });
    await space.trigger("t", { ...BAD_SUBSCRIBER, delivery: { deadLetterSink: space.flow.to("dead") } });
    for (const id of IDS) await space.post(id);
    expect(await space.received(3)).toEqual({ dead: IDS });
    expect(await space.settled()).toMatchObject({ t: { deadLettered: 3 } });
  });

  test("[KT-12] BadTriggerDoesNotAffectOkTrigger: the events of one are dead letters, the other gets them all", async () => {
    const space = await BrokerSpace.withoutBroker(router, "bad-and-ok");
    await space.flow.create("Broker", "b", { delivery: { deadLetterSink: space.flow.to("dead") } });
    await space.trigger("bad", BAD_SUBSCRIBER);
    await space.trigger("ok");
    for (const id of IDS) await space.post(id);
    expect(await space.received(6)).toEqual({ dead: IDS, ok: IDS });
    expect(await space.settled()).toMatchObject({ bad: { delivered: 0, deadLettered: 3 }, ok: { delivered: 3 } });
  });

  test("[KT-13] triggerWithDispatcherFormat(json): the subscriber gets the event in structured mode", async () => {
    const space = await BrokerSpace.start(router, "format-json");
    await space.trigger("t", { delivery: { format: "json" } });
    await space.post("1", { type: "t", subject: "s" }, "data");
    expect(await space.received(1, "content-type")).toEqual({ t: ["application/cloudevents+json"] });
    const [request] = space.sink.requestsTo("/t");
    expect(Object.keys(request?.headers ?? {}).filter((name) => name.startsWith("ce-"))).toEqual([]);
    expect(JSON.parse(request?.body ?? "")).toEqual({
      specversion: "1.0",
      id: "1",
      source: "/test",
      type: "t",
      subject: "s",
      datacontenttype: "text/plain",
      knativearrivaltime: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      data: "data",
    });
  });

  test("[KT-14] triggerWithDispatcherFormat(binary): the subscriber gets the event in binary mode, however it was sent", async () => {
    const space = await BrokerSpace.start(router, "format-binary");
    await space.trigger("t", { delivery: { format: "binary" } });
    const event = {
      specversion: "1.0",
      id: "1",
      source: "/test",
      type: "t",
      datacontenttype: "text/plain",
      data: "data",
    };
    const headers = { "content-type": "application/cloudevents+json" };
    const answer = await fetch(`${space.url}/b`, { method: "POST", headers, body: JSON.stringify(event) });
    expect([answer.status, await answer.text()]).toEqual([202, ""]);
    expect(await space.received(1)).toEqual({ t: ["1"] });
    const [request] = space.sink.requestsTo("/t");
    expect(request?.headers).toMatchObject({
      "ce-specversion": "1.0",
      "ce-source": "/test",
      "ce-type": "t",
      "content-type": "text/plain",
    });
    expect(request?.body).toBe("data");
  });
});
