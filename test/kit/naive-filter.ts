/** Filters by their words, one clause after another: what the compiled form must come to as well. */
import { parseCesql } from "../../src/core/cesql/parse.ts";
import type { Attributes } from "../../src/core/event.ts";
import type { FilterClause, FilterExpression } from "../../src/core/filters/filter-expression.ts";
import { evaluateNaively } from "./naive-cesql.ts";

/** Knative's three results; what says nothing has no part in `all`, `any` and `not`, and passes in the end. */
type Verdict = "passes" | "fails" | "says nothing";

export function passesNaively(filter: FilterExpression, attributes: Attributes): boolean {
  const texts = new Map(Object.entries(attributes).map(([name, value]) => [name, String(value)]));
  // Knative's own names; an extension of that name is out of reach.
  alias(texts, "schemaurl", attributes.dataschema);
  alias(texts, "datamediatype", attributes.datacontenttype);
  switch (filter.kind) {
    case "everything":
      return true;
    case "attributes":
      return Object.entries(filter.attributes).every(([name, wanted]) =>
        wanted === "" ? (texts.get(name) ?? "") !== "" : texts.get(name) === wanted,
      );
    case "filters":
      return verdictOfAll(filter.filters, attributes, texts) !== "fails";
    default:
      return filter satisfies never;
  }
}

function alias(texts: Map<string, string>, name: string, value: Attributes[string] | undefined): void {
  if (value === undefined) texts.delete(name);
  else
    texts.set(name, name === "datamediatype" ? String(value).replace(/;.*/s, "").trim().toLowerCase() : String(value));
}

type Texts = ReadonlyMap<string, string>;

function verdict(clause: FilterClause, attributes: Attributes, texts: Texts): Verdict {
  switch (clause.kind) {
    case "exact":
      return ofPairs(clause.attributes, (name, wanted) => wanted !== "" && texts.get(name) === wanted);
    case "prefix":
      return ofPairs(clause.attributes, (name, wanted) => texts.get(name)?.startsWith(wanted) === true);
    case "suffix":
      return ofPairs(clause.attributes, (name, wanted) => texts.get(name)?.endsWith(wanted) === true);
    case "all":
      return verdictOfAll(clause.filters, attributes, texts);
    case "any": {
      const verdicts = clause.filters.map((each) => verdict(each, attributes, texts));
      if (verdicts.includes("passes")) return "passes";
      return verdicts.includes("fails") ? "fails" : "says nothing";
    }
    case "not": {
      const inner = verdict(clause.filter, attributes, texts);
      if (inner === "says nothing") return inner;
      return inner === "passes" ? "fails" : "passes";
    }
    case "cesql": {
      if (clause.expression === "") return "says nothing";
      const parsed = parseCesql(clause.expression);
      if (parsed.kind === "malformed") throw new Error(`${clause.expression}: ${parsed.message}`);
      const result = evaluateNaively(parsed.expression, attributes);
      return "value" in result && result.value === true ? "passes" : "fails";
    }
    case "blank":
      return "says nothing";
    default:
      return clause satisfies never;
  }
}

function verdictOfAll(clauses: readonly FilterClause[], attributes: Attributes, texts: Texts): Verdict {
  const verdicts = clauses.map((each) => verdict(each, attributes, texts));
  if (verdicts.includes("fails")) return "fails";
  return verdicts.includes("passes") ? "passes" : "says nothing";
}

function ofPairs(
  attributes: Readonly<Record<string, string>>,
  holds: (name: string, wanted: string) => boolean,
): Verdict {
  const pairs = Object.entries(attributes);
  if (pairs.length === 0) return "says nothing";
  return pairs.every(([name, wanted]) => holds(name, wanted)) ? "passes" : "fails";
}
