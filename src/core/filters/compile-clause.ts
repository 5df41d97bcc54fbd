/** Compiles the entries of `filters` and what they contain. */
import type { Attributes } from "../event.ts";
import { attributeClause } from "./attribute-clause.ts";
import { cesqlClause } from "./cesql-clause.ts";
import type { CompiledClause, Rejection } from "./clause.ts";
import { type FilterClause, MAX_FILTER_DEPTH } from "./filter-expression.ts";

type Compiled = Extract<CompiledClause, { readonly kind: "clause" }>;

/** `depth` counts the `all`, `any` and `not` around these clauses. */
export function compileAll(clauses: readonly FilterClause[], path: string, depth: number): CompiledClause {
  return combine(clauses, { path, depth }, (members) => ({
    kind: "clause",
    passes(attributes) {
      for (const member of members) if (!member.passes(attributes)) return false;
      return true;
    },
    rejections: (attributes) => firstRejections(members, attributes),
  }));
}

function compileAny(clauses: readonly FilterClause[], path: string, depth: number): CompiledClause {
  return combine(clauses, { path, depth }, (members) => ({
    kind: "clause",
    passes(attributes) {
      for (const member of members) if (member.passes(attributes)) return true;
      return false;
    },
    rejections(attributes) {
      const all = members.map((member) => member.rejections(attributes));
      return all.some((rejections) => rejections.length === 0) ? [] : all.flat();
    },
  }));
}

function compileNot(clause: FilterClause, path: string, depth: number): CompiledClause {
  const inner = compileClause(clause, path, depth);
  if (inner.kind !== "clause") return inner;
  return {
    kind: "clause",
    passes: (attributes) => !inner.passes(attributes),
    rejections: (attributes) =>
      inner.passes(attributes) ? [{ path, reason: "the event passes what is negated" }] : [],
  };
}

function compileClause(clause: FilterClause, path: string, depth: number): CompiledClause {
  if (depth > MAX_FILTER_DEPTH) {
    return { kind: "problem", path, problem: `nested deeper than ${MAX_FILTER_DEPTH} levels` };
  }
  const inside = `${path}.${clause.kind}`;
  switch (clause.kind) {
    case "exact":
    case "prefix":
    case "suffix":
      return attributeClause(clause.kind, clause.attributes, inside);
    case "all":
      return compileAll(clause.filters, inside, depth + 1);
    case "any":
      return compileAny(clause.filters, inside, depth + 1);
    case "not":
      return compileNot(clause.filter, inside, depth + 1);
    case "cesql":
      return cesqlClause(clause.expression, inside);
    case "blank":
      return clause;
    default:
      clause satisfies never;
      return { kind: "problem", path, problem: "of a kind that this version does not know" };
  }
}

/** The first problem decides; clauses that say nothing have no part in the result, and none left says nothing either. */
function combine(
  clauses: readonly FilterClause[],
  { path, depth }: { readonly path: string; readonly depth: number },
  join: (members: readonly Compiled[]) => Compiled,
): CompiledClause {
  const members: Compiled[] = [];
  for (const [index, clause] of clauses.entries()) {
    const compiled = compileClause(clause, `${path}[${index}]`, depth);
    if (compiled.kind === "problem") return compiled;
    if (compiled.kind === "clause") members.push(compiled);
  }
  const [only, ...others] = members;
  if (only === undefined) return { kind: "blank" };
  return others.length === 0 ? only : join(members);
}

function firstRejections(members: readonly Compiled[], attributes: Attributes): readonly Rejection[] {
  for (const member of members) {
    const rejections = member.rejections(attributes);
    if (rejections.length > 0) return rejections;
  }
  return [];
}
