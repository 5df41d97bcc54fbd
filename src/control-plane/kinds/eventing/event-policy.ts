/** An EventPolicy: who may post events to what. It can be kept here and is not enforced yet. */
import { compileNotImplemented } from "../../compile/compile-not-implemented.ts";
import { READY_AND_REASON, type ResourceKind } from "../../kind.ts";
import { EVENT_POLICIES } from "../../resource-names.ts";
import { isJsonObject, type Json, listAt, objectAt, textAt, withMember } from "../../resources/json.ts";
import { namespaceOf } from "../../resources/metadata.ts";
import {
  filterSchema,
  listOf,
  objectSchema,
  statusMembers,
  struct,
  text,
  textMap,
} from "../../validation/common-schemas.ts";
import { defaultDestination, validateReference } from "../../validation/destination.ts";
import {
  expectedExactlyOneGotBoth,
  expectedExactlyOneGotNeither,
  type FieldError,
  invalidValue,
} from "../../validation/field-error.ts";
import { validateFilters } from "../../validation/trigger-filters.ts";

const selectorSchema = struct({
  apiVersion: text,
  kind: text,
  matchExpressions: listOf(struct({ key: text, operator: text, values: listOf(text) })),
  matchLabels: textMap,
});

export const eventPolicyKind: ResourceKind = {
  ...EVENT_POLICIES,
  kind: "EventPolicy",
  versions: ["v1alpha1"],
  singular: "eventpolicy",
  shortNames: [],
  categories: ["all", "knative", "eventing"],
  namespaced: true,
  nameRule: "subdomain",
  hasStatus: true,
  schema: {
    description: "Says who may send events to what. It is kept here and not enforced yet.",
    ...objectSchema({
      spec: struct({
        from: {
          ...listOf(
            struct({
              ref: struct({ apiVersion: text, kind: text, name: text, namespace: text }),
              sub: { ...text, description: "Name of a sender; one that ends in * means all that begin so." },
            }),
          ),
          description: "Who may send.",
        },
        to: {
          ...listOf(struct({ ref: struct({ apiVersion: text, kind: text, name: text }), selector: selectorSchema })),
          description: "What they may send to; everything in the namespace if absent.",
        },
        filters: { ...listOf(filterSchema), description: "Which events they may send; all if absent." },
      }),
      status: struct({ ...statusMembers, from: listOf(text) }),
    }),
  },
  printerColumns: [...READY_AND_REASON],
  applyDefaults(object) {
    const spec = objectAt(object, "spec");
    const from = listAt(spec, "from");
    if (spec === undefined || from.length === 0) return object;
    const namespace = namespaceOf(object);
    const senders = from.map((sender) => (isJsonObject(sender) ? defaultDestination(sender, namespace) : sender));
    return { ...object, spec: withMember(spec, "from", senders) };
  },
  validate(object) {
    const spec = objectAt(object, "spec");
    return [
      ...listAt(spec, "from").flatMap((sender, index) => validateSender(sender, `spec.from[${index}]`)),
      ...listAt(spec, "to").flatMap((target, index) => validateTarget(target, `spec.to[${index}]`)),
      ...validateFilters(listAt(spec, "filters"), "spec.filters"),
    ];
  },
  compile: compileNotImplemented(
    "EventPolicies are not enforced yet: what this one would refuse is accepted. Access tokens decide who may post.",
  ),
};

function validateSender(sender: Json, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const ref = objectAt(sender, "ref");
  const sub = textAt(sender, "sub");
  if (ref === undefined && (sub ?? "") === "") errors.push(expectedExactlyOneGotNeither(`${path}.ref`, `${path}.sub`));
  if (ref !== undefined && sub !== undefined) errors.push(expectedExactlyOneGotBoth(`${path}.ref`, `${path}.sub`));
  if (ref !== undefined) errors.push(...validateReference(ref, `${path}.ref`));
  if (sub?.slice(0, -1).includes("*")) {
    errors.push(invalidValue(sub, `${path}.sub`, "'*' is only allowed as suffix"));
  }
  return errors;
}

function validateTarget(target: Json, path: string): readonly FieldError[] {
  const ref = objectAt(target, "ref");
  const selector = objectAt(target, "selector");
  const paths = [`${path}.ref`, `${path}.selector`];
  if (ref === undefined) return selector === undefined ? [expectedExactlyOneGotNeither(...paths)] : [];
  const both = selector === undefined ? [] : [expectedExactlyOneGotBoth(...paths)];
  return [...both, ...validateReference(ref, `${path}.ref`)];
}
