/** Which lists merge item by item. Every other list is one value, replaced as a whole: Knative's kinds mark none. */
import type { ResourceName } from "../resource-names.ts";

export type ListRule =
  /** Scalars, each at most once. */
  | { readonly kind: "set" }
  /** Objects, told apart by one of their members. */
  | { readonly kind: "keyed"; readonly key: string };

/** The rule of the value itself and those of its members. */
export interface ListRules {
  readonly list?: ListRule;
  readonly members?: ReadonlyMap<string, ListRules>;
}

const METADATA: ListRules = members({
  finalizers: { list: { kind: "set" } },
  ownerReferences: { list: { kind: "keyed", key: "uid" } },
});

/** What holds for every kind, and all that holds for server-side apply. */
export const LISTS_OF_EVERY_KIND: ListRules = members({ metadata: METADATA });

const byName: ListRules = { list: { kind: "keyed", key: "name" } };

/** Further rules of strategic merge patches. */
const LISTS_OF_CORE_KINDS: ReadonlyMap<string, ListRules> = new Map([
  ["serviceaccounts", members({ metadata: METADATA, secrets: byName, imagePullSecrets: byName })],
  ["services", members({ metadata: METADATA, spec: members({ ports: { list: { kind: "keyed", key: "port" } } }) })],
]);

export function strategicListsOf(resource: ResourceName): ListRules {
  return LISTS_OF_CORE_KINDS.get(resource.plural) ?? LISTS_OF_EVERY_KIND;
}

function members(rules: Readonly<Record<string, ListRules>>): ListRules {
  return { members: new Map(Object.entries(rules)) };
}
