/** An IntegrationSink: hands events on to a log or to an AWS service. */
import { compileNotImplemented } from "../../compile/compile-not-implemented.ts";
import { AGE, READY_AND_REASON, type ResourceKind, URL_COLUMN } from "../../kind.ts";
import { objectAt } from "../../resources/json.ts";
import {
  addressStatusMembers,
  flag,
  objectSchema,
  statusMembers,
  struct,
  text,
} from "../../validation/common-schemas.ts";
import { awsAuthSchema, s3Schema, snsSchema, sqsSchema } from "../../validation/sources/aws-schemas.ts";
import { type IntegrationRules, validateIntegration } from "../../validation/sources/integration-spec.ts";

const RULES: IntegrationRules = {
  noun: "sink",
  plain: "log",
  aws: { s3: ["arn", "region"], sqs: ["arn", "region"], sns: ["arn", "region"] },
};

export const integrationSinkKind: ResourceKind = {
  group: "sinks.knative.dev",
  plural: "integrationsinks",
  kind: "IntegrationSink",
  versions: ["v1alpha1"],
  singular: "integrationsink",
  shortNames: [],
  categories: ["all", "knative", "eventing", "sink"],
  namespaced: true,
  nameRule: "subdomain",
  hasStatus: true,
  schema: {
    description: "Writes events to a log or an AWS service. It does not take any yet.",
    ...objectSchema({
      spec: struct({
        log: {
          description: "Writes events to a log.",
          ...struct({
            loggerName: text,
            level: text,
            logMask: flag,
            marker: text,
            multiline: flag,
            showAllProperties: flag,
            showBody: flag,
            showBodyType: flag,
            showExchangePattern: flag,
            showHeaders: flag,
            showProperties: flag,
            showStreams: flag,
            showCachedStreams: flag,
          }),
        },
        aws: {
          description: "Writes events to one service of AWS.",
          ...struct({ s3: s3Schema, sqs: sqsSchema, sns: snsSchema, auth: awsAuthSchema }),
        },
      }),
      status: struct({ ...statusMembers, ...addressStatusMembers }),
    }),
  },
  printerColumns: [URL_COLUMN, AGE, ...READY_AND_REASON],
  applyDefaults: (object) => object,
  validate: (object) => validateIntegration(objectAt(object, "spec"), RULES),
  compile: compileNotImplemented(
    "Nothing is written to logs or AWS services yet: this sink takes no events. Subscribe a service of your own that writes them.",
  ),
};
