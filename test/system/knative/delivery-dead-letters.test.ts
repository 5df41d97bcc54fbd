/** What Knative's own tests expect of events that a channel's subscriber does not take, over real HTTP. */
import { beforeAll, describe, expect, test } from "vitest";
import { FlowNamespace } from "../flow-namespace.ts";
import { type Router, startRouter } from "../harness.ts";
import { closedUrl, type ReceivedRequest, type SinkAnswer } from "../sink.ts";
import { channelCounters } from "./channel-counters.ts";

const PLURALS = { Channel: "channels", InMemoryChannel: "inmemorychannels" } as const;

/** More than one line: what a header could not carry as it is. */
const ERROR_PAGE = [
  "<!doctype html>",
  "<html>",
  "<head><title>Error</title></head>",
  "<body><p>Quoth the server, 404!</p></body>",
  "</html>",
].join("\n");

interface Undeliverable {
  readonly kind: keyof typeof PLURALS;
  /** Of the Subscription. */
  readonly delivery?: (space: FlowNamespace) => Readonly<Record<string, unknown>>;
  readonly subscriber: SinkAnswer | { readonly uri: string };
}

describe.concurrent("[DLS] dead letters of channels", () => {
  let router: Router;
  beforeAll(async () => {
    router = await startRouter();
  });

  /** Sends one event through a channel whose dead letter sink is `/of-channel`; returns when its one delivery has ended. */
  async function sendUndeliverable(namespace: string, { kind, delivery, subscriber }: Undeliverable) {
    const space = await FlowNamespace.start(router, namespace);
    await space.create(kind, "c", { delivery: { deadLetterSink: space.to("of-channel") } });
    if ("status" in subscriber) space.sink.answer("/failer", () => subscriber);
    await space.create("Subscription", "s", {
      channel: space.ref(kind, "c").ref,
      subscriber: "status" in subscriber ? space.to("failer") : subscriber,
      ...(delivery === undefined ? {} : { delivery: delivery(space) }),
    });
    const path = `${PLURALS[kind]}/c`;
    await space.post(path, "1", "data", { type: "t", extension: "x" });
    expect(await channelCounters(space, path, 1)).toEqual({
      s: { failedAttempts: 1, deadLettered: 1 },
    });
    return space;
  }

  test("[DLS-1] DeadLetterSink: what a subscriber of an InMemoryChannel refuses goes there once, as it was", () =>
    expectDeadLetter("of-implementation", "InMemoryChannel"));

  test("[DLS-1] DeadLetterSinkGenericChannel: so does what a subscriber of a Channel refuses", () =>
    expectDeadLetter("of-generic-channel", "Channel"));

  async function expectDeadLetter(namespace: string, kind: Undeliverable["kind"]) {
    const space = await sendUndeliverable(namespace, { kind, subscriber: { status: 500 } });
    expect((await space.get(kind, "c")).status.deadLetterSinkUri).toBe(space.to("of-channel").uri);
    expect(space.sink.requestsTo("/of-channel").map(eventIn)).toEqual([
      { id: "1", type: "t", extension: "x", source: "/test", specversion: "1.0", data: "data" },
    ]);
  }

  test("[DLS-2] DeadLetterSink: that of a Subscription comes before that of its channel", async () => {
    const space = await sendUndeliverable("of-subscription", {
      kind: "Channel",
      subscriber: { status: 500 },
      delivery: (within) => ({ deadLetterSink: within.to("own") }),
    });
    expect([space.bodies("own"), space.bodies("of-channel")]).toEqual([["data"], []]);
  });

  test("[DLS-3] channelSubscriberUnreachable: the dead letter says who could not be reached", async () => {
    const uri = await closedUrl();
    const space = await sendUndeliverable("unreachable", { kind: "InMemoryChannel", subscriber: { uri } });
    expect(errorIn(space.sink.requestsTo("/of-channel"))).toEqual({
      dest: uri,
      code: "500",
      data: expect.stringMatching(/^no answer: /),
    });
  });

  test("[DLS-4] channelSubscriberReturnedErrorNoData: the dead letter says who refused the event, and with which status", async () => {
    const space = await sendUndeliverable("no-data", { kind: "InMemoryChannel", subscriber: { status: 422 } });
    expect(errorIn(space.sink.requestsTo("/of-channel"))).toEqual({
      dest: space.to("failer").uri,
      code: "422",
      data: "",
    });
  });

  test("[DLS-5] channelSubscriberReturnedErrorWithData: the dead letter has what was answered, in base64", async () => {
    const space = await sendUndeliverable("with-data", {
      kind: "InMemoryChannel",
      subscriber: { status: 422, headers: { "content-type": "text/html" }, body: ERROR_PAGE },
    });
    expect(errorIn(space.sink.requestsTo("/of-channel"))).toEqual({
      dest: space.to("failer").uri,
      code: "422",
      data: ERROR_PAGE,
    });
  });
});

function eventIn(request: ReceivedRequest) {
  const attributes = Object.entries(attributesOf(request)).filter(([name]) => !name.startsWith("knativeerror"));
  return { ...Object.fromEntries(attributes), data: request.body };
}

/** What the error extensions of the one request say. */
function errorIn(requests: readonly ReceivedRequest[]) {
  const [request, ...others] = requests;
  if (request === undefined || others.length > 0) throw new Error(`${requests.length} dead letters instead of one`);
  const { knativeerrordest, knativeerrorcode, knativeerrordata = "" } = attributesOf(request);
  return { dest: knativeerrordest, code: knativeerrorcode, data: Buffer.from(knativeerrordata, "base64").toString() };
}

function attributesOf({ headers }: ReceivedRequest): Readonly<Record<string, string>> {
  const ofEvent = Object.entries(headers).filter(([name]) => name.startsWith("ce-"));
  return Object.fromEntries(ofEvent.map(([name, value]) => [name.slice("ce-".length), String(value)]));
}
