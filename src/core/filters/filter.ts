/**
 * Filters, compiled once to one closure (semantics: Knative's Trigger, with what `decisions/` says otherwise).
 *
 *   compileFilter(expression)               asked about every event
 *   checkFilter(expression)                 why it cannot be used, for whoever wrote it
 *   explainFilter(expression, attributes)   why an event does not pass, for traces
 *
 * All three come from the same compiled clauses, so they never say different things.
 */
import type { Attributes } from "../event.ts";
import { attributeClause } from "./attribute-clause.ts";
import type { CompiledClause, Filter, FilterProblem, Rejection } from "./clause.ts";
import { compileAll } from "./compile-clause.ts";
import type { FilterExpression } from "./filter-expression.ts";

export type { Filter, FilterProblem, Rejection } from "./clause.ts";

/** A filter that cannot be used lets nothing pass. */
export function compileFilter(expression: FilterExpression): Filter {
  const compiled = compile(expression);
  switch (compiled.kind) {
    case "clause":
      return compiled.passes;
    case "blank":
      return () => true;
    case "problem":
      return () => false;
    default:
      return compiled satisfies never;
  }
}

export function checkFilter(expression: FilterExpression): FilterProblem | undefined {
  const compiled = compile(expression);
  return compiled.kind === "problem" ? compiled : undefined;
}

/** Empty when the event passes. Several when there are alternatives, none of which passes: any one would do. */
export function explainFilter(expression: FilterExpression, attributes: Attributes): readonly Rejection[] {
  const compiled = compile(expression);
  switch (compiled.kind) {
    case "clause":
      return compiled.rejections(attributes);
    case "blank":
      return [];
    case "problem":
      return [{ path: compiled.path, reason: compiled.problem }];
    default:
      return compiled satisfies never;
  }
}

/** Once for each: a trace asks about every subscription of a channel, for each of its events. */
function compile(expression: FilterExpression): CompiledClause {
  const known = COMPILED.get(expression);
  if (known !== undefined) return known;
  const compiled = compiledAnew(expression);
  COMPILED.set(expression, compiled);
  return compiled;
}

const COMPILED = new WeakMap<FilterExpression, CompiledClause>();

function compiledAnew(expression: FilterExpression): CompiledClause {
  switch (expression.kind) {
    case "everything":
      return { kind: "blank" };
    case "attributes":
      return attributeClause("attributes", expression.attributes, "filter.attributes");
    case "filters":
      return compileAll(expression.filters, "filters", 0);
    default:
      expression satisfies never;
      return { kind: "problem", path: "filter", problem: "of a kind that this version does not know" };
  }
}
