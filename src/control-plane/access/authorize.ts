/**
 * Whether a user may do what a request asks for: one pure function for requests and for the reviews that ask in advance.
 */
import { qualified } from "../resource-names.ts";
import { forbidden, type Refusal } from "../resources/refusal.ts";
import { OPEN_PATHS, type PolicyRule, rulesFor } from "./rules.ts";
import type { User } from "./user.ts";

/** What a request asks for, in Kubernetes' terms. */
export type Attributes =
  | {
      readonly kind: "resource";
      readonly verb: string;
      readonly group: string;
      /** In the plural. */
      readonly resource: string;
      /** Empty for the object itself. */
      readonly subresource: string;
      /** Empty for what lives in none, and for lists across all. */
      readonly namespace: string;
      /** Empty where no single object is meant. */
      readonly name: string;
    }
  /** A path that names no resource: discovery, the schemas. */
  | { readonly kind: "path"; readonly verb: string; readonly path: string };

export function authorize(user: User, asked: Attributes): boolean {
  switch (asked.kind) {
    case "resource":
      return rulesFor(user, asked.namespace).some((rule) => allows(rule, asked));
    case "path":
      return mayEverything(user) || (asked.verb === "get" && OPEN_PATHS.some((open) => covers(open, asked.path)));
    default:
      return asked satisfies never;
  }
}

/** In Kubernetes' words. */
export function denial(user: User, asked: Attributes): Refusal {
  const who = `User ${JSON.stringify(user.name)} cannot ${asked.verb}`;
  if (asked.kind === "path") return forbidden(`forbidden: ${who} path ${JSON.stringify(asked.path)}`);
  const { group, resource, namespace, name } = asked;
  const named = { group, plural: resource };
  const subject = name === "" ? qualified(named) : `${qualified(named)} ${JSON.stringify(name)}`;
  const what = `resource ${JSON.stringify(fullResource(asked))} in API group ${JSON.stringify(group)}`;
  const where = namespace === "" ? "at the cluster scope" : `in the namespace ${JSON.stringify(namespace)}`;
  return forbidden(`${subject} is forbidden: ${who} ${what} ${where}`, { name, group, kind: resource });
}

function allows(rule: PolicyRule, asked: Extract<Attributes, { kind: "resource" }>): boolean {
  const { verb, group, subresource } = asked;
  const isResource =
    includes(rule.resources, fullResource(asked)) ||
    (subresource !== "" && rule.resources.includes(`*/${subresource}`));
  return includes(rule.verbs, verb) && includes(rule.groups, group) && isResource;
}

/** Asked about everything, which is `*` as well, a rule has to say everything. */
function includes(listed: readonly string[], asked: string): boolean {
  return listed.includes("*") || listed.includes(asked);
}

function fullResource({ resource, subresource }: { readonly resource: string; readonly subresource: string }): string {
  return subresource === "" ? resource : `${resource}/${subresource}`;
}

function mayEverything({ role, namespace }: User): boolean {
  return role === "admin" && namespace === undefined;
}

function covers(open: string, path: string): boolean {
  return open.endsWith("*") ? path.startsWith(open.slice(0, -1)) : path === open;
}
