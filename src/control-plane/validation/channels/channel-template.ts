/** The kind of channel that a Channel or a flow is made of. Every kind is served the same way: durably. */
import { type JsonObject, objectAt } from "../../resources/json.ts";
import { validateDelivery } from "../delivery-spec.ts";
import type { FieldError } from "../field-error.ts";
import { missingMembers } from "../missing-members.ts";

const DEFAULT_TEMPLATE: JsonObject = { apiVersion: "messaging.knative.dev/v1", kind: "InMemoryChannel" };

/** The spec with Knative's default where it names no template. */
export function withChannelTemplate(spec: JsonObject): JsonObject {
  return objectAt(spec, "channelTemplate") === undefined ? { ...spec, channelTemplate: DEFAULT_TEMPLATE } : spec;
}

/** Of a defaulted spec. */
export function validateChannelTemplate(spec: JsonObject | undefined): readonly FieldError[] {
  return [
    ...missingMembers(objectAt(spec, "channelTemplate"), ["apiVersion", "kind"], "spec.channelTemplate"),
    ...validateDelivery(templateDelivery(spec), "spec.channelTemplate.spec.delivery"),
  ];
}

/** How Subscriptions without a delivery of their own deliver: all that a template says of a channel here. */
export function templateDelivery(spec: JsonObject | undefined): JsonObject | undefined {
  return objectAt(spec, "channelTemplate", "spec", "delivery");
}
