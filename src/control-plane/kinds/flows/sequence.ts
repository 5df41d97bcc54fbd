/** A Sequence: steps that an event passes one after the other, each with the answer of the one before. */

import { compileSequence } from "../../compile/compile-flow.ts";
import { flowParts, sequenceFlowOf } from "../../compile/flow-parts.ts";
import { AGE, READY_AND_REASON, type ResourceKind, URL_COLUMN } from "../../kind.ts";
import { SEQUENCES } from "../../resource-names.ts";
import { isJsonObject, type JsonObject, listAt, objectAt, valueAt, withMember } from "../../resources/json.ts";
import { namespaceOf } from "../../resources/metadata.ts";
import { validateFlowAnnotations } from "../../validation/annotations.ts";
import {
  channelTemplateSchema,
  flowChannelStatusSchema,
  flowStatusMembers,
  flowSubscriptionStatusSchema,
} from "../../validation/channels/channel-schemas.ts";
import { validateChannelTemplate, withChannelTemplate } from "../../validation/channels/channel-template.ts";
import { validateFlowSize } from "../../validation/channels/flow-size.ts";
import { deliverySchema, destinationSchema, listOf, objectSchema, struct } from "../../validation/common-schemas.ts";
import { validateDelivery } from "../../validation/delivery-spec.ts";
import { defaultDestination, validateDestination, withDefaultDestinations } from "../../validation/destination.ts";
import { type FieldError, missingFields } from "../../validation/field-error.ts";

export const sequenceKind: ResourceKind = {
  ...SEQUENCES,
  kind: "Sequence",
  versions: ["v1"],
  singular: "sequence",
  shortNames: [],
  categories: ["all", "knative", "flows"],
  namespaced: true,
  nameRule: "subdomain",
  hasStatus: true,
  schema: {
    description: "Takes an event through steps, each with the answer of the one before.",
    ...objectSchema({
      spec: struct({
        channelTemplate: channelTemplateSchema,
        reply: { ...destinationSchema, description: "Where what the last step answers goes; dropped if absent." },
        steps: {
          ...listOf(struct({ ...destinationSchema.properties, delivery: deliverySchema })),
          description: "Subscribers, each of which gets what the one before answers. No answer ends the flow.",
        },
      }),
      status: struct({
        ...flowStatusMembers,
        channelStatuses: listOf(flowChannelStatusSchema),
        subscriptionStatuses: listOf(flowSubscriptionStatusSchema),
      }),
    }),
  },
  printerColumns: [URL_COLUMN, AGE, ...READY_AND_REASON],
  applyDefaults(object) {
    const namespace = namespaceOf(object);
    const spec = withChannelTemplate(objectAt(object, "spec") ?? {});
    const replying = withDefaultDestinations(spec, ["reply"], namespace);
    const steps = listAt(spec, "steps").map((step) =>
      isJsonObject(step) ? defaultDestination(step, namespace) : step,
    );
    return { ...object, spec: steps.length === 0 ? replying : withMember(replying, "steps", steps) };
  },
  validate(object) {
    const spec = objectAt(object, "spec");
    const reply = valueAt(spec, "reply");
    return [
      ...validateSteps(spec),
      ...validateFlowSize(object, "spec.steps", listAt(spec, "steps").length),
      ...validateChannelTemplate(spec),
      ...(reply === undefined ? [] : validateDestination(reply, "spec.reply")),
      ...validateFlowAnnotations(object),
    ];
  },
  parts: (sequence) => flowParts(sequence, sequenceFlowOf(sequence)),
  compile: compileSequence,
};

function validateSteps(spec: JsonObject | undefined): readonly FieldError[] {
  const steps = listAt(spec, "steps");
  if (steps.length === 0) return [missingFields("spec.steps")];
  return steps.flatMap((step, index) => {
    const path = `spec.steps[${index}]`;
    return [...validateDestination(step, path), ...validateDelivery(objectAt(step, "delivery"), `${path}.delivery`)];
  });
}
