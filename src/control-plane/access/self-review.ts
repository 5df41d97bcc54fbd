/**
 * What a user asks about its own rights: `kubectl auth can-i`, `auth can-i --list` and `auth whoami`. Answered by the rules
 * that requests are held to.
 */
import { kindOf } from "../registry.ts";
import { type JsonObject, objectAt, textAt } from "../resources/json.ts";
import { badRequest, unknownPath } from "../resources/refusal.ts";
import { type Attributes, authorize } from "./authorize.ts";
import { OPEN_PATHS, rulesFor } from "./rules.ts";
import type { User } from "./user.ts";

/** The status that answers the review; see `discovery/review-resources.ts` for what there is. */
export function answerSelfReview(plural: string, sent: JsonObject, user: User): JsonObject {
  const spec = objectAt(sent, "spec");
  switch (plural) {
    case "selfsubjectaccessreviews":
      return { allowed: authorize(user, attributesIn(spec)) };
    case "selfsubjectrulesreviews":
      return rulesIn(textAt(spec, "namespace") ?? "", user);
    case "selfsubjectreviews":
      return { userInfo: userInfo(user) };
    default:
      throw unknownPath();
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
