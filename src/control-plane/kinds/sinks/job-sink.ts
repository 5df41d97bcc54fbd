/** A JobSink: runs a Kubernetes Job for every event. */
import { compileNotImplemented } from "../../compile/compile-not-implemented.ts";
import { AGE, READY_AND_REASON, type ResourceKind, URL_COLUMN } from "../../kind.ts";
import { type JsonObject, listAt, objectAt, textAt } from "../../resources/json.ts";
import {
  addressStatusMembers,
  freeObject,
  objectSchema,
  statusMembers,
  struct,
  text,
} from "../../validation/common-schemas.ts";
import { expectedExactlyOneGotNeither } from "../../validation/field-error.ts";
import { mapContainers, validateContainers } from "../../validation/sources/pod-containers.ts";

/** Tells the program in the container that it runs once, for one event. */
const EXECUTION_MODE = { name: "K_EXECUTION_MODE", value: "batch" };

export const jobSinkKind: ResourceKind = {
  group: "sinks.knative.dev",
  plural: "jobsinks",
  kind: "JobSink",
  versions: ["v1alpha1"],
  singular: "jobsink",
  shortNames: [],
  categories: ["all", "knative", "eventing", "sink"],
  namespaced: true,
  nameRule: "subdomain",
  hasStatus: true,
  schema: {
    description: "Runs a job for each event. It does not run any: there are no machines to run it on.",
    ...objectSchema({
      spec: struct({ job: { ...freeObject, description: "The Job that is run for every event." } }),
      status: struct({ ...statusMembers, ...addressStatusMembers, job: struct({ selector: text }) }),
    }),
  },
  printerColumns: [URL_COLUMN, AGE, ...READY_AND_REASON],
  applyDefaults(object) {
    const spec = objectAt(object, "spec");
    const job = objectAt(spec, "job");
    const template = objectAt(job, "spec", "template");
    if (job === undefined || template === undefined) return object;
    const containers = mapContainers(template, "containers", withExecutionMode);
    const told = mapContainers(containers, "initContainers", withExecutionMode);
    return { ...object, spec: { ...spec, job: { ...job, spec: { ...objectAt(job, "spec"), template: told } } } };
  },
  validate(object) {
    const job = objectAt(object, "spec", "job");
    if (job === undefined) return [expectedExactlyOneGotNeither("spec.job")];
    // Knative asks the cluster whether the Job could be created; one without containers never could.
    return validateContainers(
      listAt(job, "spec", "template", "spec", "containers"),
      "spec.job.spec.template.spec.containers",
    );
  },
  compile: compileNotImplemented(
    "Jobs are not run here: this sink takes no events. Subscribe a service of your own that starts them.",
  ),
};

function withExecutionMode(container: JsonObject): JsonObject {
  const variables = listAt(container, "env");
  if (variables.some((variable) => textAt(variable, "name") === EXECUTION_MODE.name)) return container;
  return { ...container, env: [...variables, EXECUTION_MODE] };
}
