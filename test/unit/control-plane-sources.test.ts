import { describe, expect, test } from "vitest";
import { KINDS } from "../../src/control-plane/registry.ts";
import { collectionOf } from "./control-plane-paths.ts";
import { manifestOf } from "./control-plane-samples.ts";
import { BROKERS, broker, conditions, World } from "./control-plane-world.ts";

const sink = { uri: "http://sink.test/x" };

/** Creates one of these in the namespace `default`, with the spec of its sample where none is given. */
async function create(kind: string, spec?: object, options: { world?: World; version?: string } = {}) {
  const { path, sample } = place(kind, options.version);
  const world = options.world ?? new World();
  const answer = await world.request("POST", path, spec === undefined ? sample : { ...sample, spec });
  return { world, path: `${path}/sample`, answer };
}

function place(name: string, version?: string) {
  const kind = KINDS.find((each) => each.kind === name);
  if (kind === undefined) throw new Error(`${name} is not served`);
  const [storage] = kind.versions;
  return {
    path: collectionOf(kind, version ?? storage, "default"),
    sample: manifestOf(kind, version ?? storage),
  };
}

async function refusal(kind: string, spec: object) {
  const { answer } = await create(kind, spec);
  return [answer.code, answer.body.message];
}

/** The answer to a merge patch of the sample's spec. */
async function patched(kind: string, spec: object) {
  const { world, path } = await create(kind);
  const { code, body } = await world.request("PATCH", path, { spec });
  return [code, body.message];
}

