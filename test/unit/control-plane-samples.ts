/**
 * A small valid manifest of every kind that is served, and what becomes of it. A kind that is not in this table fails
 * `control-plane-kinds.test.ts`: whoever adds one says here whether it works, or that it does not.
 */
import type { ResourceKind } from "../../src/control-plane/kind.ts";
import { qualified } from "../../src/control-plane/resource-names.ts";
import type { JsonObject } from "../../src/control-plane/resources/json.ts";
import { apiVersionOf } from "../../src/control-plane/resources/versions.ts";

export type Sample = {
  /** The object without apiVersion, kind and metadata, in the storage version. */
  readonly content: JsonObject;
  /** Where other versions are written otherwise. */
  readonly otherVersions?: Readonly<Record<string, JsonObject>>;
} & (
  | { readonly outcome: "no-conditions" }
  /** Stays not ready, and says so. */
  | { readonly outcome: "not-implemented" }
  /** Becomes ready by real behaviour, once these manifests are there too. */
  | { readonly outcome: "ready"; readonly with: readonly JsonObject[] }
);

const uri = "http://sink.test/x";
const sink = { uri };
const broker = { apiVersion: "eventing.knative.dev/v1", kind: "Broker", metadata: { name: "b" } };
const brokerRef = { apiVersion: broker.apiVersion, kind: "Broker", name: "b" };
const channel = { apiVersion: "messaging.knative.dev/v1", kind: "Channel", metadata: { name: "c" } };
const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, stringData: { token: "x" } };
const template = { spec: { containers: [{ name: "c", image: "registry.test/c" }] } };

function notImplemented(spec: JsonObject): Sample {
  return { content: { spec }, outcome: "not-implemented" };
}

function ready(spec: JsonObject, others: readonly JsonObject[] = []): Sample {
  return { content: { spec }, outcome: "ready", with: others };
}

function withoutConditions(content: JsonObject): Sample {
  return { content, outcome: "no-conditions" };
}

/** By `plural.group`. */
export const SAMPLES: Readonly<Record<string, Sample>> = {
  namespaces: withoutConditions({}),
  secrets: withoutConditions({ type: "Opaque", stringData: { token: "x" } }),
  configmaps: withoutConditions({ data: { a: "1" } }),
  serviceaccounts: withoutConditions({}),
  services: withoutConditions({ spec: { type: "ExternalName", externalName: "sink.test" } }),
  events: withoutConditions({
    involvedObject: { apiVersion: "eventing.knative.dev/v1", kind: "Broker", name: "b", namespace: "default" },
    reason: "Tested",
    message: "for a test",
    type: "Normal",
  }),

  "brokers.eventing.knative.dev": {
    content: { spec: { delivery: { retry: 3, deadLetterSink: { ref: brokerRef } } } },
    outcome: "ready",
    with: [broker],
  },
  "triggers.eventing.knative.dev": {
    content: { spec: { broker: "b", filter: { attributes: { type: "a" } }, subscriber: sink } },
    outcome: "ready",
    with: [broker],
  },
  "eventtypes.eventing.knative.dev": {
    content: { spec: { type: "a", source: "/s", reference: brokerRef } },
    otherVersions: {
      v1beta3: {
        spec: {
          reference: brokerRef,
          attributes: ["type", "source", "specversion", "id"].map((name) => ({ name, required: true })),
        },
      },
    },
    outcome: "ready",
    with: [broker],
  },
  "eventpolicies.eventing.knative.dev": notImplemented({ from: [{ sub: "a*" }], to: [{ ref: brokerRef }] }),
  "eventtransforms.eventing.knative.dev": notImplemented({ jsonata: { expression: "$" } }),
  "requestreplies.eventing.knative.dev": notImplemented({ brokerRef }),

  "channels.messaging.knative.dev": ready({ delivery: { retry: 3 } }),
  "inmemorychannels.messaging.knative.dev": ready({ delivery: { retry: 3 } }),
  "kafkachannels.messaging.knative.dev": notImplemented({ numPartitions: 3, retentionDuration: "P1D" }),
  "subscriptions.messaging.knative.dev": ready(
    { channel: { apiVersion: channel.apiVersion, kind: "Channel", name: "c" }, subscriber: sink },
    [channel],
  ),
  "sequences.flows.knative.dev": ready({ steps: [{ uri }], reply: sink }),
  "parallels.flows.knative.dev": ready({ branches: [{ filter: sink, subscriber: sink }] }),

  "githubsources.sources.knative.dev": {
    content: {
      spec: {
        ownerAndRepository: "o/r",
        eventTypes: ["push"],
        secretToken: { secretKeyRef: { name: "s", key: "token" } },
        sink: { ref: brokerRef },
      },
    },
    outcome: "ready",
    with: [broker, secret],
  },
  "pingsources.sources.knative.dev": notImplemented({
    schedule: "*/5 * * * *",
    timezone: "Europe/Paris",
    contentType: "application/json",
    data: "{}",
    sink,
    ceOverrides: { extensions: { a: "1" } },
  }),
  "apiserversources.sources.knative.dev": notImplemented({
    resources: [{ apiVersion: "v1", kind: "Event", selector: { matchLabels: { a: "b" } } }],
    filters: [{ exact: { type: "a" } }],
    sink,
  }),
  "containersources.sources.knative.dev": notImplemented({ sink, template }),
  "sinkbindings.sources.knative.dev": notImplemented({
    sink,
    subject: {
      apiVersion: "apps/v1",
      kind: "Deployment",
      selector: { matchExpressions: [{ key: "a", operator: "In", values: ["b"] }] },
    },
  }),
  "integrationsources.sources.knative.dev": notImplemented({ sink, timer: { period: 1000, message: "hi" } }),
  "kafkasources.sources.knative.dev": notImplemented({
    bootstrapServers: ["kafka.test:9092"],
    topics: ["t"],
    net: { tls: { enable: true, cert: { secretKeyRef: { name: "s", key: "token" } } } },
    sink,
  }),
  "rabbitmqsources.sources.knative.dev": notImplemented({
    rabbitmqClusterReference: { name: "r" },
    rabbitmqResourcesConfig: { exchangeName: "e", parallelism: 10 },
    sink,
  }),

  "integrationsinks.sinks.knative.dev": notImplemented({
    aws: { s3: { arn: "a", region: "r" }, auth: { secret: { ref: { name: "s" } } } },
  }),
  "jobsinks.sinks.knative.dev": notImplemented({ job: { spec: { template } } }),
};

export function sampleOf(kind: ResourceKind): Sample {
  const sample = SAMPLES[qualified(kind)];
  if (sample === undefined) throw new Error(`no sample says what becomes of ${qualified(kind)}`);
  return sample;
}

/** The sample as it is sent to this version. */
export function manifestOf(kind: ResourceKind, version: string, name = "sample"): JsonObject {
  const { content, otherVersions } = sampleOf(kind);
  const members = otherVersions?.[version] ?? content;
  return { apiVersion: apiVersionOf(kind, version), kind: kind.kind, metadata: { name }, ...members };
}
