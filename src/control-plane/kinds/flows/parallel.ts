/** A Parallel: branches that all get every event, each behind a filter that may drop it. */

import { compileParallel } from "../../compile/compile-flow.ts";
import { flowParts, parallelFlowOf } from "../../compile/flow-parts.ts";
import { AGE, READY_AND_REASON, type ResourceKind, URL_COLUMN } from "../../kind.ts";
import { PARALLELS } from "../../resource-names.ts";
import { isJsonObject, type Json, listAt, objectAt, valueAt, withMember } from "../../resources/json.ts";
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
import { validateDestination, withDefaultDestinations } from "../../validation/destination.ts";
import { type FieldError, missingFields } from "../../validation/field-error.ts";

export const parallelKind: ResourceKind = {
  ...PARALLELS,
  kind: "Parallel",
  versions: ["v1"],
  singular: "parallel",
  shortNames: [],
  categories: ["all", "knative", "flows"],
  namespaced: true,
  nameRule: "subdomain",
  hasStatus: true,
  schema: {
    description: "Gives every event to all of its branches.",
    ...objectSchema({
      spec: struct({
        branches: {
          ...listOf(
            struct({
              delivery: deliverySchema,
              filter: {
                ...destinationSchema,
                description: "A service: the event it answers goes on, no answer drops it.",
              },
              reply: { ...destinationSchema, description: "Where what the subscriber answers goes." },
              subscriber: destinationSchema,
            }),
          ),
          description: "Each gets every event.",
        },
        channelTemplate: channelTemplateSchema,
        reply: { ...destinationSchema, description: "For branches without a reply of their own." },
      }),
      status: struct({
        ...flowStatusMembers,
        ingressChannelStatus: flowChannelStatusSchema,
        branchStatuses: listOf(
          struct({
            filterChannelStatus: flowChannelStatusSchema,
            filterSubscriptionStatus: flowSubscriptionStatusSchema,
            subscriberSubscriptionStatus: flowSubscriptionStatusSchema,
          }),
        ),
      }),
    }),
  },
  printerColumns: [URL_COLUMN, AGE, ...READY_AND_REASON],
  applyDefaults(object) {
    const namespace = namespaceOf(object);
    const spec = withChannelTemplate(objectAt(object, "spec") ?? {});
    const replying = withDefaultDestinations(spec, ["reply"], namespace);
    const branches = listAt(spec, "branches").map((branch) =>
      isJsonObject(branch) ? withDefaultDestinations(branch, ["filter", "subscriber", "reply"], namespace) : branch,
    );
    return { ...object, spec: branches.length === 0 ? replying : withMember(replying, "branches", branches) };
  },
  validate(object) {
    const spec = objectAt(object, "spec");
    const reply = valueAt(spec, "reply");
    const branches = listAt(spec, "branches");
    return [
      ...(branches.length === 0 ? [missingFields("spec.branches")] : []),
      ...branches.flatMap((branch, index) => validateBranch(branch, `spec.branches[${index}]`)),
      ...validateFlowSize(object, "spec.branches", branches.length),
      ...validateChannelTemplate(spec),
      ...(reply === undefined ? [] : validateDestination(reply, "spec.reply")),
      ...validateFlowAnnotations(object),
    ];
  },
  parts: (parallel) => flowParts(parallel, parallelFlowOf(parallel)),
  compile: compileParallel,
};

/** Knative does not look at a branch's delivery; here a wrong one is refused before it could mislead. */
function validateBranch(branch: Json, path: string): readonly FieldError[] {
  const errors: FieldError[] = [...validateDestination(valueAt(branch, "subscriber"), `${path}.subscriber`)];
  for (const name of ["filter", "reply"]) {
    const destination = valueAt(branch, name);
    if (destination !== undefined) errors.push(...validateDestination(destination, `${path}.${name}`));
  }
  return [...errors, ...validateDelivery(objectAt(branch, "delivery"), `${path}.delivery`)];
}
