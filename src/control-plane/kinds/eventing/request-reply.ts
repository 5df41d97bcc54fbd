/** A RequestReply: answers a request with the event that comes back through a Broker for it. */
import { parseDuration } from "../../../core/duration.ts";
import { compileNotImplemented } from "../../compile/compile-not-implemented.ts";
import { READY_AND_REASON, type ResourceKind, URL_COLUMN } from "../../kind.ts";
import { REQUEST_REPLIES } from "../../resource-names.ts";
import { type JsonObject, objectAt, textAt } from "../../resources/json.ts";
import { namespaceOf, withMetadata } from "../../resources/metadata.ts";
import {
  addressStatusMembers,
  deliverySchema,
  int32,
  objectSchema,
  statusMembers,
  struct,
  text,
} from "../../validation/common-schemas.ts";
import { validateDelivery, withDefaultDelivery } from "../../validation/delivery-spec.ts";
import { validateReference } from "../../validation/destination.ts";
import { type FieldError, invalidValue } from "../../validation/field-error.ts";

const BROKER_LABEL = "eventing.knative.dev/broker";
/** Attributes that mean something else in every event. */
const CORE_ATTRIBUTES = ["id", "source", "specversion", "type"];

export const requestReplyKind: ResourceKind = {
  ...REQUEST_REPLIES,
  kind: "RequestReply",
  versions: ["v1alpha1"],
  singular: "requestreply",
  shortNames: ["rr"],
  categories: ["all", "knative", "eventing"],
  namespaced: true,
  nameRule: "subdomain",
  hasStatus: true,
  schema: {
    description: "Answers a request with the event that comes back through a Broker. It does not run yet.",
    ...objectSchema({
      spec: struct({
        brokerRef: {
          ...struct({ apiVersion: text, kind: text, name: text }),
          description: "The Broker of this namespace that requests go to and answers come from.",
        },
        correlationAttribute: { ...text, description: "Attribute that marks a request; correlationid if absent." },
        replyAttribute: { ...text, description: "Attribute in which the answer repeats the mark; replyid if absent." },
        timeout: { ...text, description: "Longest wait for an answer, ISO 8601; PT30S if absent." },
        delivery: deliverySchema,
      }),
      status: struct({ ...statusMembers, ...addressStatusMembers, desiredReplicas: int32, readyReplicas: int32 }),
    }),
  },
  printerColumns: [URL_COLUMN, ...READY_AND_REASON],
  applyDefaults(object) {
    const spec = objectAt(object, "spec") ?? {};
    const defaults = {
      correlationAttribute: textAt(spec, "correlationAttribute") || "correlationid",
      replyAttribute: textAt(spec, "replyAttribute") || "replyid",
      timeout: textAt(spec, "timeout") || "PT30S",
    };
    const defaulted = { ...object, spec: withDefaultDelivery({ ...spec, ...defaults }, namespaceOf(object)) };
    const broker = textAt(spec, "brokerRef", "name") ?? "";
    if (broker === "") return defaulted;
    return withMetadata(defaulted, { labels: { ...objectAt(object, "metadata", "labels"), [BROKER_LABEL]: broker } });
  },
  validate(object) {
    const spec = objectAt(object, "spec");
    const errors: FieldError[] = [...validateBroker(objectAt(spec, "brokerRef") ?? {})];
    for (const name of ["correlationAttribute", "replyAttribute"]) {
      const attribute = textAt(spec, name) ?? "";
      if (!CORE_ATTRIBUTES.includes(attribute)) continue;
      errors.push(invalidValue(attribute, `spec.${name}`, "every event has this attribute for another purpose"));
    }
    const timeout = textAt(spec, "timeout") ?? "";
    if ((parseDuration(timeout) ?? 0) === 0) {
      errors.push(invalidValue(timeout, "spec.timeout", "expected an ISO 8601 period above zero, such as PT30S"));
    }
    return [...errors, ...validateDelivery(objectAt(spec, "delivery"), "spec.delivery")];
  },
  compile: compileNotImplemented(
    "RequestReplies do not answer requests yet. Post to the Broker, and let a Trigger deliver the answering event to you.",
  ),
};

function validateBroker(reference: JsonObject): readonly FieldError[] {
  const errors = validateReference(reference, "spec.brokerRef");
  const kind = textAt(reference, "kind") ?? "";
  if (kind.toLowerCase() === "broker") return errors;
  return [...errors, invalidValue(kind, "spec.brokerRef.kind", "brokerRef kind must be Broker")];
}
