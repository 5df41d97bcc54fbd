/** What a Broker takes from producers and what its subscribers see, as Knative's tests have it, over real HTTP. */
import { beforeAll, describe, expect, test } from "vitest";
import { type Router, startRouter } from "../harness.ts";
import { BrokerSpace } from "./broker-space.ts";
import { dropsFirst, repliesWith } from "./sink-answers.ts";

const LONG_MESSAGE_BYTES = 36_864;
const LONG_REPLY_BYTES = 36_000;
const TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

const BINARY = { "ce-specversion": "1.0", "ce-type": "t", "ce-source": "/test", "ce-id": "binary" };
const ATTRIBUTES = { time: "2020-07-06T09:23:12Z", subject: "s", extension: "x" };
/** No parser of JSON gives it back as it is written here. */
const DATA = '{ "number": 12345678901234567890 }';
const STRUCTURED = JSON.stringify({
  ...{ specversion: "1.0", type: "t", source: "/test", id: "structured", datacontenttype: "application/json" },
  ...ATTRIBUTES,
}).replace(/}$/, `,"data":${DATA}}`);

describe.concurrent("[KB] the Broker's data plane", () => {
  let router: Router;
  beforeAll(async () => {
    router = await startRouter();
  });

  test("[KB-50] DataPlaneIngress: versions 0.3 and 1.0 are taken and arrive as they are, others are refused", async () => {
    const space = await BrokerSpace.start(router, "versions");
    await space.trigger("t");
    const statusOf = async (specversion: string) =>
      (await space.flow.tryPost("b", specversion, "{}", { specversion })).status;
    expect([await statusOf("0.3"), await statusOf("1.0"), await statusOf("19.0")]).toEqual([202, 202, 400]);
    expect(await space.received(2, "ce-specversion")).toEqual({ t: ["0.3", "1.0"] });
  });

  test("[KB-51] DataPlaneIngress: binary events of any content type and structured events are taken", async () => {
    const space = await BrokerSpace.start(router, "modes");
    await space.trigger("t");
    const types = ["application/vnd.apache.thrift.binary", "application/xml", "application/json"];
    const answers = [];
    for (const type of types) answers.push(await send(space, { ...BINARY, "content-type": type }, "{}"));
    answers.push(await send(space, { "content-type": "application/cloudevents+json" }, STRUCTURED));
    expect(answers).toEqual([202, 202, 202, 202]);
    expect(await space.received(4, "content-type")).toEqual({ t: [...types, "application/json"].toSorted() });
  });

  test("[KB-52] DataPlaneIngress: only POST is for events, and only with all that makes an event", async () => {
    const space = await BrokerSpace.start(router, "refusals");
    await space.trigger("t");
    const gets = await fetch(`${space.url}/b`, { headers: BINARY });
    expect([gets.status, gets.headers.get("allow")]).toEqual([405, "POST, OPTIONS"]);
    const without = Object.keys(BINARY).map((missing) =>
      send(space, Object.fromEntries(Object.entries(BINARY).filter(([name]) => name !== missing)), "{}"),
    );
    expect(await Promise.all(without)).toEqual([400, 400, 400, 400]);
    await space.post("taken");
    expect(await space.received(1)).toEqual({ t: ["taken"] });
  });

  test("[KB-53] addDataPlaneDelivery: attributes and data arrive as they were sent, from either content mode", async () => {
    const space = await BrokerSpace.start(router, "fidelity");
    await space.trigger("t");
    await send(space, { "content-type": "application/cloudevents+json" }, STRUCTURED);
    await space.post("binary", ATTRIBUTES, "bytes");
    expect(await space.received(2)).toEqual({ t: ["binary", "structured"] });
    const common = Object.fromEntries(Object.entries(ATTRIBUTES).map(([name, value]) => [`ce-${name}`, value]));
    const [structured, binary] = ["structured", "binary"].map((id) =>
      space.sink.requests.find(({ headers }) => headers["ce-id"] === id),
    );
    expect(structured?.headers).toMatchObject({ ...common, "ce-type": "t", "content-type": "application/json" });
    expect(binary?.headers).toMatchObject({ ...common, "ce-type": "event", "content-type": "text/plain" });
    expect([structured?.body, binary?.body]).toEqual([DATA, "bytes"]);
  });

  test("[KB-54] addDataPlaneDelivery: a subscriber gets an event once for each of its Triggers, and one for nobody is taken", async () => {
    const space = await BrokerSpace.start(router, "same-subscriber");
    const same = { subscriber: space.flow.to("same"), filter: { attributes: { type: "wanted" } } };
    await space.trigger("t1", same);
    await space.trigger("t2", same);
    await space.post("for nobody");
    await space.post("1", { type: "wanted" });
    expect(await space.received(2)).toEqual({ same: ["1", "1"] });
  });

  test("[KB-55] addDataPlaneDelivery: a reply is an event like any other, for the Trigger that caused it too", async () => {
    const space = await BrokerSpace.start(router, "replies");
    const reply = repliesWith({ type: "reply" });
    space.sink.answer("/t1", (request) => (request.headers["ce-id"] === "1" ? reply(request) : { status: 202 }));
    await space.trigger("t1");
    await space.trigger("t2", { filter: { attributes: { type: "reply" } } });
    await space.post("1");
    expect(await space.received(3)).toEqual({ t1: ["1", "reply"], t2: ["reply"] });
  });

  test("[KB-56] addDataPlaneDelivery: an answer that is no event is a success without a reply, and is counted", async () => {
    const space = await BrokerSpace.start(router, "no-event");
    space.sink.answer("/t", () => ({ status: 200, headers: { "content-type": "text/html" }, body: "<p>thanks</p>" }));
    await space.trigger("t", { delivery: { retry: 3, deadLetterSink: space.flow.to("dead") } });
    await space.post("1");
    expect(await space.received(1)).toEqual({ t: ["1"] });
    expect(await space.settled()).toMatchObject({ t: { delivered: 1, unusableReplies: 1, failedAttempts: 0 } });
  });

  test("[KB-57] DataPlaneObservability: a Broker counts what became of its events", async () => {
    const space = await BrokerSpace.start(router, "counted");
    space.sink.answer("/t1", dropsFirst(1));
    space.sink.answer("/t2", () => ({ status: 400 }));
    await space.trigger("t1", { delivery: { retry: 1 } });
    await space.trigger("t2", { delivery: { retry: 1, deadLetterSink: space.flow.to("dead") } });
    await space.post("1");
    await space.received(4);
    expect(await space.settled()).toMatchObject({
      t1: { delivered: 1, failedAttempts: 1, deadLettered: 0, parked: 0 },
      t2: { delivered: 0, failedAttempts: 1, deadLettered: 1, parked: 0 },
    });
  });

  test("[KB-58] DataPlaneObservability: a trace that an event belongs to goes on at its subscribers", async () => {
    const space = await BrokerSpace.start(router, "traced");
    await space.trigger("t");
    const traced = { traceparent: TRACE, tracestate: "vendor=state" };
    await send(space, { ...BINARY, ...traced, "ce-traceparent": TRACE, "ce-tracestate": "vendor=state" }, "{}");
    await space.received(1);
    expect(space.sink.requestsTo("/t")[0]?.headers).toMatchObject({
      ...traced,
      "ce-traceparent": TRACE,
      "ce-tracestate": "vendor=state",
    });
  });

  test("[KB-59] BrokerPreferHeaderCheck: subscribers are told that a reply is welcome", async () => {
    const space = await BrokerSpace.start(router, "prefer");
    await space.trigger("t");
    await space.post("1");
    expect(await space.received(1, "prefer")).toEqual({ t: ["reply"] });
  });

  test("[KB-60] BrokerDeliverLongMessage: long data arrives whole", async () => {
    const space = await BrokerSpace.start(router, "long-message");
    await space.trigger("t");
    await space.post("1", {}, "X".repeat(LONG_MESSAGE_BYTES));
    expect(await space.received(1)).toEqual({ t: ["1"] });
    expect(space.flow.bodies("t")).toEqual(["X".repeat(LONG_MESSAGE_BYTES)]);
  });

  test("[KB-61] BrokerDeliverLongResponseMessage: a long reply arrives whole", async () => {
    const space = await BrokerSpace.start(router, "long-reply");
    space.sink.answer("/t1", repliesWith({ type: "reply" }, "Y".repeat(LONG_REPLY_BYTES)));
    await space.trigger("t1", { filter: { attributes: { type: "event" } } });
    await space.trigger("t2", { filter: { attributes: { type: "reply" } } });
    await space.post("1");
    expect(await space.received(2)).toEqual({ t1: ["1"], t2: ["reply"] });
    expect(space.flow.bodies("t2")).toEqual(["Y".repeat(LONG_REPLY_BYTES)]);
  });

  test("[KB-62] SourceToSink: an event that is posted to the Broker comes to the Trigger's subscriber exactly once", async () => {
    const space = await BrokerSpace.start(router, "source-to-sink");
    await space.trigger("t");
    await space.post("1");
    expect(await space.received(1)).toEqual({ t: ["1"] });
    expect(space.flow.bodies("t")).toEqual(["data of 1"]);
  });
});

/** Posts a message to the Broker as it is and tells the status of the answer. */
async function send(space: BrokerSpace, headers: Readonly<Record<string, string>>, body: string): Promise<number> {
  const answer = await fetch(`${space.url}/b`, { method: "POST", headers, body });
  await answer.body?.cancel();
  return answer.status;
}
