import { expect, test } from "vitest";
import { runCourier } from "../../src/courier/run-courier.ts";
import { CHANNEL, CourierWorld, route } from "./courier-loop-world.ts";

/** What Cloudflare allows one invocation. */
const ALLOWED = 10_000;

test.each([
  [6, "subscribers"],
  [256, "subscribers"],
  [6, "channels"],
])(
  "[CNT-1] a run with a window of %i that delivers to %s leaves before the platform refuses its requests",
  async (window, to) => {
    const world = new CourierWorld();
    world.settings = { ...world.settings, window };
    world.subscriber = () => ({ ms: 1, response: () => new Response(null, { status: 202 }) });
    const target = { kind: "channel", name: CHANNEL, url: "http://router.test/" } as const;
    world.channel.add(30_000, to === "channels" ? route({ target }) : route());
    await world.clock.run(runCourier(world.ports, CHANNEL, "shared"));
    const requests = world.requests.length + world.channel.calls.length + world.appends.length;
    expect(requests).toBeLessThanOrEqual(ALLOWED);
    expect(requests).toBeGreaterThan(ALLOWED * 0.85);
    // What was leased was also reported.
    const handedOver = world.appends.reduce((sum, { request }) => sum + request.calls.length, 0);
    expect(world.channel.outcomes.length).toBe(world.requests.length + handedOver);
  },
);

test("[CNT-2] an event that cannot be read fails its own delivery, and no other of its lease", async () => {
  const world = new CourierWorld();
  world.channel.add(3);
  const { lease } = world.channel;
  world.channel.lease = async (channel, request) => {
    const answer = await lease.call(world.channel, channel, request);
    const broken = answer.deliveries.findIndex(({ token }) => token.seq === 2);
    const place = answer.events[answer.deliveries[broken]?.event ?? -1];
    if (place !== undefined) answer.bytes.fill(0xff, place.start + 4, place.end);
    return answer;
  };
  await world.clock.run(runCourier(world.ports, CHANNEL, "shared"));
  const kinds = [1, 2, 3].map((seq) => world.channel.settled.get(seq)?.map(({ outcome }) => outcome.kind));
  expect(kinds).toEqual([["delivered"], ["failed"], ["delivered"]]);
});
