/** What a clause of a filter becomes. */
import type { Attributes } from "../event.ts";

export type Filter = (attributes: Attributes) => boolean;

/** Why a filter cannot be used, and which part of it, as in `filters[0].cesql`. */
export interface FilterProblem {
  readonly path: string;
  readonly problem: string;
}

/** Why an event does not pass: the part that rejects it, as in `filters[1].any[0].prefix.type`. */
export interface Rejection {
  readonly path: string;
  readonly reason: string;
}

export type CompiledClause =
  | {
      readonly kind: "clause";
      readonly passes: Filter;
      /** Empty exactly when the event passes. */
      rejections(attributes: Attributes): readonly Rejection[];
    }
  /** It says nothing (`{}`, `all: []`, an empty expression): Knative neither passes nor rejects by it. */
  | { readonly kind: "blank" }
  | ({ readonly kind: "problem" } & FilterProblem);
