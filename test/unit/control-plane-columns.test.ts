import { describe, expect, test } from "vitest";
import { KINDS, resourceOf } from "../../src/control-plane/registry.ts";
import { columnsIn } from "../../src/control-plane/resources/versions.ts";

const EVENTING = "eventing.knative.dev";
const MESSAGING = "messaging.knative.dev";
const FLOWS = "flows.knative.dev";

const AGE = "Age=.metadata.creationTimestamp";
const READY = 'Ready=.status.conditions[?(@.type=="Ready")].status';
const REASON = 'Reason=.status.conditions[?(@.type=="Ready")].reason';
const URL = "URL=.status.address.url";
const ADDRESSABLE = [URL, AGE, READY, REASON];
const DESCRIBED = [
  "Reference Name=.spec.reference.name",
  "Reference Kind=.spec.reference.kind",
  "Description=.spec.description",
  READY,
  REASON,
];

/** As in the CustomResourceDefinitions of Knative Eventing. */
const COLUMNS: readonly (readonly [string, string, string, readonly string[]])[] = [
  [EVENTING, "Broker", "v1", [...ADDRESSABLE, "Class=.metadata.annotations.eventing\\.knative\\.dev/broker\\.class"]],
  [EVENTING, "Trigger", "v1", ["Broker=.spec.broker", "Subscriber_URI=.status.subscriberUri", AGE, READY, REASON]],
  [EVENTING, "EventType", "v1beta2", ["Type=.spec.type", "Source=.spec.source", "Schema=.spec.schema", ...DESCRIBED]],
  [
    EVENTING,
    "EventType",
    "v1beta3",
    [
      "Type=.spec.attributes[?(@.name=='type')].value",
      "Source=.spec.attributes[?(@.name=='source')].value",
      ...DESCRIBED,
    ],
  ],
  [EVENTING, "EventPolicy", "v1alpha1", [READY, REASON]],
  [EVENTING, "EventTransform", "v1alpha1", [URL, "Sink=.status.sinkUri", READY, REASON]],
  [EVENTING, "RequestReply", "v1alpha1", [URL, READY, REASON]],
  [MESSAGING, "Channel", "v1", ADDRESSABLE],
  [MESSAGING, "InMemoryChannel", "v1", ADDRESSABLE],
  [MESSAGING, "Subscription", "v1", [AGE, READY, REASON]],
  [FLOWS, "Sequence", "v1", ADDRESSABLE],
  [FLOWS, "Parallel", "v1", ADDRESSABLE],
];

describe("[CP-COL] columns", () => {
  test.each(COLUMNS)("[CP-COL-1] %s %s %s has Knative's columns", (group, name, version, wanted) => {
    const kind = KINDS.find((each) => each === resourceOf(group, name));
    if (kind === undefined) throw new Error("not served");
    const columns = columnsIn(kind, version).map((column) =>
      "jsonPath" in column ? `${column.name}=${column.jsonPath}` : column.name,
    );
    expect(columns).toEqual(wanted);
  });
});
