/**
 * Filters that the control plane keeps although they cannot be used: whose function does not exist, which yields no
 * Boolean, or that nest too deep, alone or within others. They pass nothing, whatever stands around what is wrong in them.
 */
import type { SubscriptionConfiguration } from "../../src/core/channel-protocol.ts";

type FilterExpression = SubscriptionConfiguration["filter"];
type FilterClause = Extract<FilterExpression, { readonly kind: "filters" }>["filters"][number];

const IS_A: FilterClause = { kind: "exact", attributes: { type: "a" } };
const NO_FUNCTION: FilterClause = { kind: "cesql", expression: "MINE(type)" };
const NO_BOOLEAN: FilterClause = { kind: "cesql", expression: "LENGTH(type)" };
/** One more than there may be. */
const LEVELS = 17;

export const BROKEN_FILTERS: readonly FilterExpression[] = [
  [NO_FUNCTION],
  [NO_BOOLEAN],
  [IS_A, NO_BOOLEAN],
  [{ kind: "not", filter: NO_FUNCTION } as const],
  [{ kind: "any", filters: [IS_A, NO_FUNCTION] } as const],
  [tooDeep()],
].map((filters) => ({ kind: "filters", filters }));

const TEXTS: ReadonlySet<string> = new Set(BROKEN_FILTERS.map((filter) => JSON.stringify(filter)));

export function isBroken(filter: FilterExpression): boolean {
  return filter.kind === "filters" && TEXTS.has(JSON.stringify(filter));
}

/**
 * What a subscription is meant to get: while it is paused because its filter cannot be used, its events wait for the one that
 * can, so that it is as if it were paused with the filter that it had before.
 */
export function meant(configuration: SubscriptionConfiguration, before: SubscriptionConfiguration | undefined) {
  if (!configuration.paused || before === undefined || !isBroken(configuration.filter)) return configuration;
  return { ...configuration, filter: before.filter };
}

function tooDeep(): FilterClause {
  let clause: FilterClause = IS_A;
  for (let level = 0; level < LEVELS; level++) clause = { kind: "not", filter: clause };
  return clause;
}
