/** Resources that are questions about the one who asks: created, answered in their status, never stored. */
import { flag, freeObject, listOf, objectSchema, struct, text } from "../validation/common-schemas.ts";
import type { Schema } from "../validation/schema.ts";
import type { ServedResource } from "./served-resources.ts";

const AUTHORIZATION = "authorization.k8s.io";
const AUTHENTICATION = "authentication.k8s.io";

const resourceAttributes = struct({
  namespace: text,
  verb: text,
  group: text,
  version: text,
  resource: text,
  subresource: text,
  name: text,
});
const texts = listOf(text);

export const REVIEWS: readonly ServedResource[] = [
  review(AUTHORIZATION, "SelfSubjectAccessReview", {
    spec: struct({ resourceAttributes, nonResourceAttributes: struct({ path: text, verb: text }) }),
    status: struct({ allowed: flag, denied: flag, reason: text, evaluationError: text }),
  }),
  review(AUTHORIZATION, "SelfSubjectRulesReview", {
    spec: struct({ namespace: text }),
    status: struct({
      resourceRules: listOf(struct({ verbs: texts, apiGroups: texts, resources: texts, resourceNames: texts })),
      nonResourceRules: listOf(struct({ verbs: texts, nonResourceURLs: texts })),
      incomplete: flag,
      evaluationError: text,
    }),
  }),
  review(AUTHENTICATION, "SelfSubjectReview", {
    status: struct({ userInfo: struct({ username: text, uid: text, groups: texts, extra: freeObject }) }),
  }),
];

export function isReview(group: string, version: string, plural: string): boolean {
  return REVIEWS.some((each) => each.group === group && each.version === version && each.plural === plural);
}

function review(group: string, kind: string, members: Readonly<Record<string, Schema>>): ServedResource {
  const singular = kind.toLowerCase();
  return {
    group,
    version: "v1",
    plural: `${singular}s`,
    kind,
    singular,
    shortNames: [],
    categories: [],
    namespaced: false,
    verbs: ["create"],
    hasStatus: false,
    schema: objectSchema(members),
  };
}
