/**
 * What a filter asks of `type` or `source` by exact value: an index on it finds the filters that an event may pass without
 * asking the others.
 */
import { type Alternatives, either, strictest } from "../cesql/alternatives.ts";
import { parseCesql } from "../cesql/parse.ts";
import { requiredTexts } from "../cesql/required-texts.ts";
import type { AttributeTexts, FilterClause, FilterExpression } from "./filter-expression.ts";

/** More alternatives are not worth an index: each takes an entry in it for each filter. */
const MAX_ALTERNATIVES = 100;

export function requiredValues(filter: FilterExpression, name: "type" | "source"): Alternatives {
  const values = ofExpression(filter, name);
  return values !== undefined && values.length > MAX_ALTERNATIVES ? undefined : values;
}

function ofExpression(filter: FilterExpression, name: string): Alternatives {
  switch (filter.kind) {
    case "everything":
      return undefined;
    case "attributes": {
      const wanted = textOf(filter.attributes, name);
      // An empty text asks for any value.
      return wanted === undefined || wanted === "" ? undefined : [wanted];
    }
    case "filters":
      return strictest(filter.filters.map((each) => ofClause(each, name)));
    default:
      return filter satisfies never;
  }
}

function ofClause(clause: FilterClause, name: string): Alternatives {
  switch (clause.kind) {
    case "exact": {
      const wanted = textOf(clause.attributes, name);
      if (wanted === undefined) return undefined;
      return wanted === "" ? [] : [wanted];
    }
    case "all":
      return strictest(clause.filters.map((each) => ofClause(each, name)));
    case "any":
      return either(clause.filters.map((each) => ofClause(each, name)));
    case "cesql": {
      const parsed = parseCesql(clause.expression);
      return parsed.kind === "parsed" ? requiredTexts(parsed.expression, name) : undefined;
    }
    case "prefix":
    case "suffix":
    case "not":
    case "blank":
      return undefined;
    default:
      return clause satisfies never;
  }
}

function textOf(attributes: AttributeTexts, name: string): string | undefined {
  return Object.hasOwn(attributes, name) ? attributes[name] : undefined;
}
