/** A ContainerSource: a container that makes events and posts them to the sink it is told. */
import { compileSourceNotImplemented } from "../../compile/compile-source-not-implemented.ts";
import { AGE, READY_AND_REASON, type ResourceKind, SINK } from "../../kind.ts";
import { listAt, objectAt, textAt, valueAt } from "../../resources/json.ts";
import { nameOf } from "../../resources/metadata.ts";
import { freeObject, objectSchema, struct } from "../../validation/common-schemas.ts";
import { validateDestination } from "../../validation/destination.ts";
import { mapContainers, validateContainers } from "../../validation/sources/pod-containers.ts";
import { sourceSpecMembers, sourceStatusMembers } from "../../validation/sources/source-schemas.ts";
import { validateOverrides } from "../../validation/sources/source-spec.ts";

export const containerSourceKind: ResourceKind = {
  group: "sources.knative.dev",
  plural: "containersources",
  kind: "ContainerSource",
  versions: ["v1"],
  singular: "containersource",
  shortNames: [],
  categories: ["all", "knative", "sources"],
  namespaced: true,
  nameRule: "subdomain",
  hasStatus: true,
  schema: {
    description: "Runs a container that sends events. It does not run one: there are no machines to run it on.",
    ...objectSchema({
      spec: struct({
        ...sourceSpecMembers,
        template: { ...freeObject, description: "The pod to run: metadata and spec, with at least one container." },
      }),
      status: struct(sourceStatusMembers),
    }),
  },
  printerColumns: [SINK, AGE, ...READY_AND_REASON],
  applyDefaults(object) {
    const spec = objectAt(object, "spec");
    const template = objectAt(spec, "template");
    if (template === undefined) return object;
    const named = mapContainers(template, "containers", (container, index) =>
      (textAt(container, "name") ?? "") === "" ? { ...container, name: `${nameOf(object)}-${index}` } : container,
    );
    return { ...object, spec: { ...spec, template: named } };
  },
  validate(object) {
    const spec = objectAt(object, "spec");
    return [
      ...validateDestination(valueAt(spec, "sink"), "spec.sink"),
      // Knative's own path has no `template.spec` in it.
      ...validateContainers(listAt(spec, "template", "spec", "containers"), "spec.containers"),
      ...validateOverrides(spec),
    ];
  },
  compile: compileSourceNotImplemented(
    "Containers are not run here: this source sends nothing. Run the container where you run others, with K_SINK set to the sink's URL.",
  ),
};
