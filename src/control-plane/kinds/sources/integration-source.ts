/** An IntegrationSource: events of a timer or of an AWS service. */
import { compileSourceNotImplemented } from "../../compile/compile-source-not-implemented.ts";
import { AGE, READY_AND_REASON, type ResourceKind, SINK } from "../../kind.ts";
import { objectAt, valueAt } from "../../resources/json.ts";
import { freeObject, int64, objectSchema, struct, text } from "../../validation/common-schemas.ts";
import { validateDestination } from "../../validation/destination.ts";
import { awsAuthSchema, dynamoStreamsSchema, s3Schema, sqsSchema } from "../../validation/sources/aws-schemas.ts";
import { type IntegrationRules, validateIntegration } from "../../validation/sources/integration-spec.ts";
import { sourceSpecMembers, sourceStatusMembers } from "../../validation/sources/source-schemas.ts";
import { validateOverrides } from "../../validation/sources/source-spec.ts";

const RULES: IntegrationRules = {
  noun: "source",
  plain: "timer",
  aws: { s3: ["arn", "region"], sqs: ["arn", "region"], ddbStreams: ["table", "region"] },
};

/** What Knative writes into a timer that leaves it out; an empty contentType stands for text/plain. */
const TIMER_DEFAULTS = { period: 1000, message: "", contentType: "" };

export const integrationSourceKind: ResourceKind = {
  group: "sources.knative.dev",
  plural: "integrationsources",
  kind: "IntegrationSource",
  versions: ["v1alpha1"],
  singular: "integrationsource",
  shortNames: [],
  categories: ["all", "knative", "sources"],
  namespaced: true,
  nameRule: "subdomain",
  hasStatus: true,
  schema: {
    description: "Sends events of another system, such as an AWS queue. It does not send any yet.",
    ...objectSchema({
      spec: struct({
        ...sourceSpecMembers,
        timer: {
          description: "Sends the same message again and again.",
          ...struct({
            period: { ...int64, description: "Milliseconds between two events; 1000 if absent." },
            message: text,
            contentType: { type: "string", description: "Media type of the message; text/plain if absent." },
            repeatCount: { ...int64, description: "Events at most; no limit if absent." },
          }),
        },
        aws: {
          description: "Reads one service of AWS.",
          ...struct({ s3: s3Schema, sqs: sqsSchema, ddbStreams: dynamoStreamsSchema, auth: awsAuthSchema }),
        },
        template: { ...freeObject, description: "Changes to the pod that a cluster would run for this source." },
      }),
      status: struct(sourceStatusMembers),
    }),
  },
  printerColumns: [SINK, AGE, ...READY_AND_REASON],
  applyDefaults(object) {
    const spec = objectAt(object, "spec");
    const timer = objectAt(spec, "timer");
    if (timer === undefined) return object;
    return { ...object, spec: { ...spec, timer: { ...TIMER_DEFAULTS, ...timer } } };
  },
  validate(object) {
    const spec = objectAt(object, "spec");
    return [
      ...validateIntegration(spec, RULES),
      ...validateDestination(valueAt(spec, "sink"), "spec.sink"),
      ...validateOverrides(spec),
    ];
  },
  compile: compileSourceNotImplemented(
    "Timers and AWS services are not read yet: this source sends nothing. Run a connector of your own that posts to the sink.",
  ),
};
