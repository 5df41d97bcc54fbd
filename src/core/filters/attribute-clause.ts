/**
 * Clauses that name attributes and texts: every pair must hold, case-sensitively, on the string form of the value. An
 * absent attribute holds nothing. Two names are not the event's own, but Knative's for what it has: `schemaurl` for
 * `dataschema`, and `datamediatype` for `datacontenttype` without its parameters.
 */
import { shown } from "../attribute-rules.ts";
import { type Attributes, attributeOf, attributeText } from "../event.ts";
import { mediaType } from "../media-type.ts";
import type { CompiledClause, Rejection } from "./clause.ts";
import type { AttributeTexts } from "./filter-expression.ts";

type Dialect = "exact" | "prefix" | "suffix" | "attributes";

interface Comparison {
  holds(text: string, wanted: string): boolean;
  /** After the attribute's name and value. */
  readonly fault: string;
}

const COMPARISONS: Readonly<Record<Dialect, Comparison>> = {
  // No entry is ever skipped: an empty text, which no attribute may have, matches nothing.
  exact: { holds: (text, wanted) => wanted !== "" && text === wanted, fault: "is not" },
  prefix: { holds: (text, wanted) => text.startsWith(wanted), fault: "does not begin with" },
  suffix: { holds: (text, wanted) => text.endsWith(wanted), fault: "does not end with" },
  // Of the older form, where an empty text asks for any value.
  attributes: { holds: (text, wanted) => (wanted === "" ? text !== "" : text === wanted), fault: "is not" },
};

export function attributeClause(dialect: Dialect, attributes: AttributeTexts, path: string): CompiledClause {
  const wanted = Object.entries(attributes);
  if (wanted.length === 0) return { kind: "blank" };
  const { holds, fault } = COMPARISONS[dialect];
  return {
    kind: "clause",
    passes(event) {
      for (const [name, text] of wanted) {
        const value = textOf(event, name);
        if (value === undefined || !holds(value, text)) return false;
      }
      return true;
    },
    rejections(event) {
      const first = wanted.find(([name, text]) => {
        const value = textOf(event, name);
        return value === undefined || !holds(value, text);
      });
      return first === undefined ? [] : [rejection(event, first, { path, fault })];
    },
  };
}

function rejection(
  event: Attributes,
  [name, wanted]: readonly [string, string],
  { path, fault }: { readonly path: string; readonly fault: string },
): Rejection {
  const value = textOf(event, name);
  const reason =
    value === undefined ? `the event has no attribute ${name}` : `${shown(value)} ${fault} ${shown(wanted)}`;
  return { path: `${path}.${name}`, reason };
}

function textOf(event: Attributes, name: string): string | undefined {
  if (name === "datamediatype") {
    const type = attributeOf(event, "datacontenttype");
    return type === undefined ? undefined : mediaType(attributeText(type));
  }
  const value = attributeOf(event, name === "schemaurl" ? "dataschema" : name);
  return value === undefined ? undefined : attributeText(value);
}
