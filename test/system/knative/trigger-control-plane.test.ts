/** What Knative's tests expect of a Trigger's status, validation and defaults, over real HTTP. */
import { beforeAll, describe, expect, test } from "vitest";
import { createGitHubSource, postPush } from "../github-source.ts";
import { type Router, startRouter } from "../harness.ts";
import { BrokerSpace } from "./broker-space.ts";

const TRIGGER = { apiVersion: "eventing.knative.dev/v1", kind: "Trigger" };

const VALID_ATTRIBUTES = {
  source: "a source",
  id: "an id",
  specversion: "1.0",
  type: "a type",
  subject: "a subject",
  time: "a time",
  datacontenttype: "a content type",
  dataschema: "a schema",
  aaa: "letters alone",
  c1d2e3: "letters and digits",
  abcdefghijklmnopqrst: "as long as names should be",
};

const INVALID_NAMES = [
  ...["SOURCE", "Source", "souRce", "s pace s", "s_pace_s", "s-pace-s", "123", "😊"],
  ...["!@#$%^&*()-_=_`~+\\", "{}[];':\"<>,./?"],
];

describe.concurrent("[KB] [KT] the Trigger's control plane", () => {
  let router: Router;
  beforeAll(async () => {
    router = await startRouter();
  });

  test("[KB-10] ControlPlaneTrigger_GivenBroker: a Trigger has a Ready condition and one Broker, for good", async () => {
    const space = await BrokerSpace.start(router, "given-broker");
    await space.flow.create("Broker", "other");
    await space.trigger("t");
    expect(await space.conditions("Trigger", "t", "True")).toContain("Ready");
    const stored = await space.flow.get("Trigger", "t");
    const broker = { apiVersion: "eventing.knative.dev/v1", kind: "Broker", name: "other" };
    const answers = [
      await space.write("PUT", "Trigger", { ...stored, spec: { ...stored.spec, broker: "other" } }),
      await space.write("PUT", "Trigger", { ...stored, spec: { ...stored.spec, brokerRef: broker } }),
      await space.write("POST", "Trigger", {
        ...stored,
        metadata: { name: "u" },
        spec: { ...stored.spec, broker: "" },
      }),
    ];
    expect(answers.map(({ status, message }) => [status, message.split("\n")[0]])).toEqual([
      [400, "validation failed: Immutable fields changed (-old +new): spec.broker"],
      [400, "validation failed: expected exactly one, got both: spec.broker, spec.brokerRef"],
      [400, "validation failed: missing field(s): spec.broker"],
    ]);
    expect((await space.flow.get("Trigger", "t")).spec).toEqual(stored.spec);
  });

  test("[KB-11] ControlPlaneTrigger_GivenBrokerTriggerReady: a Ready Trigger shows where its events go", async () => {
    const space = await BrokerSpace.start(router, "subscriber-uri");
    await space.trigger("t");
    expect((await space.flow.get("Trigger", "t")).status.subscriberUri).toBe(space.flow.to("t").uri);
  });

  test("[KB-12] ControlPlaneTrigger_WithBrokerLifecycle: a Trigger may come first, and is Ready once its Broker is", async () => {
    const space = await BrokerSpace.withoutBroker(router, "lifecycle");
    const spec = { broker: "b", subscriber: space.flow.to("t") };
    const created = await space.write("POST", "Trigger", { ...TRIGGER, metadata: { name: "t" }, spec });
    expect(created.status).toBe(201);
    await space.flow.until(
      async () => (await space.conditions("Trigger", "t", "False")).join() === "BrokerReady,Ready",
      "the Trigger does not say that its Broker is missing",
    );
    await space.flow.create("Broker", "b");
    await space.flow.until(
      async () => (await space.conditions("Trigger", "t", "True")).includes("Ready"),
      "the Trigger does not become Ready",
    );
    await space.post("1");
    expect(await space.received(1)).toEqual({ t: ["1"] });
  });

  test("[KB-13] ControlPlaneTrigger_WithValidFilters: attributes to filter on are kept as they were written", async () => {
    const space = await BrokerSpace.start(router, "valid-filters");
    await space.trigger("t", { filter: { attributes: VALID_ATTRIBUTES } });
    expect((await space.flow.get("Trigger", "t")).spec.filter).toEqual({ attributes: VALID_ATTRIBUTES });
  });

  test("[KB-14] ControlPlaneTrigger_WithInvalidFilters: what can be no attribute's name is refused", async () => {
    const space = await BrokerSpace.start(router, "invalid-filters");
    await space.trigger("t");
    const stored = await space.flow.get("Trigger", "t");
    const answers = await Promise.all(
      INVALID_NAMES.map((name) => {
        const spec = { ...stored.spec, filter: { attributes: { [name]: "value" } } };
        return space.write("PUT", "Trigger", { ...stored, spec });
      }),
    );
    expect(answers.map(({ status, message }) => [status, message.split("\n")[0]])).toEqual(
      INVALID_NAMES.map((name) => [
        400,
        `validation failed: invalid key name ${JSON.stringify(name)}: spec.filter.attributes[${name}]`,
      ]),
    );
    expect((await space.flow.get("Trigger", "t")).spec.filter).toEqual({});
  });

  test("[KT-01] Defaulting_Filter: a Trigger without a filter has an empty one", async () => {
    const space = await BrokerSpace.start(router, "defaulting-filter");
    await space.trigger("t");
    expect((await space.flow.get("Trigger", "t")).spec.filter).toEqual({});
  });

  test("[KT-02] Defaulting_SubscriberNamespace: a subscriber's reference is to the Trigger's own namespace", async () => {
    const space = await BrokerSpace.start(router, "defaulting-namespace");
    await space.flow.create("Channel", "c");
    await space.trigger("t", { subscriber: space.flow.ref("Channel", "c") });
    expect((await space.flow.get("Trigger", "t")).spec.subscriber.ref).toEqual({
      ...space.flow.ref("Channel", "c").ref,
      namespace: "defaulting-namespace",
    });
  });

  test("[KT-03] TriggerDependencyAnnotation: a Trigger is Ready once its source is, whose events then arrive", async () => {
    const space = await BrokerSpace.start(router, "dependency");
    const source = { apiVersion: "sources.knative.dev/v1alpha1", kind: "GitHubSource", name: "repo" };
    const annotations = { "knative.dev/dependency": JSON.stringify(source) };
    const spec = { broker: "b", subscriber: space.flow.to("t") };
    await space.write("POST", "Trigger", { ...TRIGGER, metadata: { name: "t", annotations }, spec });
    await space.flow.until(
      async () => (await space.conditions("Trigger", "t", "False")).join() === "DependencyReady,Ready",
      "the Trigger does not say that its source is missing",
    );
    const place = { router, namespace: "dependency" };
    await createGitHubSource(place, space.flow.ref("Broker", "b"));
    await space.flow.until(
      async () => (await space.conditions("Trigger", "t", "True")).includes("Ready"),
      "the Trigger does not become Ready",
    );
    const { body, status } = await postPush(place, "delivery");
    expect(status).toBe(202);
    expect(await space.received(1, "ce-type")).toEqual({ t: ["dev.knative.source.github.push"] });
    expect(space.flow.bodies("t")).toEqual([body]);
  });
});
