import { describe, expect, test } from "vitest";
import { compileNamespace } from "../../src/control-plane/compile/compile.ts";
import {
  BROKERS,
  broker,
  conditions,
  KEY,
  SECRETS,
  SOURCES,
  secret,
  TRIGGERS,
  trigger,
  World,
} from "./control-plane-world.ts";

const brokerRef = { apiVersion: "eventing.knative.dev/v1", kind: "Broker", name: "b" };
const sourceRef = { apiVersion: "sources.knative.dev/v1alpha1", kind: "GitHubSource", name: "gh" };

async function statusOf(world: World): Promise<Readonly<Record<string, string>>> {
  await world.settle();
  return conditions((await world.request("GET", `${TRIGGERS}/t`)).body);
}

function dependent(reference: object): object {
  return trigger("t", {}, { annotations: { "knative.dev/dependency": JSON.stringify(reference) } });
}

describe("[CP-TRG] what a Trigger says of its Broker", () => {
  test("[CP-TRG-1] a Trigger before its Broker becomes Ready with it, and not Ready without it", async () => {
    const world = new World();
    await world.request("POST", TRIGGERS, trigger("t"));
    expect(await statusOf(world)).toEqual({
      BrokerReady: "False BrokerDoesNotExist",
      DeadLetterSinkResolved: "True DeadLetterSinkNotConfigured",
      DependencyReady: "True",
      OIDCIdentityCreated: "True OIDCDisabled",
      Ready: "False BrokerDoesNotExist",
      SubscriberResolved: "True",
      SubscriptionReady: "Unknown SubscriptionNotConfigured",
    });
    await world.request("POST", BROKERS, broker("b"));
    expect(await statusOf(world)).toMatchObject({ Ready: "True", BrokerReady: "True", SubscriptionReady: "True" });
    await world.request("DELETE", `${BROKERS}/b`);
    expect(await statusOf(world)).toMatchObject({ Ready: "False BrokerDoesNotExist" });
  });

  test("[CP-TRG-2] what its Broker lacks, it says too", async () => {
    const world = new World();
    const deadLetterSink = { ref: { ...brokerRef, name: "missing" } };
    await world.request("POST", BROKERS, broker("b", { delivery: { deadLetterSink } }));
    // Its own dead letter sink is fine; the Broker's is not.
    const own = { delivery: { deadLetterSink: { uri: "http://dead.test/" } } };
    await world.request("POST", TRIGGERS, trigger("t", own));
    expect(await statusOf(world)).toMatchObject({
      Ready: "False Unable to get the dead letter sink's URI",
      BrokerReady: "False Unable to get the dead letter sink's URI",
      DeadLetterSinkResolved: "True",
      SubscriptionReady: "True",
    });
  });

  test("[CP-TRG-3] nobody knows while the channel cannot be reached", async () => {
    const world = new World();
    world.failure = "down";
    await world.request("POST", BROKERS, broker("b"));
    await world.request("POST", TRIGGERS, trigger("t"));
    world.nowMs += 20;
    world.alarmAtMs = undefined;
    await world.engine.alarm();
    expect(conditions((await world.request("GET", `${TRIGGERS}/t`)).body)).toMatchObject({
      Ready: "Unknown ChannelUnreachable",
      BrokerReady: "Unknown ChannelUnreachable",
      SubscriptionReady: "Unknown ChannelUnreachable",
    });
  });
});

describe("[CP-DEP] knative.dev/dependency", () => {
  const source = {
    ...{ apiVersion: sourceRef.apiVersion, kind: sourceRef.kind, metadata: { name: "gh" } },
    spec: {
      ownerAndRepository: "o/r",
      eventTypes: ["push"],
      secretToken: { secretKeyRef: { name: "s", key: "token" } },
      sink: { ref: brokerRef },
    },
  };

  test("[CP-DEP-1] the Trigger is as Ready as what it depends on, in the same pass", async () => {
    const world = new World({ encryptionKey: KEY });
    await world.request("POST", BROKERS, broker("b"));
    await world.request("POST", TRIGGERS, dependent(sourceRef));
    expect(await statusOf(world)).toMatchObject({
      Ready: "False DependencyDoesNotExist",
      DependencyReady: "False DependencyDoesNotExist",
    });
    await world.request("POST", SOURCES, source);
    expect(await statusOf(world)).toMatchObject({
      Ready: "False SecretNotFound",
      DependencyReady: "False SecretNotFound",
    });
    await world.request("POST", SECRETS, secret("s", { token: "x" }));
    expect(await statusOf(world)).toMatchObject({ Ready: "True", DependencyReady: "True" });
    // It only says so: events are delivered all the same.
    expect(world.configured.get("default/broker/b")?.subscriptions[0]?.paused).toBe(undefined);
  });

  test.each([
    ["has no conditions", { apiVersion: "v1", kind: "Secret", name: "s" }, "Unknown DependencyNotConfigured"],
    ["is of no kind that is served", { apiVersion: "v1", kind: "Pod", name: "s" }, "False DependencyDoesNotExist"],
    ["is the Trigger itself", { ...brokerRef, kind: "Trigger", name: "t" }, "Unknown DependencyNotConfigured"],
  ])("[CP-DEP-2] a dependency that %s", async (_name, reference, state) => {
    const world = new World({ encryptionKey: KEY });
    await world.request("POST", BROKERS, broker("b"));
    await world.request("POST", SECRETS, secret("s", {}));
    await world.request("POST", TRIGGERS, dependent(reference));
    expect(await statusOf(world)).toMatchObject({ Ready: state, DependencyReady: state });
  });

  test("[CP-DEP-3] a chain of any length is compiled", () => {
    const LENGTH = 5000;
    const manifests = Array.from({ length: LENGTH }, (_, index) => ({
      resource: "triggers.eventing.knative.dev",
      object: {
        metadata: {
          ...{ name: `t${index}`, namespace: "default", uid: `u${index}` },
          annotations: {
            "knative.dev/dependency": JSON.stringify({ ...brokerRef, kind: "Trigger", name: `t${index + 1}` }),
          },
        },
        spec: { broker: "b", subscriber: { uri: "http://sink.test/" } },
      },
    }));
    const { statuses } = compileNamespace({
      namespace: "default",
      manifests,
      publishers: [],
      refusedParts: [],
      publicUrl: "http://sluice.test",
      now: "2026-01-02T03:04:05Z",
      findElsewhere: () => undefined,
      hasBinding: () => false,
      acknowledged: () => ({ configuration: undefined, failure: undefined }),
    });
    expect(statuses.length).toBe(LENGTH);
  });

  test("[CP-DEP-4] two Triggers that wait for each other come to rest", async () => {
    const world = new World();
    await world.request("POST", BROKERS, broker("b"));
    const waiting = (name: string, other: string) =>
      trigger(
        name,
        {},
        {
          annotations: { "knative.dev/dependency": JSON.stringify({ ...brokerRef, kind: "Trigger", name: other }) },
        },
      );
    await world.request("POST", TRIGGERS, waiting("t", "u"));
    await world.request("POST", TRIGGERS, waiting("u", "t"));
    expect(await statusOf(world)).toMatchObject({ Ready: "Unknown DependencyNotConfigured" });
    const before = (await world.request("GET", TRIGGERS)).body;
    await world.engine.alarm();
    expect((await world.request("GET", TRIGGERS)).body).toEqual(before);
  });
});
