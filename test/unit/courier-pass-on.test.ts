import { describe, expect, test } from "vitest";
import type { Outcome, Target } from "../../src/core/channel-protocol.ts";
import { decodeEvent } from "../../src/core/event-codec.ts";
import { CourierWorld, channelName, type SentRequest, work } from "../kit/courier-world.ts";

const SUBSCRIBER = "http://subscriber.example/";
const REPLIES = "http://replies.example/";
const NEXT = channelName("default", "channel", "next");
const toUrl: Target = { kind: "url", url: REPLIES };
const toChannel: Target = { kind: "channel", name: NEXT, url: "http://sluice.example/next" };
const replyHeaders = {
  "ce-specversion": "1.0",
  "ce-id": "r",
  "ce-source": "/reply",
  "ce-type": "r",
  "content-type": "text/plain",
  "knative-note": "passes",
  "x-other": "does not",
};
const answer = () => new Response("thanks", { status: 200, headers: replyHeaders });

/** One delivery whose subscriber answers with a reply; `target` answers what comes to the reply's URL. */
async function passOn(
  replyTo: Target,
  target: (request: SentRequest) => Response | Promise<Response> = () => new Response(null, { status: 202 }),
  hops = 9,
): Promise<{ readonly world: CourierWorld; readonly outcome: Outcome }> {
  const world = new CourierWorld();
  world.subscriber = (request) => (request.url === SUBSCRIBER ? answer() : target(request));
  world.add(work(1, { head: { ...work(1).head, hops }, route: { replyTo, timeoutMs: 2_000 } }));
  await world.runToEnd();
  const [settlement, ...more] = world.settled;
  if (settlement === undefined || more.length > 0) throw new Error(`${world.settled.length} outcomes`);
  return { world, outcome: settlement.outcome };
}

const urls = (world: CourierWorld) => world.requests.map(({ url }) => url);
const passedOn = { kind: "delivered", status: 200, replied: true };

describe("a reply that is passed on", () => {
  test("[PAS-1] is posted as it came, with the headers that pass, and wants no reply itself", async () => {
    const { world, outcome } = await passOn(toUrl, () => answer());
    expect(outcome).toEqual(passedOn);
    expect(urls(world)).toEqual([SUBSCRIBER, REPLIES]);
    const { init, headers } = world.requests[1] ?? { init: {}, headers: new Headers() };
    expect(Object.fromEntries(headers)).toEqual({
      "ce-specversion": "1.0",
      "ce-id": "r",
      "ce-source": "/reply",
      "ce-type": "r",
      "content-type": "text/plain",
      "knative-note": "passes",
      "kn-namespace": "default",
    });
    expect(await new Response(init.body).text()).toBe("thanks");
  });

  test("[PAS-2] to a channel has the key of its delivery and one hop less", async () => {
    const { world, outcome } = await passOn(toChannel);
    expect([outcome, urls(world)]).toEqual([passedOn, [SUBSCRIBER]]);
    const [append, ...more] = world.appends;
    if (append === undefined || more.length > 0) throw new Error(`${world.appends.length} appends`);
    expect([append.target, append.request.calls.map(({ key }) => key)]).toEqual([
      NEXT,
      ["h:default/broker/source:s:1:1:reply"],
    ]);
    const { head, data } = decodeEvent(append.request.bytes);
    expect([head.attributes.id, head.hops, new TextDecoder().decode(data)]).toEqual(["r", 8, "thanks"]);
  });

  test("[PAS-3] without a hop left goes nowhere", async () => {
    const { world, outcome } = await passOn(toChannel, undefined, 1);
    expect(outcome).toEqual({ kind: "delivered", status: 200, hopsExhausted: true });
    expect(world.appends).toEqual([]);
  });

  test("[PAS-4] and is refused comes back with the reason, which is logged", async () => {
    const refusal = () => new Response("full", { status: 503, headers: { "retry-after": "7" } });
    const { world, outcome } = await passOn(toUrl, refusal);
    if (outcome.kind !== "delivered" || outcome.reply === undefined) throw new Error("no reply to keep");
    const { reply, ...rest } = outcome;
    const failure = { kind: "failed", status: 503, retryAfterMs: 7_000, errorData: btoa("full"), reason: "503" };
    expect(rest).toEqual({ kind: "delivered", status: 200, replyFailure: failure });
    expect(decodeEvent(reply).head).toMatchObject({ attributes: { id: "r" }, hops: 9 });
    expect(world.logs).toEqual([
      expect.objectContaining({ event: "delivery.failed", purpose: "reply", target: "replies.example", reason: "503" }),
    ]);
  });

  test("[PAS-5] has the timeout for itself, and its subscriber is not asked again when it is over", async () => {
    const { world, outcome } = await passOn(
      toUrl,
      ({ init }) =>
        new Promise((_, reject) => {
          init.signal?.addEventListener("abort", () => reject(new Error("aborted")));
        }),
    );
    expect(outcome).toMatchObject({ kind: "delivered", replyFailure: { reason: "no answer within 2000 ms" } });
    expect(urls(world)).toEqual([SUBSCRIBER, REPLIES]);
  });

  test("[PAS-6] is none where the answer is a failure, or no event", async () => {
    for (const response of [new Response(null, { status: 500, headers: replyHeaders }), new Response("text")]) {
      const world = new CourierWorld();
      world.subscriber = () => response;
      world.add(work(1, { route: { replyTo: toUrl } }));
      await world.runToEnd();
      expect(urls(world)).toEqual([SUBSCRIBER]);
    }
  });
});
