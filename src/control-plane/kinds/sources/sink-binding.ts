/** A SinkBinding: tells workloads of a cluster, through their environment, where to post events. */
import { compileSourceNotImplemented } from "../../compile/compile-source-not-implemented.ts";
import { AGE, READY_AND_REASON, type ResourceKind, SINK } from "../../kind.ts";
import { objectAt, textAt, valueAt } from "../../resources/json.ts";
import { namespaceOf } from "../../resources/metadata.ts";
import { objectSchema, struct, text } from "../../validation/common-schemas.ts";
import { validateDestination } from "../../validation/destination.ts";
import {
  labelSelectorSchema,
  sourceSpecMembers,
  sourceStatusMembers,
} from "../../validation/sources/source-schemas.ts";
import { validateOverrides, withDefaultedSink } from "../../validation/sources/source-spec.ts";
import { validateSubject } from "../../validation/sources/subject.ts";

export const sinkBindingKind: ResourceKind = {
  group: "sources.knative.dev",
  plural: "sinkbindings",
  kind: "SinkBinding",
  versions: ["v1"],
  singular: "sinkbinding",
  shortNames: [],
  categories: ["all", "knative", "sources", "bindings"],
  namespaced: true,
  nameRule: "subdomain",
  hasStatus: true,
  schema: {
    description: "Tells workloads of a cluster where to send events. It tells nobody here: there are no workloads.",
    ...objectSchema({
      spec: struct({
        ...sourceSpecMembers,
        subject: {
          ...struct({ apiVersion: text, kind: text, name: text, namespace: text, selector: labelSelectorSchema }),
          description: "The workloads to tell: one by its name, or those a selector finds.",
        },
      }),
      status: struct({ ...sourceStatusMembers, oidcTokenSecretName: text }),
    }),
  },
  printerColumns: [SINK, AGE, ...READY_AND_REASON],
  applyDefaults(object) {
    const spec = objectAt(object, "spec");
    const subject = objectAt(spec, "subject");
    const namespace = textAt(subject, "namespace") || namespaceOf(object);
    return withDefaultedSink({ ...object, spec: { ...spec, subject: { ...subject, namespace } } });
  },
  validate(object) {
    const spec = objectAt(object, "spec");
    return [
      ...validateSubject(objectAt(spec, "subject"), namespaceOf(object)),
      ...validateDestination(valueAt(spec, "sink"), "spec.sink"),
      ...validateOverrides(spec),
    ];
  },
  compile: compileSourceNotImplemented(
    "There are no workloads here to bind: nothing is told where to post. Set K_SINK to the sink's URL in the workload yourself.",
  ),
};
