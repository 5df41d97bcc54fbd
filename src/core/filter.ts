/**
 * What a subscription lets pass, compiled once to one closure.
 * Attribute filters: every key must be present; an empty value matches any present, non-empty one; otherwise
 * exact and case-sensitive on the string form (Knative reference §3.2).
 */
import { type Attributes, attributeOf, attributeText } from "./event.ts";

export type FilterExpression =
  | { readonly kind: "everything" }
  | { readonly kind: "attributes"; readonly attributes: Readonly<Record<string, string>> };

export type Filter = (attributes: Attributes) => boolean;

export function compileFilter(expression: FilterExpression): Filter {
  switch (expression.kind) {
    case "everything":
      return () => true;
    case "attributes":
      return attributesFilter(Object.entries(expression.attributes));
    default:
      return expression satisfies never;
  }
}

function attributesFilter(wanted: readonly (readonly [string, string])[]): Filter {
  return (attributes) => {
    for (const [name, expected] of wanted) {
      const value = attributeOf(attributes, name);
      if (value === undefined) return false;
      const text = attributeText(value);
      if (expected === "" ? text === "" : text !== expected) return false;
    }
    return true;
  };
}

/** The one value that `name` must have for the filter to pass, if there is such a value: for indexes. */
export function requiredValue(expression: FilterExpression, name: string): string | undefined {
  if (expression.kind !== "attributes" || !Object.hasOwn(expression.attributes, name)) return undefined;
  return expression.attributes[name] || undefined;
}
