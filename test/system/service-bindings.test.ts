/** Miniflare: subscribers that are Workers, which the router reaches through a binding and never through the network. */
import { join } from "node:path";
import { Response } from "miniflare";
import { beforeAll, describe, expect, test } from "vitest";
import { apply } from "../kit/apply.ts";
import { FlowNamespace } from "./flow-namespace.ts";
import { type MiniflareRouter, program, startMiniflareRouter } from "./miniflare-router.ts";

const WORKER = "orders";

interface Received {
  readonly url: string;
  readonly id: string;
  readonly type: string;
  readonly body: string;
}

describe("[BND] bound Workers as subscribers", () => {
  let router: MiniflareRouter;
  /** What the router sent into the network: it is not answered there. */
  const outside: string[] = [];
  beforeAll(async () => {
    router = await startMiniflareRouter({
      wake: "direct",
      bindings: { ORDERS: { type: "worker", worker: WORKER } },
      workers: [{ config: program(WORKER, join(import.meta.dirname, "bound-worker.mjs")) }],
      dev: {
        outboundService: {
          type: "fetcher",
          handler: ({ method, url }) => {
            outside.push(`${method} ${url}`);
            return new Response(null, { status: 501 });
          },
        },
      },
    });
  });

  /** A namespace with a Service that stands for the bound Worker, a destination at a path of it, and what came there. */
  async function boundSpace(namespace: string) {
    const space = await FlowNamespace.start(router, namespace);
    const metadata = { name: "orders", namespace, annotations: { "sluice.dev/binding": "ORDERS" } };
    await apply(router, { apiVersion: "v1", kind: "Service", metadata });
    const address = `http://orders.${namespace}.svc.cluster.local`;
    return {
      space,
      address,
      at: (uri: string) => ({ ref: { apiVersion: "v1", kind: "Service", name: "orders" }, uri }),
      async received(count: number): Promise<readonly Received[]> {
        let all: readonly Received[] = [];
        await space.until(async () => {
          const events: readonly Received[] = JSON.parse(await router.ask(WORKER));
          all = events.filter(({ url }) => url.startsWith(address));
          return all.length >= count;
        }, `fewer than ${count} events came to the bound Worker of ${namespace}`);
        return all;
      },
    };
  }

  test("[BND-2] a Trigger leads events to a Worker, and what that answers comes back to the Broker", async () => {
    const { space, at, address, received } = await boundSpace("triggers");
    await space.create("Broker", "b");
    const trigger = (name: string, type: string) =>
      space.create("Trigger", name, { broker: "b", filter: { attributes: { type } }, subscriber: at(`/${name}`) });
    await trigger("placed", "order");
    await trigger("confirmed", "confirmation");
    expect((await space.get("Trigger", "placed")).status.subscriberUri).toBe(`${address}/placed`);
    await space.post("b", "1", "data", { type: "order" });
    expect(await received(2)).toEqual([
      { url: `${address}/placed`, id: "1", type: "order", body: "data" },
      { url: `${address}/confirmed`, id: "1", type: "confirmation", body: "confirmed" },
    ]);
    expect(outside.filter((request) => request.includes(address))).toEqual([]);
  });

  test("[BND-3] a Subscription's subscriber, reply and dead letter sink may be Workers; only what is none is outside", async () => {
    const { space, at, address, received } = await boundSpace("subscriptions");
    await space.create("Channel", "c");
    const channel = space.ref("Channel", "c").ref;
    await space.create("Subscription", "s", { channel, subscriber: at("/placed"), reply: at("/reply") });
    await space.create("Subscription", "outside", {
      channel,
      subscriber: { uri: "http://shop.test/orders" },
      delivery: { deadLetterSink: at("/dead") },
    });
    await space.post("channels/c", "1", "data", { type: "order" });
    const byUrl = (await received(3)).toSorted((a, b) => a.url.localeCompare(b.url));
    expect(byUrl).toEqual([
      { url: `${address}/dead`, id: "1", type: "order", body: "data" },
      { url: `${address}/placed`, id: "1", type: "order", body: "data" },
      { url: `${address}/reply`, id: "1", type: "confirmation", body: "confirmed" },
    ]);
    expect(outside).toEqual(["POST http://shop.test/orders"]);
  });
});
