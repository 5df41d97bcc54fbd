/**
 * What a subscription lets pass, as it crosses from the control plane to a channel and rests there: plain data. Kinds are
 * only added, never changed, because a channel keeps what an earlier version pushed.
 */
export type FilterExpression =
  | { readonly kind: "everything" }
  /** A Trigger's `filter.attributes`. */
  | { readonly kind: "attributes"; readonly attributes: AttributeTexts }
  /** A Trigger's `filters`: all of them. */
  | { readonly kind: "filters"; readonly filters: readonly FilterClause[] };

/** One entry of `filters`, at any depth: the dialects of Knative and the CloudEvents Subscriptions API. */
export type FilterClause =
  | { readonly kind: "exact" | "prefix" | "suffix"; readonly attributes: AttributeTexts }
  | { readonly kind: "all" | "any"; readonly filters: readonly FilterClause[] }
  | { readonly kind: "not"; readonly filter: FilterClause }
  | { readonly kind: "cesql"; readonly expression: string }
  /** `{}`: an entry without a dialect. */
  | { readonly kind: "blank" };

export type AttributeTexts = Readonly<Record<string, string>>;

/** Levels of `all`, `any` and `not` around a clause: bounds the recursion. Real filters have two or three. */
export const MAX_FILTER_DEPTH = 16;
