import { describe, expect, test } from "vitest";
import { BROKERS, broker, conditions, KEY, SOURCES, TRIGGERS, trigger, World } from "./control-plane-world.ts";

const brokerRef = (name: string) => ({ ref: { apiVersion: "eventing.knative.dev/v1", kind: "Broker", name } });

/** What one Trigger becomes on its Broker's channel, and its status. */
async function compiled(spec: object, metadata: object = {}, brokerSpec: object = {}) {
  const world = new World();
  await world.request("POST", BROKERS, broker("b", brokerSpec));
  await world.request("POST", BROKERS, broker("other"));
  const created = await world.request("POST", TRIGGERS, trigger("t", spec, metadata));
  expect(created.code).toBe(201);
  await world.settle();
  const { body } = await world.request("GET", `${TRIGGERS}/t`);
  return { subscription: world.configured.get("default/broker/b")?.subscriptions[0], status: body.status, body };
}

const defaults = {
  retry: 10,
  backoffPolicy: "exponential",
  backoffDelayMs: 200,
  backoffMaxMs: 3_600_000,
  timeoutMs: 30_000,
  retryAfterMaxMs: 3_600_000,
  format: "binary",
};

describe("[CP-CMP] compiling", () => {
  test("[CP-CMP-1] a Broker and its Trigger", async () => {
    const world = new World();
    const { body } = await world.request("POST", BROKERS, broker("b"));
    const created = await world.request("POST", TRIGGERS, trigger("t", { filter: { attributes: { type: "a" } } }));
    await world.settle();
    expect(world.configured.get("default/broker/b")).toEqual({
      uid: body.metadata.uid,
      version: 1,
      hash: expect.stringMatching(/^[0-9a-f]{32}$/),
      ingress: { kind: "tokens", digests: [] },
      retentionMs: 86_400_000,
      parkedRetentionMs: 1_209_600_000,
      subscriptions: [
        {
          uid: created.body.metadata.uid,
          namespace: "default",
          name: "t",
          filter: { kind: "attributes", attributes: { type: "a" } },
          subscriber: { kind: "url", url: "http://sink.test/x" },
          reply: { kind: "channel-itself" },
          delivery: defaults,
          ordering: "unordered",
          breakerFailures: 20,
          startFrom: { kind: "latest" },
        },
      ],
    });
    const ready = await world.request("GET", `${BROKERS}/b`);
    expect(ready.body.status.address).toEqual({ name: "http", url: "http://sluice.test/default/b" });
    expect(ready.body.status.observedGeneration).toBe(1);
    expect(conditions(ready.body)).toEqual({
      Addressable: "True",
      DeadLetterSinkResolved: "True DeadLetterSinkNotConfigured",
      EventPoliciesReady: "True PoliciesNotEnforced",
      FilterReady: "True",
      IngressReady: "True",
      Ready: "True",
      TriggerChannelReady: "True",
    });
    const status = (await world.request("GET", `${TRIGGERS}/t`)).body.status;
    expect(status.subscriberUri).toBe("http://sink.test/x");
    expect(conditions({ status })).toEqual({
      BrokerReady: "True",
      DeadLetterSinkResolved: "True DeadLetterSinkNotConfigured",
      DependencyReady: "True",
      OIDCIdentityCreated: "True OIDCDisabled",
      Ready: "True",
      SubscriberResolved: "True",
      SubscriptionReady: "True",
    });
    expect(status.conditions.map((each: { type: string }) => each.type)).toEqual(
      Object.keys(conditions({ status })).sort(),
    );
  });

  test("[CP-CMP-2] annotations, Kafka's ordering among them", async () => {
    const { subscription } = await compiled(
      {},
      {
        annotations: {
          "kafka.eventing.knative.dev/delivery.order": "ordered",
          "sluice.dev/max-concurrency": "3",
          "sluice.dev/rate-limit": "90/m",
          "sluice.dev/breaker-failures": "5",
          "sluice.dev/start-from": "2026-01-01T00:00:00Z",
        },
      },
    );
    expect(subscription).toMatchObject({
      ordering: "ordered",
      maxConcurrency: 3,
      ratePerSecond: 1.5,
      breakerFailures: 5,
      startFrom: { kind: "time", timeMs: 1767225600000 },
    });
  });

  test.each([
    ["ordering", "sorted"],
    ["max-concurrency", "0"],
    ["rate-limit", "100"],
    ["rate-limit", "0/s"],
    ["breaker-failures", "-1"],
    ["start-from", "yesterday at noon"],
    ["start-from", "lastest"],
    ["start-from", "0-"],
    ["start-from", "2026-13-01T00:00:00Z"],
  ])("[CP-CMP-3] sluice.dev/%s: %s is refused, named", async (name, value) => {
    const world = new World();
    const metadata = { annotations: { [`sluice.dev/${name}`]: value } };
    const answer = await world.request("POST", TRIGGERS, trigger("t", {}, metadata));
    expect([answer.code, answer.body.message]).toEqual([
      400,
      expect.stringContaining(`invalid value: ${value}: metadata.annotations[sluice.dev/${name}]`),
    ]);
  });

  test("[CP-CMP-13] a position of a log is a place to start from", async () => {
    const { subscription } = await compiled({}, { annotations: { "sluice.dev/start-from": "0-2s" } });
    expect(subscription?.startFrom).toEqual({ kind: "position", position: "0-2s" });
  });

  test.each([
    ["PT9M", 540_000],
    ["P1D", 600_000],
  ])("[CP-CMP-14] a timeout of %s is %i ms: no courier could wait longer", async (timeout, timeoutMs) => {
    const { subscription, body } = await compiled({ delivery: { timeout } });
    expect([subscription?.delivery.timeoutMs, body.spec.delivery]).toEqual([timeoutMs, { timeout }]);
  });

  test("[CP-CMP-4] any delivery of a Trigger replaces the Broker's, but the dead letter sink falls back", async () => {
    const sink = { kind: "url", url: "http://dead.test/" };
    const inherited = {
      retry: 2,
      backoffPolicy: "linear",
      backoffDelay: "PT1S",
      deadLetterSink: { uri: "http://dead.test/" },
    };
    const own = { timeout: "PT5S", format: "json", backoffMax: "PT1M", retryAfterMax: "PT0S" };
    const all = await compiled({}, {}, { delivery: inherited });
    expect(all.subscription?.delivery).toEqual({
      ...defaults,
      retry: 2,
      backoffPolicy: "linear",
      backoffDelayMs: 1000,
      deadLetterSink: sink,
    });
    expect(all.status.deadLetterSinkUri).toBe("http://dead.test/");
    const some = await compiled({ delivery: own }, {}, { delivery: inherited });
    expect(some.subscription?.delivery).toEqual({
      retry: 0,
      backoffMaxMs: 60_000,
      timeoutMs: 5000,
      retryAfterMaxMs: 0,
      format: "json",
      deadLetterSink: sink,
    });
  });

  test("[CP-CMP-5] a ref to a Broker is its channel; a uri below it is an URL", async () => {
    const other = { kind: "channel", name: "default/broker/other", url: "http://sluice.test/default/other" };
    const plain = await compiled({ subscriber: brokerRef("other"), delivery: { deadLetterSink: brokerRef("other") } });
    expect([plain.subscription?.subscriber, plain.subscription?.delivery.deadLetterSink]).toEqual([other, other]);
    expect(plain.body.spec.subscriber.ref.namespace).toBe("default");
    const below = await compiled({ subscriber: { ...brokerRef("other"), uri: "/update" } });
    expect(below.subscription?.subscriber).toEqual({ kind: "url", url: "http://sluice.test/update" });
  });

  test.each([
    [brokerRef("missing"), 'failed to get object default/missing: brokers.eventing.knative.dev "missing" not found'],
    [
      { ref: { apiVersion: "v1", kind: "Service", name: "s" } },
      'failed to get object default/s: services "s" not found',
    ],
    [{ uri: "http://?no-host" }, 'URI is not absolute (both scheme and host should be non-empty): "http://?no-host"'],
  ])("[CP-CMP-6] a subscriber that leads nowhere pauses the Trigger and says why: %j", async (subscriber, why) => {
    const { subscription, status } = await compiled({ subscriber });
    expect(subscription?.paused).toBe(true);
    expect(status.subscriberUri).toBeUndefined();
    expect(conditions({ status })).toMatchObject({
      Ready: "False Unable to get the Subscriber's URI",
      SubscriberResolved: "False Unable to get the Subscriber's URI",
    });
    expect(JSON.stringify(status.conditions)).toContain(JSON.stringify(why).slice(1, -1));
  });

  test.each(["http://sink.test", "http://sink.test/", "http://sink.test/path?query", "bad://uri"])(
    "[CP-CMP-15] an absolute subscriber is Ready as it was written, and only its calls may fail: %s",
    async (uri) => {
      const { subscription, status } = await compiled({ subscriber: { uri } });
      expect([subscription?.subscriber, subscription?.paused]).toEqual([{ kind: "url", url: uri }, undefined]);
      expect(status.subscriberUri).toBe(uri);
      expect(conditions({ status }).SubscriberResolved).toBe("True");
    },
  );

  test("[CP-CMP-7] an unresolvable dead letter sink: not Ready, delivered all the same, nothing dropped", async () => {
    const { subscription, status } = await compiled({ delivery: { deadLetterSink: brokerRef("missing") } });
    expect([subscription?.paused, subscription?.delivery.deadLetterSink]).toEqual([undefined, undefined]);
    expect(conditions({ status }).Ready).toBe("False Unable to get the dead letter sink's URI");
  });

  test("[CP-CMP-8] filters go to the channel and win over filter; an empty list is none", async () => {
    const clause = { any: [{ prefix: { type: "a" } }, { not: { cesql: "n = 5" } }, {}] };
    const filtered = await compiled({
      filters: [{ exact: { type: "a" } }, clause],
      filter: { attributes: { type: "b" } },
    });
    expect(filtered.subscription?.filter).toEqual({
      kind: "filters",
      filters: [
        { kind: "exact", attributes: { type: "a" } },
        {
          kind: "any",
          filters: [
            { kind: "prefix", attributes: { type: "a" } },
            { kind: "not", filter: { kind: "cesql", expression: "n = 5" } },
            { kind: "blank" },
          ],
        },
      ],
    });
    expect([filtered.subscription?.paused, conditions(filtered).Ready]).toEqual([undefined, "True"]);
    const empty = await compiled({ filters: [], filter: { attributes: { type: "a" } } });
    expect(empty.subscription?.filter).toEqual({ kind: "attributes", attributes: { type: "a" } });
    expect((await compiled({ filters: [] })).subscription?.filter).toEqual({ kind: "everything" });
  });

  test("[CP-CMP-8] a filter that cannot be used: not Ready, paused, and told where and why", async () => {
    const { subscription, status } = await compiled({ filters: [{ all: [{ cesql: "TRUE OR MINE()" }] }] });
    expect(subscription?.paused).toBe(true);
    expect(conditions({ status }).Ready).toBe("False FilterInvalid");
    expect(JSON.stringify(status.conditions)).toContain(
      "spec.filters[0].all[0].cesql: there is no function MINE with 0 parameters, at character 9. Nothing is delivered meanwhile.",
    );
  });

  test("[CP-CMP-9] a Trigger before its Broker waits for it", async () => {
    const world = new World();
    await world.request("POST", TRIGGERS, trigger("t"));
    await world.settle();
    const before = (await world.request("GET", `${TRIGGERS}/t`)).body;
    expect(conditions(before)).toMatchObject({
      Ready: "False BrokerDoesNotExist",
      BrokerReady: "False BrokerDoesNotExist",
      SubscriptionReady: "Unknown SubscriptionNotConfigured",
    });
    world.nowMs += 5000;
    await world.request("POST", BROKERS, broker("b"));
    await world.settle();
    const after = (await world.request("GET", `${TRIGGERS}/t`)).body;
    expect(conditions(after).Ready).toBe("True");
    const times = new Map(
      after.status.conditions.map((each: { type: string; lastTransitionTime: string }) => [
        each.type,
        each.lastTransitionTime,
      ]),
    );
    expect([times.get("Ready"), times.get("SubscriberResolved")]).toEqual([
      "2026-01-02T03:04:10Z",
      "2026-01-02T03:04:05Z",
    ]);
  });

  test("[CP-CMP-10] a Broker in another namespace resolves when it appears there", async () => {
    const world = new World();
    await world.request("POST", "/api/v1/namespaces", {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "far" },
    });
    await world.request("POST", BROKERS, broker("b"));
    const ref = { ...brokerRef("x").ref, namespace: "far" };
    await world.request("POST", TRIGGERS, trigger("t", { subscriber: { ref } }));
    await world.settle();
    expect(world.configured.get("default/broker/b")?.subscriptions[0]?.paused).toBe(true);
    await world.request("POST", "/apis/eventing.knative.dev/v1/namespaces/far/brokers", broker("x"));
    await world.settle();
    const target = { kind: "channel", name: "far/broker/x", url: "http://sluice.test/far/x" };
    expect(world.configured.get("default/broker/b")?.subscriptions[0]?.subscriber).toEqual(target);
  });

  test("[CP-CMP-11] a Trigger by brokerRef; a ref to another kind is no Broker", async () => {
    const ref = { apiVersion: "eventing.knative.dev/v1", kind: "Broker", name: "b" };
    const referring = await compiled({ broker: undefined, brokerRef: ref });
    expect([referring.subscription?.name, conditions(referring).Ready]).toEqual(["t", "True"]);
    const wrong = await compiled({ broker: undefined, brokerRef: { ...ref, kind: "Channel" } });
    expect([wrong.subscription, conditions(wrong).Ready]).toEqual([undefined, "False BrokerDoesNotExist"]);
  });

  test("[CP-CMP-12] every status that is written fits its schema: the next strict write passes and keeps it", async () => {
    const world = new World({ encryptionKey: KEY });
    const uri = { uri: "http://sink.test/" };
    const sourceSpec = { ownerAndRepository: "o/r", eventTypes: ["push"], sink: uri };
    const source = {
      apiVersion: "sources.knative.dev/v1alpha1",
      kind: "GitHubSource",
      metadata: { name: "g" },
      spec: sourceSpec,
    };
    await world.request("POST", BROKERS, broker("b", { delivery: { deadLetterSink: uri } }));
    await world.request("POST", TRIGGERS, trigger("t", { delivery: { deadLetterSink: uri } }));
    await world.request("POST", SOURCES, source);
    await world.settle();
    for (const path of [`${BROKERS}/b`, `${TRIGGERS}/t`, `${SOURCES}/g`]) {
      const { status } = (await world.request("GET", path)).body;
      expect(status.observedGeneration).toBe(1);
      const patched = await world.request("PATCH", path, { metadata: { labels: { a: "b" } } });
      expect([patched.code, patched.body.status]).toEqual([200, status]);
    }
    const { status } = (await world.request("GET", `${SOURCES}/g`)).body;
    expect(conditions({ status })).toMatchObject({
      SecretsProvided: "False SecretNotFound",
      SinkProvided: "True",
    });
  });
});
