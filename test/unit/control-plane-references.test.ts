import { describe, expect, test } from "vitest";
import { BROKERS, broker, conditions, TRIGGERS, trigger, World, type WorldOptions } from "./control-plane-world.ts";

const SERVICES = "/api/v1/namespaces/default/services";
const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";

function service(spec: object): object {
  return { apiVersion: "v1", kind: "Service", metadata: { name: "s" }, spec };
}

const external = { type: "ExternalName", externalName: "sink.test" };
const toService = { ref: { apiVersion: "v1", kind: "Service", name: "s" } };

/** A Broker, what else is there, and a Trigger that refers to it. */
async function subscribed(
  subscriber: object,
  others: readonly (readonly [string, object])[] = [],
  options: WorldOptions = {},
) {
  const world = new World(options);
  await world.request("POST", BROKERS, broker("b"));
  for (const [path, object] of others) expect((await world.request("POST", path, object)).code).toBe(201);
  expect((await world.request("POST", TRIGGERS, trigger("t", { subscriber }))).code).toBe(201);
  await world.settle();
  return { world, ...(await outcome(world)) };
}

async function outcome(world: World) {
  const { body } = await world.request("GET", `${TRIGGERS}/t`);
  const resolved = body.status.conditions.find(({ type }) => type === "SubscriberResolved");
  const target = world.configured.get("default/broker/b")?.subscriptions[0]?.subscriber;
  return { ready: conditions(body).Ready, message: resolved?.message, target, uri: body.status.subscriberUri };
}

