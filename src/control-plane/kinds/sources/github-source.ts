/**
 * A GitHubSource: a webhook that a person sets up at GitHub with the URL in the status and the shared secret. Sluice
 * does not register it, so `accessToken` (required by Knative) may be absent, and every event type that GitHub
 * is told to send is accepted: `eventTypes` is not limited to Knative's list.
 */

import { compileGithubSource } from "../../compile/compile-github-source.ts";
import { AGE, READY_AND_REASON, type ResourceKind, SINK } from "../../kind.ts";
import { GITHUB_SOURCES } from "../../resource-names.ts";
import { objectAt, textAt, textsAt, valueAt } from "../../resources/json.ts";
import { validateFlowAnnotations } from "../../validation/annotations.ts";
import { objectSchema, struct, text } from "../../validation/common-schemas.ts";
import { validateDestination } from "../../validation/destination.ts";
import { type FieldError, invalidValue } from "../../validation/field-error.ts";
import { sourceSpecMembers, sourceStatusMembers } from "../../validation/sources/source-schemas.ts";
import { withDefaultedSink } from "../../validation/sources/source-spec.ts";

const secretReference = struct({ secretKeyRef: struct({ name: text, key: text }, ["name", "key"]) });

export const githubSourceKind: ResourceKind = {
  ...GITHUB_SOURCES,
  kind: "GitHubSource",
  versions: ["v1alpha1"],
  singular: "githubsource",
  shortNames: [],
  categories: ["all", "knative", "eventing", "sources"],
  namespaced: true,
  nameRule: "subdomain",
  hasStatus: true,
  schema: {
    description: "Takes webhooks of GitHub at the URL in its status and sends each to its sink as an event.",
    ...objectSchema(
      {
        spec: struct(
          {
            githubAPIURL: { type: "string", description: "Not used: nothing is registered at GitHub." },
            ownerAndRepository: {
              type: "string",
              description: "owner/repository, or owner for all of an organization.",
            },
            eventTypes: {
              type: "array",
              description: "The events that GitHub is to send, such as push; any other that comes is taken too.",
              items: text,
              minItems: 1,
            },
            accessToken: { ...secretReference, description: "Not used: nothing is registered at GitHub." },
            secretToken: { ...secretReference, description: "The secret that GitHub signs its webhooks with." },
            ...sourceSpecMembers,
            serviceAccountName: { type: "string", description: "Not used: there is no pod to run." },
            secure: { type: "boolean", description: "Not used: the address decides whether it is https." },
          },
          ["ownerAndRepository", "eventTypes"],
        ),
        status: struct({
          ...sourceStatusMembers,
          webhookIDKey: text,
          webhookUrl: { type: "string", description: "The payload URL to enter at GitHub." },
        }),
      },
      ["spec"],
    ),
  },
  printerColumns: [...READY_AND_REASON, SINK, AGE],
  applyDefaults: withDefaultedSink,
  validate(object) {
    const spec = objectAt(object, "spec");
    const errors: FieldError[] = [...validateDestination(valueAt(spec, "sink"), "spec.sink")];
    const repository = textAt(spec, "ownerAndRepository") ?? "";
    if (!/^[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)?$/.test(repository)) {
      errors.push(invalidValue(repository, "spec.ownerAndRepository", "expected owner or owner/repository"));
    }
    for (const name of Object.keys(textsAt(spec, "ceOverrides", "extensions"))) {
      if (/^[a-z0-9]+$/.test(name)) continue;
      const path = `spec.ceOverrides.extensions[${name}]`;
      errors.push(invalidValue(name, path, "keys are expected to be lower-case alphanumeric"));
    }
    return [...errors, ...validateFlowAnnotations(object)];
  },
  compile: compileGithubSource,
};
