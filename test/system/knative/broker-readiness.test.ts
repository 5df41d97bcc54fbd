/** What Knative's tests expect of a Broker's status and defaults, over real HTTP. */
import { beforeAll, describe, expect, test } from "vitest";
import { type Router, startRouter } from "../harness.ts";
import { BrokerSpace } from "./broker-space.ts";

const BROKER_CONDITIONS = [
  "Addressable",
  "DeadLetterSinkResolved",
  "EventPoliciesReady",
  "FilterReady",
  "IngressReady",
  "Ready",
  "TriggerChannelReady",
];
const CLASS = "eventing.knative.dev/broker.class";

describe.concurrent("[KB] the Broker's control plane", () => {
  let router: Router;
  beforeAll(async () => {
    router = await startRouter();
  });

  test("[KB-01] readyness.GoesReady: every condition of a Broker becomes True", async () => {
    const space = await BrokerSpace.start(router, "goes-ready");
    expect(await space.conditions("Broker", "b", "True")).toEqual(BROKER_CONDITIONS);
  });

  test("[KB-02] readyness.GoesReadyInDifferentNamespace: so it does when its configuration is elsewhere", async () => {
    const config = { apiVersion: "v1", kind: "ConfigMap", namespace: "elsewhere", name: "config" };
    const space = await BrokerSpace.start(router, "goes-ready-differently", { config });
    expect(await space.conditions("Broker", "b", "True")).toEqual(BROKER_CONDITIONS);
    expect((await space.flow.get("Broker", "b")).spec.config).toEqual(config);
  });

  test("[KB-03] readyness.TriggerGoesReady: every condition of a Trigger becomes True", async () => {
    const space = await BrokerSpace.start(router, "trigger-goes-ready");
    await space.trigger("t");
    expect(await space.conditions("Trigger", "t", "True")).toEqual([
      "BrokerReady",
      "DeadLetterSinkResolved",
      "DependencyReady",
      "OIDCIdentityCreated",
      "Ready",
      "SubscriberResolved",
      "SubscriptionReady",
    ]);
  });

  test("[KB-04] ControlPlaneBroker: a Ready Broker shows its address and its dead letter sink", async () => {
    const space = await BrokerSpace.withoutBroker(router, "broker");
    const deadLetterSink = space.flow.to("dead");
    await space.flow.create("Broker", "b", { delivery: { deadLetterSink } });
    const { status } = await space.flow.get("Broker", "b");
    expect([status.address.url, status.deadLetterSinkUri]).toEqual([`${space.url}/b`, deadLetterSink.uri]);
  });

  test("[KB-05] ControlPlaneBroker: neither its class nor its configuration can be changed", async () => {
    const space = await BrokerSpace.start(router, "immutable");
    const stored = await space.flow.get("Broker", "b");
    const { annotations } = stored.metadata;
    const otherClass = { ...stored.metadata, annotations: { ...annotations, [CLASS]: "Other" } };
    const otherConfig = { ...stored.spec, config: { ...stored.spec.config, name: "other" } };
    const answers = [
      await space.write("PUT", "Broker", { ...stored, metadata: otherClass }),
      await space.write("PUT", "Broker", { ...stored, spec: otherConfig }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([400, 400]);
    expect(answers.map(({ message }) => /Immutable \w+ changed/.exec(message)?.[0])).toEqual([
      "Immutable annotations changed",
      "Immutable fields changed",
    ]);
    const { metadata, spec } = await space.flow.get("Broker", "b");
    expect([metadata.annotations, spec]).toEqual([annotations, stored.spec]);
  });

  test("[KB-06] DefaultDeliverySpec: a Broker without a delivery gets ten retries with exponential back-off", async () => {
    const space = await BrokerSpace.start(router, "default-delivery");
    expect((await space.flow.get("Broker", "b")).spec.delivery).toEqual({
      retry: 10,
      backoffPolicy: "exponential",
      backoffDelay: "PT0.2S",
    });
  });

  test("[KB-07] DataPlaneAddressability: events are taken at the address in the status, by HTTP", async () => {
    const space = await BrokerSpace.start(router, "addressable");
    const { address, addresses } = (await space.flow.get("Broker", "b")).status;
    expect([address, addresses]).toEqual([{ name: "http", url: `${space.url}/b` }, [address]]);
    const headers = { "ce-specversion": "1.0", "ce-id": "1", "ce-source": "/test", "ce-type": "t" };
    const answer = await fetch(address.url, { method: "POST", headers });
    expect([answer.status, await answer.text()]).toEqual([202, ""]);
  });
});