describe("[CP-REF] references", () => {
  test.each([
    ["a Service of type ExternalName is its host", external, "http://sink.test/"],
    ["with the port it names", { ...external, ports: [{ port: 8080 }] }, "http://sink.test:8080/"],
    ["port 80 is http's own", { ...external, ports: [{ port: 80 }, { port: 81, name: "x" }] }, "http://sink.test/"],
  ])("[CP-REF-1] %s", async (_name, spec, url) => {
    const found = await subscribed(toService, [[SERVICES, service(spec)]]);
    expect([found.ready, found.uri, found.target]).toEqual(["True", url, { kind: "url", url }]);
  });

  test("[CP-REF-2] a uri beside the ref is resolved against the Service", async () => {
    const found = await subscribed({ ...toService, uri: "/in?x=1" }, [[SERVICES, service(external)]]);
    expect(found.uri).toBe("http://sink.test/in?x=1");
  });

  test.each([
    ["missing", toService, [], 'failed to get object default/s: services "s" not found'],
    [
      "in a cluster network",
      toService,
      [[SERVICES, service({ ports: [{ port: 80 }] })]],
      "Service default/s of type ClusterIP has no address: there is no cluster network here. Use type ExternalName, or a uri.",
    ],
    [
      "of a kind that is not served",
      { ref: { apiVersion: "serving.knative.dev/v1", kind: "Service", name: "s" } },
      [],
      'failed to get object default/s: no matches for kind "Service" in version "serving.knative.dev/v1": refer to a Broker, a Channel, a flow or a Service of type ExternalName, or give a uri',
    ],
    [
      "no place for events",
      { ref: { apiVersion: "v1", kind: "ConfigMap", name: "m" } },
      [[CONFIG_MAPS, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "m" } }]],
      "address not set for ConfigMap default/m: nothing can be sent to it",
    ],
  ] as const)(
    "[CP-REF-3] a subscriber that is %s is not resolved, and says why",
    async (_name, subscriber, others, why) => {
      const found = await subscribed(subscriber, others);
      expect([found.ready, found.uri, found.message]).toEqual([
        "False Unable to get the Subscriber's URI",
        undefined,
        why,
      ]);
    },
  );

  test("[CP-REF-5] a reference may name the address it means", async () => {
    const ref = { apiVersion: "eventing.knative.dev/v1", kind: "Broker", name: "b" };
    expect(await subscribed({ ref: { ...ref, address: "http" } })).toMatchObject({
      ready: "True",
      uri: "http://sluice.test/default/b",
    });
    expect(await subscribed({ ref: { ...ref, address: "https" } })).toMatchObject({
      ready: "False Unable to get the Subscriber's URI",
      message: 'address with name "https" not found for Broker.eventing.knative.dev default/b',
    });
  });

  test("[CP-REF-6] a Service that names a service binding is the Worker behind it, below a path too", async () => {
    const bound = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "s", annotations: { "sluice.dev/binding": "ORDERS" } },
    };
    const url = "http://s.default.svc.cluster.local/in";
    const found = await subscribed({ ...toService, uri: "/in" }, [[SERVICES, bound]], { bindings: ["ORDERS"] });
    expect([found.ready, found.uri, found.target]).toEqual(["True", url, { kind: "url", url, binding: "ORDERS" }]);
    const absent = await subscribed(toService, [[SERVICES, bound]]);
    expect([absent.ready, absent.message]).toEqual([
      "False Unable to get the Subscriber's URI",
      "Service default/s names the service binding ORDERS, which wrangler.toml does not declare",
    ]);
  });

  test("[CP-REF-7] a name that no binding can have is refused", async () => {
    const named = { ...service(external), metadata: { name: "s", annotations: { "sluice.dev/binding": "a b" } } };
    const answer = await new World().request("POST", SERVICES, named);
    expect([answer.code, answer.body.message]).toEqual([
      400,
      expect.stringContaining("invalid value: a b: metadata.annotations[sluice.dev/binding]"),
    ]);
  });

  test("[CP-REF-8] a reference by its group means whichever version is served", async () => {
    const ref = { group: "eventing.knative.dev", kind: "Broker", name: "b" };
    expect(await subscribed({ ref })).toMatchObject({ ready: "True", uri: "http://sluice.test/default/b" });
    expect(await subscribed({ ref: { ...ref, address: "https" } })).toMatchObject({
      message: 'address with name "https" not found for Broker.eventing.knative.dev default/b',
    });
  });

  test.each([
    ["of another group", "flows.knative.dev/v1"],
    ["without a group", "v1"],
  ])("[CP-REF-9] a reference by its group beside a version %s is refused", async (_name, apiVersion) => {
    const ref = { apiVersion, group: "eventing.knative.dev", kind: "Broker", name: "b" };
    const answer = await new World().request("POST", TRIGGERS, trigger("t", { subscriber: { ref } }));
    expect([answer.code, answer.body.message]).toEqual([
      400,
      expect.stringContaining(
        "both apiVersion and group are specified and they refer to different API groups: spec.subscriber.ref.apiVersion, spec.subscriber.ref.group\nOnly one of them must be specified",
      ),
    ]);
  });

  test("[CP-REF-10] a group does not stand for kind and name", async () => {
    const ref = { group: "eventing.knative.dev" };
    const answer = await new World().request("POST", TRIGGERS, trigger("t", { subscriber: { ref } }));
    expect([answer.code, answer.body.message]).toEqual([
      400,
      expect.stringContaining("missing field(s): spec.subscriber.ref.kind, spec.subscriber.ref.name"),
    ]);
  });

  test("[CP-REF-4] a Trigger follows its Service: when it comes, when it moves, when it goes", async () => {
    const { world } = await subscribed(toService);
    await world.request("POST", SERVICES, service(external));
    await world.settle();
    expect(await outcome(world)).toMatchObject({ ready: "True", uri: "http://sink.test/" });
    await world.request("PATCH", `${SERVICES}/s`, { spec: { externalName: "other.test" } });
    await world.settle();
    expect(await outcome(world)).toMatchObject({ ready: "True", target: { kind: "url", url: "http://other.test/" } });
    await world.request("DELETE", `${SERVICES}/s`);
    await world.settle();
    expect(await outcome(world)).toMatchObject({ ready: "False Unable to get the Subscriber's URI" });
    expect(world.configured.get("default/broker/b")?.subscriptions[0]?.paused).toBe(true);
  });
});
