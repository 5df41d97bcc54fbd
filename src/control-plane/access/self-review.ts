/**
 * What a user asks about its own rights: `kubectl auth can-i`, `auth can-i --list` and `auth whoami`. Answered by the rules
 * that requests are held to.
 */
import { kindOf } from "../registry.ts";
import { type JsonObject, objectAt, textAt } from "../resources/json.ts";
import { badRequest, type ResourceName } from "../resources/refusal.ts";
import { type Attributes, authorize } from "./authorize.ts";
import { OPEN_PATHS, rulesFor } from "./rules.ts";
import type { User } from "./user.ts";

export interface SelfReview extends ResourceName {
  readonly version: string;
  readonly kind: "SelfSubjectAccessReview" | "SelfSubjectRulesReview" | "SelfSubjectReview";
}

/** Only to be created: nothing of them is stored. */
export const SELF_REVIEWS: readonly SelfReview[] = [
  review("authorization.k8s.io", "selfsubjectaccessreviews", "SelfSubjectAccessReview"),
  review("authorization.k8s.io", "selfsubjectrulesreviews", "SelfSubjectRulesReview"),
  review("authentication.k8s.io", "selfsubjectreviews", "SelfSubjectReview"),
];

export function selfReviewNamed({ group, plural }: ResourceName): SelfReview | undefined {
  return SELF_REVIEWS.find((each) => each.group === group && each.plural === plural);
}

/** The status that answers the review. */
export function answerSelfReview(kind: SelfReview["kind"], sent: JsonObject, user: User): JsonObject {
  const spec = objectAt(sent, "spec");
  switch (kind) {
    case "SelfSubjectAccessReview":
      return { allowed: authorize(user, attributesIn(spec)) };
    case "SelfSubjectRulesReview":
      return rulesIn(textAt(spec, "namespace") ?? "", user);
    case "SelfSubjectReview":
      return { userInfo: userInfo(user) };
    default:
      return kind satisfies never;
  }
}

function attributesIn(spec: JsonObject | undefined): Attributes {
  const resource = objectAt(spec, "resourceAttributes");
  const path = objectAt(spec, "nonResourceAttributes");
  if ((resource === undefined) === (path === undefined)) {
    throw badRequest("spec must have exactly one of resourceAttributes and nonResourceAttributes");
  }
  const text = (name: string) => textAt(resource ?? path, name) ?? "";
  if (resource === undefined) return { kind: "path", verb: text("verb"), path: text("path") };
  const [group, plural] = [text("group"), text("resource")];
  const livesInNone = kindOf({ group, plural })?.namespaced === false;
  return {
    kind: "resource",
    verb: text("verb"),
    group,
    resource: plural,
    subresource: text("subresource"),
    // kubectl sends the namespace it is in, whatever it asks about.
    namespace: livesInNone ? "" : text("namespace"),
    name: text("name"),
  };
}

function rulesIn(namespace: string, user: User): JsonObject {
  return {
    resourceRules: rulesFor(user, namespace).map(({ verbs, groups, resources }) => ({
      verbs,
      apiGroups: groups,
      resources,
    })),
    nonResourceRules: [{ verbs: ["get"], nonResourceURLs: OPEN_PATHS }],
    incomplete: false,
  };
}

function userInfo({ name, uid, role, namespace }: User): JsonObject {
  return {
    username: name,
    ...(uid === undefined ? {} : { uid }),
    groups: ["system:authenticated"],
    extra: { "sluice.dev/role": [role], "sluice.dev/namespace": [namespace ?? "*"] },
  };
}

function review(group: string, plural: string, kind: SelfReview["kind"]): SelfReview {
  return { group, version: "v1", plural, kind };
}
