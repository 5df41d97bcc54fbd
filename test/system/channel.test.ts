/** What Knative's own tests expect of Channels and Subscriptions, over real HTTP. */
import { beforeAll, describe, expect, test } from "vitest";
import { answeredWith, FlowNamespace } from "./flow-namespace.ts";
import { type Router, startRouter } from "./harness.ts";
import { channelCounters } from "./knative/channel-counters.ts";
import { closedUrl } from "./sink.ts";

const channel = (name: string) => ({ apiVersion: "messaging.knative.dev/v1", kind: "Channel", name });
const quickly = { retry: 3, backoffPolicy: "linear", backoffDelay: "PT0.05S" };

describe.concurrent("[MSG] channels", () => {
  let router: Router;
  beforeAll(async () => {
    router = await startRouter();
  });

  test("[MSG-1] every subscriber of a channel gets each event as it was posted", async () => {
    const space = await FlowNamespace.start(router, "single");
    await space.create("Channel", "c");
    for (const name of ["a", "b"]) {
      await space.create("Subscription", name, { channel: channel("c"), subscriber: space.to(name) });
    }
    await space.post("channels/c", "1", "data", { type: "t", subject: "s", extension: "x" });
    for (const name of ["a", "b"]) {
      expect(await space.arrived(name, 1)).toEqual(["data"]);
      expect(space.sink.requestsTo(`/${name}`)[0]?.headers).toMatchObject({
        "ce-id": "1",
        "ce-type": "t",
        "ce-subject": "s",
        "ce-extension": "x",
        "content-type": "text/plain",
      });
    }
  });

  test("[MSG-2] what a subscriber answers goes to the reply, another channel's subscriber gets it (EventTransformation)", async () => {
    const space = await FlowNamespace.start(router, "transformation");
    await space.create("Channel", "replies");
    await space.create("Channel", "c");
    await space.create("Subscription", "end", { channel: channel("replies"), subscriber: space.to("end") });
    await space.create("Subscription", "s", {
      channel: channel("c"),
      subscriber: space.appends("transform", "-transformed"),
      reply: space.ref("Channel", "replies"),
    });
    await space.post("channels/c", "1");
    expect(await space.arrived("end", 1)).toEqual(["hello-transformed"]);
  });

  test("[MSG-3] an event crosses a chain of channels, once (ChannelChain)", async () => {
    const space = await FlowNamespace.start(router, "chain");
    const names = ["c0", "c1", "c2", "c3", "c4"];
    for (const name of names) await space.create("InMemoryChannel", name);
    for (const [index, name] of names.entries()) {
      const next = names[index + 1];
      const subscriber = next === undefined ? space.to("end") : space.ref("InMemoryChannel", next);
      const from = { ...channel(name), kind: "InMemoryChannel" };
      await space.create("Subscription", name, { channel: from, subscriber });
    }
    for (const id of ["1", "2", "3"]) await space.post("inmemorychannels/c0", id, id);
    for (const name of names) {
      expect(await channelCounters(space, `inmemorychannels/${name}`, 3)).toEqual({ [name]: { delivered: 3 } });
    }
    expect(space.bodies("end").toSorted()).toEqual(["1", "2", "3"]);
  });

  test("[MSG-4] each subscription tries again by its own delivery, replies too (Delivery Spec 0, Delivery Spec 1)", async () => {
    const space = await FlowNamespace.start(router, "delivery");
    await space.create("Channel", "c");
    const failing = (path: string, times: number) => {
      let tries = 0;
      space.sink.answer(`/${path}`, (request) =>
        ++tries <= times ? { status: 503 } : answeredWith(request, request.body),
      );
      return space.to(path);
    };
    const deadLetterSink = space.to("dead");
    const subscribe = (name: string, spec: object, retry: number) =>
      space.create("Subscription", name, {
        channel: channel("c"),
        ...spec,
        delivery: { ...quickly, retry, deadLetterSink },
      });
    await subscribe("one", { subscriber: failing("one", 1) }, 1);
    await subscribe("two", { subscriber: failing("two", 1), reply: space.to("reply-two") }, 1);
    await subscribe("three", { subscriber: failing("three", 0), reply: failing("reply-three", 1) }, 2);
    await subscribe("four", { subscriber: failing("four", 0), reply: failing("reply-four", 9) }, 1);
    await space.post("channels/c", "1", "data");
    expect(await channelCounters(space, "channels/c", 4)).toEqual({
      one: { failedAttempts: 1, delivered: 1 },
      two: { failedAttempts: 1, delivered: 1, replies: 1 },
      three: { failedAttempts: 1, delivered: 1, replies: 1 },
      four: { failedAttempts: 2, deadLettered: 1 },
    });
    const paths = space.sink.requests.map(({ path, body }) => `${path} ${body}`).toSorted();
    expect(paths).toEqual([
      "/dead data",
      "/four data",
      ...Array(2).fill("/one data"),
      ...Array(2).fill("/reply-four data"),
      ...Array(2).fill("/reply-three data"),
      "/reply-two data",
      "/three data",
      ...Array(2).fill("/two data"),
    ]);
    expect(space.sink.requestsTo("/dead")[0]?.headers["ce-knativeerrordest"]).toBe(space.to("reply-four").uri);
  });

  test("[MSG-5] a channel is the dead letter sink of another, whose events say what went wrong (AsDeadLetterSink)", async () => {
    const space = await FlowNamespace.start(router, "dead-letters");
    const url = await closedUrl();
    await space.create("Channel", "dead");
    await space.create("Subscription", "dead", { channel: channel("dead"), subscriber: space.to("dead") });
    await space.create("Channel", "c", { delivery: { deadLetterSink: space.ref("Channel", "dead") } });
    await space.create("Subscription", "s", { channel: channel("c"), subscriber: { uri: url } });
    await space.post("channels/c", "1", "data");
    expect(await space.arrived("dead", 1)).toEqual(["data"]);
    expect(space.sink.requestsTo("/dead")[0]?.headers).toMatchObject({ "ce-id": "1", "ce-knativeerrordest": url });
  });

  test("[MSG-6] subscribers are told that a reply is welcome (ChannelPreferHeaderCheck)", async () => {
    const space = await FlowNamespace.start(router, "prefer");
    await space.create("Channel", "c");
    await space.create("Subscription", "s", {
      channel: channel("c"),
      subscriber: space.to("s"),
      reply: space.to("reply"),
    });
    await space.post("channels/c", "1");
    await space.arrived("s", 1);
    expect(space.sink.requestsTo("/s")[0]?.headers.prefer).toBe("reply");
  });
});
