/**
 * What each role may do, in the form of Kubernetes' RBAC rules, which `kubectl auth can-i --list` prints. A rule for `*`
 * resources includes their subresources.
 */
import { OPERATOR_GROUP } from "../resource-names.ts";
import { type Role, SYSTEM_NAMESPACE, type User } from "./user.ts";

export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly groups: readonly string[];
  /** `brokers`, `brokers/status`, a subresource of all of them as in `*` + `/log`, or `*`. */
  readonly resources: readonly string[];
}

/** Paths that name no resource. A star at the end stands for everything below. */
export const OPEN_PATHS: readonly string[] = ["/api", "/api/*", "/apis", "/apis/*", "/openapi/*", "/version"];

const ANY = "*";
const READ_VERBS = ["get", "list", "watch"];
const WRITE_VERBS = ["create", "update", "patch", "delete", "deletecollection"];
const KNATIVE = [
  "eventing.knative.dev",
  "messaging.knative.dev",
  "flows.knative.dev",
  "sources.knative.dev",
  "sinks.knative.dev",
];
const PLAIN_CORE = ["configmaps", "events", "services", "serviceaccounts"];

const READS: readonly PolicyRule[] = [
  { verbs: READ_VERBS, groups: KNATIVE, resources: [ANY] },
  { verbs: READ_VERBS, groups: [""], resources: PLAIN_CORE },
  { verbs: READ_VERBS, groups: ["events.k8s.io"], resources: ["events"] },
  { verbs: ["get"], groups: [OPERATOR_GROUP], resources: ["*/deliveries", "*/stats", "traces"] },
];

const IN_NAMESPACE: Readonly<Record<Role, readonly PolicyRule[]>> = {
  viewer: READS,
  editor: [
    ...READS,
    { verbs: WRITE_VERBS, groups: KNATIVE, resources: [ANY] },
    { verbs: WRITE_VERBS, groups: [""], resources: PLAIN_CORE },
    // Access tokens are left out of them: see `withheld-tokens.ts`.
    { verbs: [...READ_VERBS, ...WRITE_VERBS], groups: [""], resources: ["secrets"] },
    { verbs: ["get", "create"], groups: [OPERATOR_GROUP], resources: [ANY] },
  ],
  admin: [{ verbs: [ANY], groups: [ANY], resources: [ANY] }],
  publisher: [],
};

/** Added for roles that hold in all namespaces. */
const OUTSIDE: Readonly<Record<Role, readonly PolicyRule[]>> = {
  viewer: [{ verbs: READ_VERBS, groups: [""], resources: ["namespaces"] }],
  editor: [{ verbs: [...READ_VERBS, ...WRITE_VERBS], groups: [""], resources: ["namespaces"] }],
  admin: [],
  publisher: [],
};

/** What a client needs to find its way, for everyone who is known. */
const EVERYONE: readonly PolicyRule[] = [
  { verbs: READ_VERBS, groups: ["apiextensions.k8s.io"], resources: ["customresourcedefinitions"] },
  {
    verbs: ["create"],
    groups: ["authorization.k8s.io"],
    resources: ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
  },
  { verbs: ["create"], groups: ["authentication.k8s.io"], resources: ["selfsubjectreviews"] },
];

const PUBLISHING: readonly Role[] = ["publisher", "editor", "admin"];

/** Posting events is no request to the API: a channel is told whose tokens may. */
export function mayPublish(role: Role): boolean {
  return PUBLISHING.includes(role);
}

/** The rules that hold for a user in a namespace, or, where it is empty, outside of all and for lists across all. */
export function rulesFor(user: User, namespace: string): readonly PolicyRule[] {
  if (user.namespace !== undefined && user.namespace !== namespace) return EVERYONE;
  const own = IN_NAMESPACE[user.role];
  if (user.namespace !== undefined) return [...EVERYONE, ...own];
  // Who writes there could give rights in every namespace.
  const isProtected = namespace === SYSTEM_NAMESPACE && user.role !== "admin";
  return [...EVERYONE, ...OUTSIDE[user.role], ...(isProtected ? readsOf(own) : own)];
}

function readsOf(rules: readonly PolicyRule[]): readonly PolicyRule[] {
  return rules
    .map((rule) => ({ ...rule, verbs: rule.verbs.filter((verb) => READ_VERBS.includes(verb)) }))
    .filter((rule) => rule.verbs.length > 0);
}
