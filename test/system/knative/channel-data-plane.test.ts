/** What Knative's own tests expect of a channel's address and of what its subscribers see, over real HTTP. */
import { beforeAll, describe, expect, test } from "vitest";
import { FlowNamespace } from "../flow-namespace.ts";
import { type Router, startRouter } from "../harness.ts";
import type { ReceivedRequest } from "../sink.ts";
import { channelCounters } from "./channel-counters.ts";

const REQUIRED = { "ce-specversion": "1.0", "ce-type": "t", "ce-source": "/s", "ce-id": "refused" };
const STRUCTURED = { "content-type": "application/cloudevents+json" };
const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";

/** What CloudEvents 0.3 and 1.0 call the same attribute. */
const SCHEMAS = { "0.3": "schemaurl", "1.0": "dataschema" } as const;

interface Message {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

describe.concurrent("[CHD] the data plane of channels", () => {
  let router: Router;
  beforeAll(async () => {
    router = await startRouter();
  });

  /** A channel with one Subscription for each of these paths of the sink, and a way to send it whatever there is. */
  async function channel(name: string, subscribers: readonly string[]) {
    const space = await FlowNamespace.start(router, name);
    await space.create("Channel", "c");
    for (const [index, path] of subscribers.entries()) {
      await space.create("Subscription", `s${index}`, {
        channel: space.ref("Channel", "c").ref,
        subscriber: space.to(path),
      });
    }
    const send = async ({ headers, body = "" }: Message, method = "POST", path = "channels/c") => {
      const init = { method, headers, ...(body === "" ? {} : { body: new TextEncoder().encode(body) }) };
      const answer = await fetch(`${router.url}/${name}/${path}`, init);
      await answer.body?.cancel();
      return answer.status;
    };
    return { space, send };
  }

  test.each(["0.3", "1.0"] as const)(
    "[CHD-1] DataPlaneChannel, TestChannelDataPlaneSuccess: events of version %s, least and full, binary and structured, come out as they went in",
    async (specversion) => {
      const { space, send } = await channel(`version-${specversion.replace(".", "-")}`, ["sink"]);
      const least = { specversion, type: "t", source: "/s" };
      const full = {
        ...least,
        subject: "topic",
        time: "2020-03-21T12:34:56.78Z",
        [SCHEMAS[specversion]]: "http://example.com/schema",
        exint: "42",
        exstring: "any text",
      };
      const data = '{"hello":"world"}';
      expect([
        await send({ headers: binaryHeaders({ ...least, id: "binary-least" }) }),
        await send({ headers: STRUCTURED, body: JSON.stringify({ ...least, id: "structured-least" }) }),
        await send({
          headers: { ...binaryHeaders({ ...full, id: "binary-full" }), "content-type": "application/json" },
          body: data,
        }),
        await send({
          headers: STRUCTURED,
          body: JSON.stringify({
            ...full,
            id: "structured-full",
            datacontenttype: "application/json",
            data: JSON.parse(data),
          }),
        }),
      ]).toEqual([202, 202, 202, 202]);
      await space.arrived("sink", 4);
      const bare = { contentType: undefined, body: "" };
      const json = { contentType: "application/json", body: data };
      expect(byId(space.sink.requestsTo("/sink"))).toEqual({
        "binary-least": { ...bare, attributes: { ...least, id: "binary-least" } },
        "structured-least": { ...bare, attributes: { ...least, id: "structured-least" } },
        "binary-full": { ...json, attributes: { ...full, id: "binary-full" } },
        "structured-full": { ...json, attributes: { ...full, id: "structured-full" } },
      });
    },
  );

  test("[CHD-2] DataPlaneChannel: data of any content type is not touched", async () => {
    const { space, send } = await channel("content-types", ["sink"]);
    const types = ["application/vnd.apache.thrift.binary", "application/xml", "application/json"];
    for (const type of types) {
      const headers = { ...REQUIRED, "ce-id": type, "content-type": type };
      expect(await send({ headers, body: `not ${type} <at> "all"` })).toBe(202);
    }
    await space.arrived("sink", types.length);
    const seen = space.sink.requestsTo("/sink").map(({ headers, body }) => [headers["content-type"], body]);
    expect(seen.toSorted()).toEqual(types.map((type) => [type, `not ${type} <at> "all"`]).toSorted());
  });

  test("[CHD-3] DataPlaneChannel, TestChannelDataPlaneFailure: what is no event is answered with 400 and is not in the log", async () => {
    const { space, send } = await channel("refusals", []);
    const refused: Record<string, Message> = {
      "version 10.0": { headers: { ...REQUIRED, "ce-specversion": "10.0" } },
      "no event at all": { headers: { "content-type": "application/json" }, body: "{}" },
      "broken JSON": { headers: STRUCTURED, body: '{"specversion":"1.0",' },
      "structured without an id": { headers: STRUCTURED, body: '{"specversion":"1.0","type":"t","source":"/s"}' },
    };
    for (const name of Object.keys(REQUIRED)) {
      const others = Object.entries(REQUIRED).filter(([each]) => each !== name);
      refused[`without ${name}`] = { headers: Object.fromEntries(others) };
      refused[`with an empty ${name}`] = { headers: { ...REQUIRED, [name]: "" } };
    }
    const statuses: Record<string, number> = {};
    for (const [name, message] of Object.entries(refused)) statuses[name] = await send(message);
    expect(statuses).toEqual(Object.fromEntries(Object.keys(refused).map((name) => [name, 400])));
    expect(await send({ headers: { ...REQUIRED, "ce-id": "taken" } })).toBe(202);
    expect(await space.idsInLog("channels/c")).toEqual(["taken"]);
  });

  test("[CHD-4] DataPlaneChannel: 405 for other methods, 404 for other channels, and nothing of them is in the log", async () => {
    const { space, send } = await channel("methods", []);
    const message = { headers: REQUIRED };
    const statuses: Record<string, number> = {};
    for (const method of ["GET", "HEAD", "PUT", "PATCH", "DELETE"]) statuses[method] = await send(message, method);
    expect(statuses).toEqual({ GET: 405, HEAD: 405, PUT: 405, PATCH: 405, DELETE: 405 });
    expect(await send(message, "POST", "channels/none")).toBe(404);
    expect(await send({ headers: { ...REQUIRED, "ce-id": "taken" } })).toBe(202);
    expect(await space.idsInLog("channels/c")).toEqual(["taken"]);
  });

  test("[CHD-5] DataPlaneChannel: every Subscription that is ready gets each event once, two with one destination too", async () => {
    const { space, send } = await channel("subscribers", ["a", "b", "both", "both"]);
    for (const id of ["1", "2"]) expect(await send({ headers: { ...REQUIRED, "ce-id": id }, body: id })).toBe(202);
    const delivered = { delivered: 2 };
    expect(await channelCounters(space, "channels/c", 8)).toEqual({
      s0: delivered,
      s1: delivered,
      s2: delivered,
      s3: delivered,
    });
    expect(["a", "b", "both"].map((path) => space.bodies(path).toSorted().join())).toEqual(["1,2", "1,2", "1,1,2,2"]);
  });

  test("[CHD-6] DataPlaneChannel, TestChannelForwardHeadersPrependedWithKnative: the trace of a request and Knative's own headers reach the subscriber, others do not", async () => {
    const { space, send } = await channel("headers", ["sink"]);
    const kept = { tracestate: "vendor=1", "knative-hello": "world", "x-request-id": "r" };
    const parent = `00-${TRACE_ID}-b7ad6b7169203331-01`;
    expect(await send({ headers: { ...REQUIRED, ...kept, traceparent: parent, authorization: "Bearer x" } })).toBe(202);
    await space.arrived("sink", 1);
    const [request] = space.sink.requestsTo("/sink");
    expect(request?.headers).toMatchObject({
      ...kept,
      traceparent: expect.stringMatching(new RegExp(`^00-${TRACE_ID}-[0-9a-f]{16}-01$`)),
      "kn-namespace": "headers",
    });
    expect(request?.headers.authorization).toBeUndefined();
  });

  test("[CHD-7] TestChannelTracingWithReply: what a subscriber answers goes on in the trace of what it was asked", async () => {
    const { space, send } = await channel("replies", []);
    await space.create("Subscription", "s", {
      channel: space.ref("Channel", "c").ref,
      subscriber: space.appends("step", "-answered"),
      reply: space.to("reply"),
    });
    const traced = { traceparent: `00-${TRACE_ID}-b7ad6b7169203331-01`, tracestate: "vendor=1" };
    expect(await send({ headers: { ...REQUIRED, ...traced }, body: "data" })).toBe(202);
    expect(await space.arrived("reply", 1)).toEqual(["data-answered"]);
    expect(space.sink.requestsTo("/reply")[0]?.headers).toMatchObject({
      traceparent: expect.stringMatching(new RegExp(`^00-${TRACE_ID}-[0-9a-f]{16}-01$`)),
      tracestate: "vendor=1",
    });
  });

  test("[CHD-8] SingleEventWithEncoding(binary): the event is received as it was sent", async () => {
    const { space, send } = await channel("binary", ["sink"]);
    expect(await send({ headers: binaryHeaders({ specversion: "1.0", type: "myevent", source: "/s", id: "b" }) })).toBe(
      202,
    );
    await space.arrived("sink", 1);
    expect(byId(space.sink.requestsTo("/sink"))).toEqual({
      b: {
        contentType: undefined,
        body: "",
        attributes: { specversion: "1.0", type: "myevent", source: "/s", id: "b" },
      },
    });
  });

  test("[CHD-9] SingleEventWithEncoding(structured): the event is received as it was sent", async () => {
    const { space, send } = await channel("structured", ["sink"]);
    const event = { specversion: "1.0", type: "myevent", source: "http://sender.svc/", id: "s" };
    expect(await send({ headers: STRUCTURED, body: JSON.stringify(event) })).toBe(202);
    await space.arrived("sink", 1);
    expect(byId(space.sink.requestsTo("/sink"))).toEqual({
      s: { contentType: undefined, body: "", attributes: event },
    });
  });
});

function binaryHeaders(attributes: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value]));
}

/** What a subscriber saw of each event in binary mode, where a space in an attribute is written `%20`. */
function byId(requests: readonly ReceivedRequest[]) {
  return Object.fromEntries(
    requests.map(({ headers, body }) => {
      const ofEvent = Object.entries(headers).filter(([name]) => name.startsWith("ce-"));
      const attributes = Object.fromEntries(
        ofEvent.map(([name, value]) => [name.slice("ce-".length), decodeURIComponent(String(value))]),
      );
      return [headers["ce-id"], { contentType: headers["content-type"], body, attributes }];
    }),
  );
}