describe("[CP-SRC] sources and sinks", () => {
  test("[CP-SRC-1] a source that is not served yet says where its sink is", async () => {
    const world = new World();
    await world.request("POST", BROKERS, broker("b"));
    const ref = { apiVersion: "eventing.knative.dev/v1", kind: "Broker", name: "b" };
    const spec = { sink: { ref, CACerts: "pem", audience: "me" } };
    const { path } = await create("PingSource", spec, { world });
    await world.settle();
    const { status } = (await world.request("GET", path)).body;
    expect(status).toEqual({
      observedGeneration: 1,
      conditions: [
        {
          type: "Ready",
          status: "False",
          reason: "NotImplemented",
          message: expect.stringContaining("this source sends nothing"),
          lastTransitionTime: "2026-01-02T03:04:05Z",
        },
        { type: "SinkProvided", status: "True", lastTransitionTime: "2026-01-02T03:04:05Z" },
      ],
      sinkUri: "http://sluice.test/default/b",
      sinkCACerts: "pem",
      sinkAudience: "me",
    });
  });

  test("[CP-SRC-2] a sink that does not exist is not provided, until it does", async () => {
    const ref = { apiVersion: "eventing.knative.dev/v1", kind: "Broker", name: "later" };
    const { world, path } = await create("SinkBinding", {
      sink: { ref },
      subject: { apiVersion: "apps/v1", kind: "Deployment", name: "d" },
    });
    await world.settle();
    const before = (await world.request("GET", path)).body;
    expect(conditions(before)).toEqual({ Ready: "False NotImplemented", SinkProvided: "False NotFound" });
    expect(before.status.sinkUri).toBeUndefined();
    await world.request("POST", BROKERS, broker("later"));
    await world.settle();
    const after = (await world.request("GET", path)).body;
    expect(conditions(after)).toEqual({ Ready: "False NotImplemented", SinkProvided: "True" });
    expect(after.status.sinkUri).toBe("http://sluice.test/default/later");
  });

  test("[CP-SRC-3] a PingSource is one object in both of its versions", async () => {
    const { world } = await create("PingSource", { sink }, { version: "v1beta2" });
    const [old, current] = ["v1beta2", "v1"].map((version) => `${place("PingSource", version).path}/sample`);
    const answers = [await world.request("GET", old ?? ""), await world.request("GET", current ?? "")];
    expect(answers.map(({ body }) => [body.apiVersion, body.spec])).toEqual([
      ["sources.knative.dev/v1beta2", { sink, schedule: "* * * * *" }],
      ["sources.knative.dev/v1", { sink, schedule: "* * * * *" }],
    ]);
    expect((await world.request("PATCH", current ?? "", { spec: { schedule: "@daily" } })).code).toBe(200);
    expect((await world.request("GET", old ?? "")).body.spec).toEqual({ sink, schedule: "@daily" });
  });

  test.each([
    [{ contentType: "application/json", data: "null" }],
    [{ contentType: "application/json", dataBase64: btoa('{"a":1}') }],
    [{ dataBase64: "AAEC" }],
    [{ schedule: "30 0 12 * * MON-FRI", timezone: "America/New_York" }],
    [{ schedule: "" }],
  ])("[CP-SRC-4] a PingSource may say %j", async (spec) => {
    expect((await create("PingSource", { sink, ...spec })).answer.code).toBe(201);
  });

  test.each([
    [{ schedule: "60 * * * *" }, "invalid value: end of range (60) above maximum (59): 60: spec.schedule"],
    [
      { timezone: "Knative/Land" },
      "invalid value: provided bad location Knative/Land: unknown time zone Knative/Land: spec.timezone",
    ],
    [{ dataBase64: "!" }, "invalid value: illegal base64 data: spec.dataBase64"],
    [
      { contentType: "application/json", dataBase64: btoa("[1]") },
      "invalid value: contentType application/json takes a JSON object, not another value: spec.dataBase64",
    ],
    [{ sink: undefined }, "expected at least one, got none: spec.sink.ref, spec.sink.uri"],
  ])("[CP-SRC-5] a PingSource may not say %j", async (spec, message) => {
    expect(await refusal("PingSource", { sink, ...spec })).toEqual([400, `validation failed: ${message}`]);
  });

  test.each<[string, object, string]>([
    [
      "ApiServerSource",
      { sink, resources: [{ apiVersion: "a/b/c", kind: " " }], mode: "Test", owner: {} },
      [
        "invalid value: Test: spec.mode",
        "invalid value: a/b/c: spec.resources[0].apiVersion",
        "missing field(s): spec.owner.kind, spec.resources[0].kind",
      ].join("\n"),
    ],
    [
      "ContainerSource",
      { sink, template: { spec: { containers: ["c"] } } },
      "missing field(s): spec.containers[0].image, spec.containers[0].name",
    ],
    [
      "SinkBinding",
      { sink, subject: { apiVersion: "apps//v1", kind: "a-b", name: "B", namespace: "other" } },
      [
        "invalid value: B: spec.subject.name",
        "invalid value: a-b: spec.subject.kind",
        "invalid value: apps//v1: spec.subject.apiVersion",
        "invalid value: other: spec.subject.namespace",
      ].join("\n"),
    ],
    [
      "SinkBinding",
      {
        sink,
        subject: { apiVersion: "v1", kind: "Pod", selector: { matchExpressions: [{ key: "a", operator: "Is" }] } },
      },
      'invalid value: "Is" is not a valid label selector operator: spec.subject.selector',
    ],
    ["IntegrationSource", { sink }, "at least one source type must be specified: spec.spec"],
    ["IntegrationSource", { sink, timer: {}, aws: { sqs: {} } }, "only one source type can be set: spec.spec"],
    [
      "IntegrationSource",
      { sink, aws: { ddbStreams: {} } },
      "missing field(s): spec.aws.auth.secret.ref.name, spec.aws.ddbStreams.region, spec.aws.ddbStreams.table",
    ],
    [
      "IntegrationSink",
      { aws: { sns: { arn: "a" }, auth: { serviceAccountName: "s" } } },
      "missing field(s): spec.aws.sns.region",
    ],
    ["JobSink", { job: { spec: { template: {} } } }, "missing field(s): spec.job.spec.template.spec.containers"],
    [
      "KafkaSource",
      { bootstrapServers: [], topics: [], initialOffset: "middle", ordering: "random" },
      [
        "invalid value: middle: spec.initialOffset",
        "invalid value: random: spec.ordering",
        "missing field(s): spec.bootstrapServers, spec.topics",
      ].join("\n"),
    ],
    [
      "KafkaChannel",
      { numPartitions: -1, replicationFactor: -2, retentionDuration: "7 days" },
      [
        "invalid value: -1: spec.numPartitions",
        "invalid value: -2: spec.replicationFactor",
        "invalid value: 7 days: spec.retentionDuration",
      ].join("\n"),
    ],
    [
      "RabbitmqSource",
      { sink, rabbitmqClusterReference: {}, rabbitmqResourcesConfig: { parallelism: 1001 } },
      [
        "Name of exchange must be provided when spec.predeclared is false: spec.rabbitmqResourcesConfig.exchangeName",
        "expected 1 <= 1001 <= 1000: spec.rabbitmqResourcesConfig.parallelism",
        "missing field(s): spec.rabbitmqClusterReference.name",
      ].join("\n"),
    ],
    [
      "RabbitmqSource",
      { sink, rabbitmqClusterReference: { name: "r", connectionSecret: {} } },
      [
        "missing field(s): spec.rabbitmqResourcesConfig",
        "must not set the field(s): spec.rabbitmqClusterReference.connectionSecret",
      ].join("\n"),
    ],
  ])("[CP-SRC-6] a %s may not say %j", async (kind, spec, message) => {
    expect(await refusal(kind, spec)).toEqual([400, `validation failed: ${message}`]);
  });

  test.each<[string, object]>([
    ["ContainerSource", { sink: {}, template: { spec: { containers: [{ image: "i" }] } } }],
    ["SinkBinding", { subject: {} }],
    ["KafkaSource", { bootstrapServers: ["k"], topics: ["t"], sink: {} }],
  ])("[CP-SRC-7] a %s whose sink is empty is refused", async (kind, spec) => {
    const [code, message] = await refusal(kind, spec);
    expect([code, String(message).includes("expected at least one, got none: spec.sink.ref, spec.sink.uri")]).toEqual([
      400,
      true,
    ]);
  });

  test.each<[string, object, object]>([
    [
      "ApiServerSource",
      { sink, resources: [{ kind: "Pod", apiVersion: "v1" }] },
      { mode: "Reference", serviceAccountName: "default" },
    ],
    [
      "ContainerSource",
      { sink, template: { spec: { containers: [{ image: "i" }, { image: "j", name: "own" }] } } },
      {
        template: {
          spec: {
            containers: [
              { image: "i", name: "sample-0" },
              { image: "j", name: "own" },
            ],
          },
        },
      },
    ],
    [
      "JobSink",
      {
        job: {
          spec: {
            template: {
              spec: {
                containers: [
                  { name: "a", image: "i" },
                  { name: "b", image: "i", env: [{ name: "K_EXECUTION_MODE", value: "own" }] },
                ],
                initContainers: [{ name: "c", image: "i", env: [{ name: "X" }] }],
              },
            },
          },
        },
      },
      {
        job: {
          spec: {
            template: {
              spec: {
                containers: [
                  { name: "a", image: "i", env: [{ name: "K_EXECUTION_MODE", value: "batch" }] },
                  { name: "b", image: "i", env: [{ name: "K_EXECUTION_MODE", value: "own" }] },
                ],
                initContainers: [
                  { name: "c", image: "i", env: [{ name: "X" }, { name: "K_EXECUTION_MODE", value: "batch" }] },
                ],
              },
            },
          },
        },
      },
    ],
    [
      "KafkaSource",
      { bootstrapServers: ["k"], topics: ["t"] },
      {
        consumerGroup: expect.stringMatching(/^knative-kafka-source-[0-9a-f-]{36}$/),
        consumers: 1,
        initialOffset: "latest",
        ordering: "ordered",
      },
    ],
    ["KafkaChannel", {}, { numPartitions: 1, replicationFactor: 1, retentionDuration: "PT168H" }],
    [
      "RabbitmqSource",
      { sink, rabbitmqClusterReference: { name: "r" }, rabbitmqResourcesConfig: { exchangeName: "e" } },
      {
        rabbitmqClusterReference: { name: "r", namespace: "default" },
      },
    ],
  ])("[CP-SRC-8] defaults of a %s that says %j", async (kind, spec, defaults) => {
    const { answer } = await create(kind, spec);
    expect([answer.code, answer.body.spec]).toEqual([201, { ...spec, ...defaults }]);
  });

  test.each<[string, object, string]>([
    ["KafkaSource", { consumerGroup: "mine" }, 'spec.consumerGroup\n\t-: "knative-kafka-source-'],
    ["KafkaChannel", { numPartitions: 4 }, "spec.numPartitions\n\t-: 3\n\t+: 4"],
    ["KafkaChannel", { retentionDuration: "P2D" }, 'spec.retentionDuration\n\t-: "P1D"\n\t+: "P2D"'],
    ["RabbitmqSource", { serviceAccountName: "s" }, "spec\n\t-: {"],
  ])("[CP-SRC-9] of a %s cannot be changed: %j", async (kind, change, details) => {
    const [code, message] = await patched(kind, change);
    const expected = `validation failed: Immutable fields changed (-old +new): ${details}`;
    expect([code, String(message).slice(0, expected.length)]).toEqual([400, expected]);
  });

  test.each<[string, object]>([
    ["KafkaSource", { topics: ["other"], consumers: 3 }],
    ["KafkaChannel", { delivery: { retry: 1 } }],
    ["PingSource", { schedule: "@hourly", sink: { uri: "http://other.test/" } }],
    ["SinkBinding", { subject: { kind: "StatefulSet" } }],
  ])("[CP-SRC-10] of a %s can be changed: %j", async (kind, change) => {
    expect((await patched(kind, change))[0]).toBe(200);
  });

  test.each([
    ["kafkasources", { topics: ["t"] }, "spec.bootstrapServers", "KafkaSource"],
    ["rabbitmqsources", { sink }, "spec.rabbitmqClusterReference", "RabbitmqSource"],
  ])("[CP-SRC-11] what the CRD of %s requires is Invalid when it is missing", async (_plural, spec, field, kind) => {
    const { answer } = await create(kind, spec);
    expect([answer.code, answer.body.details.causes]).toEqual([
      422,
      [{ reason: "FieldValueRequired", message: "Required value", field }],
    ]);
  });

  test("[CP-SRC-12] subscribers of a KafkaChannel come by Subscriptions alone", async () => {
    expect(await refusal("KafkaChannel", { subscribers: [{}] })).toEqual([
      400,
      "validation failed: missing field(s): spec.subscribable.subscriber[0].replyURI, spec.subscribable.subscriber[0].subscriberURI\nexpected at least one of, got none",
    ]);
    expect(await patched("KafkaChannel", { subscribers: [{ subscriberUri: "http://x.test/" }] })).toEqual([
      400,
      "validation failed: Channel.Spec.Subscribers changed by a user: a Subscription is the way to subscribe: spec.subscribers",
    ]);
  });

  test("[CP-SRC-13] names, versions and columns are Knative's", () => {
    const groups = ["sources.knative.dev", "sinks.knative.dev"];
    const kinds = KINDS.filter(({ group, kind }) => groups.includes(group) || kind === "KafkaChannel");
    const table = kinds.map(({ kind, versions, shortNames, categories, printerColumns }) => [
      kind,
      versions.join(" "),
      shortNames.join(" "),
      categories.join(" "),
      printerColumns.map(({ name }) => name).join(" "),
    ]);
    expect(table.sort(([a = ""], [b = ""]) => (a < b ? -1 : 1))).toEqual([
      ["ApiServerSource", "v1", "", "all knative sources", "Sink Age Ready Reason"],
      ["ContainerSource", "v1", "", "all knative sources", "Sink Age Ready Reason"],
      ["GitHubSource", "v1alpha1", "", "all knative eventing sources", "Ready Reason Sink Age"],
      ["IntegrationSink", "v1alpha1", "", "all knative eventing sink", "URL Age Ready Reason"],
      ["IntegrationSource", "v1alpha1", "", "all knative sources", "Sink Age Ready Reason"],
      ["JobSink", "v1alpha1", "", "all knative eventing sink", "URL Age Ready Reason"],
      ["KafkaChannel", "v1beta1 v1", "kc", "all knative messaging channel", "Ready Reason URL Age"],
      ["KafkaSource", "v1beta1 v1", "", "all knative eventing sources", "Topics BootstrapServers Ready Reason Age"],
      ["PingSource", "v1 v1beta2", "", "all knative sources", "Sink Schedule Age Ready Reason"],
      ["RabbitmqSource", "v1alpha1", "rmqsource", "all knative eventing sources importers", "Age"],
      ["SinkBinding", "v1", "", "all knative sources bindings", "Sink Age Ready Reason"],
    ]);
  });
});
