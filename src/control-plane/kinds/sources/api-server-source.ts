/** An ApiServerSource: changes of Kubernetes objects as events. */
import { compileSourceNotImplemented } from "../../compile/compile-source-not-implemented.ts";
import { AGE, READY_AND_REASON, type ResourceKind, SINK } from "../../kind.ts";
import { type Json, listAt, objectAt, textAt, valueAt } from "../../resources/json.ts";
import { filterSchema, listOf, objectSchema, struct, text } from "../../validation/common-schemas.ts";
import { validateDestination } from "../../validation/destination.ts";
import { type FieldError, invalidValue, missingFields } from "../../validation/field-error.ts";
import {
  labelSelectorSchema,
  sourceSpecMembers,
  sourceStatusMembers,
} from "../../validation/sources/source-schemas.ts";
import { validateOverrides } from "../../validation/sources/source-spec.ts";
import { validateFilters } from "../../validation/trigger-filters.ts";

const MODES = ["Reference", "Resource"];
const DEFAULT_MODE = "Reference";
const DEFAULT_SERVICE_ACCOUNT = "default";

export const apiServerSourceKind: ResourceKind = {
  group: "sources.knative.dev",
  plural: "apiserversources",
  kind: "ApiServerSource",
  versions: ["v1"],
  singular: "apiserversource",
  shortNames: [],
  categories: ["all", "knative", "sources"],
  namespaced: true,
  nameRule: "subdomain",
  hasStatus: true,
  schema: {
    description: "Sends events of a cluster's API server. It does not send any yet: there is no cluster to watch.",
    ...objectSchema({
      spec: struct({
        ...sourceSpecMembers,
        mode: {
          type: "string",
          description: "Reference (default) sends a reference to the object, Resource all of it.",
        },
        owner: {
          description: "Of the objects only those that something of this kind owns.",
          ...struct({ apiVersion: text, kind: text }),
        },
        // Not `required` here: that it is missing is said in Knative's words.
        resources: {
          description: "The kinds of objects to watch, at least one; of each all, or those a selector finds.",
          ...listOf(struct({ apiVersion: text, kind: text, selector: labelSelectorSchema })),
        },
        serviceAccountName: { type: "string", description: "Whose rights the watch has; default if absent." },
        namespaceSelector: {
          ...labelSelectorSchema,
          description: "The namespaces to watch; the source's own if absent, all if empty.",
        },
        filters: { ...listOf(filterSchema), description: "Only events that pass all of them are sent." },
      }),
      status: struct({ ...sourceStatusMembers, namespaces: listOf(text) }),
    }),
  },
  printerColumns: [SINK, AGE, ...READY_AND_REASON],
  applyDefaults(object) {
    const spec = objectAt(object, "spec");
    const mode = valueAt(spec, "mode") || DEFAULT_MODE;
    const serviceAccountName = valueAt(spec, "serviceAccountName") || DEFAULT_SERVICE_ACCOUNT;
    return { ...object, spec: { ...spec, mode, serviceAccountName } };
  },
  validate(object) {
    const spec = objectAt(object, "spec");
    const mode = textAt(spec, "mode") ?? "";
    const resources = listAt(spec, "resources");
    const owner = objectAt(spec, "owner");
    const errors: FieldError[] = [
      ...validateDestination(valueAt(spec, "sink"), "spec.sink"),
      ...resources.flatMap((resource, index) => validateType(resource, `spec.resources[${index}]`)),
      ...(owner === undefined ? [] : validateType(owner, "spec.owner")),
      ...validateOverrides(spec),
      ...validateFilters(listAt(spec, "filters"), "spec.filters"),
    ];
    if (!MODES.includes(mode)) errors.push(invalidValue(mode, "spec.mode"));
    if (resources.length === 0) errors.push(missingFields("spec.resources"));
    return errors;
  },
  compile: compileSourceNotImplemented(
    "Clusters are not watched from here: this source sends nothing. Run Knative's ApiServerSource in the cluster that is to be watched, and give it this sink's URL.",
  ),
};

function validateType(type: Json, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const apiVersion = textAt(type, "apiVersion") ?? "";
  if (apiVersion.split("/").length > 2) errors.push(invalidValue(apiVersion, `${path}.apiVersion`));
  if ((textAt(type, "kind") ?? "").trim() === "") errors.push(missingFields(`${path}.kind`));
  return errors;
}
