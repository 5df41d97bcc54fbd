/** The kind of channel that a Channel or a flow is made of. Every kind is served the same way: durably. */
import { type JsonObject, objectAt, textAt } from "../../resources/json.ts";
import { validateDelivery } from "../delivery-spec.ts";
import { type FieldError, missingFields } from "../field-error.ts";

const DEFAULT_TEMPLATE: JsonObject = { apiVersion: "messaging.knative.dev/v1", kind: "InMemoryChannel" };

/** The spec with Knative's default where it names no template. */
export function withChannelTemplate(spec: JsonObject): JsonObject {
  return objectAt(spec, "channelTemplate") === undefined ? { ...spec, channelTemplate: DEFAULT_TEMPLATE } : spec;
}

/** Of a defaulted spec. */
export function validateChannelTemplate(spec: JsonObject | undefined): readonly FieldError[] {
  const template = objectAt(spec, "channelTemplate");
  const missing = ["apiVersion", "kind"].filter((name) => (textAt(template, name) ?? "") === "");
  return [
    ...(missing.length === 0 ? [] : [missingFields(...missing.map((name) => `spec.channelTemplate.${name}`))]),
    ...validateDelivery(templateDelivery(spec), "spec.channelTemplate.spec.delivery"),
  ];
}

/** How Subscriptions without a delivery of their own deliver: all that a template says of a channel here. */
export function templateDelivery(spec: JsonObject | undefined): JsonObject | undefined {
  return objectAt(spec, "channelTemplate", "spec", "delivery");
}
