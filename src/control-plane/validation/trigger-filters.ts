/** Validation of a Trigger's filters, at any nesting, in Knative's words. */
import { MAX_NAME_LENGTH, parseCesql } from "../../core/cesql/parse.ts";
import { MAX_FILTER_DEPTH } from "../../core/filters/filter-expression.ts";
import { isJsonObject, type Json, valueAt } from "../resources/json.ts";
import { type FieldError, invalidKeyName, invalidValue } from "./field-error.ts";
import { validateFilterBudget } from "./filter-budget.ts";

const ATTRIBUTE_NAME = /^[a-z][a-z0-9]*$/;
const NAME_RULE = "Attribute name must start with a letter and can only contain lowercase alphanumeric";
/** Traces repeat names. */
const LENGTH_RULE = `Attribute name must have at most ${MAX_NAME_LENGTH} characters`;
const MAP_DIALECTS = ["exact", "prefix", "suffix"];
const LIST_DIALECTS = ["all", "any"];
const DIALECTS = [...MAP_DIALECTS, ...LIST_DIALECTS, "not", "cesql"];

export function validateAttributeNames(names: readonly string[], path: string): readonly FieldError[] {
  return names.flatMap((name) => {
    if (name.length > MAX_NAME_LENGTH) return [invalidKeyName(name, path, LENGTH_RULE)];
    return ATTRIBUTE_NAME.test(name) ? [] : [invalidKeyName(name, path, NAME_RULE)];
  });
}

/** Each by itself, and what they cost together. */
export function validateFilters(filters: readonly Json[], path: string): readonly FieldError[] {
  const errors = validateEach(filters, path, 0);
  return errors.length > 0 ? errors : validateFilterBudget(filters, path);
}

/** `depth` counts the `all`, `any` and `not` around these filters. */
function validateEach(filters: readonly Json[], path: string, depth: number): readonly FieldError[] {
  return filters.flatMap((filter, index) => validateFilter(filter, `${path}[${index}]`, depth));
}

/** An empty filter is accepted; how it matches is decided where filters are compiled. */
function validateFilter(filter: Json, path: string, depth: number): readonly FieldError[] {
  if (depth > MAX_FILTER_DEPTH) return [invalidValue(`nested deeper than ${MAX_FILTER_DEPTH} levels`, path)];
  if (!isJsonObject(filter)) return [invalidValue("expected an object", path)];
  const present = Object.keys(filter).filter((dialect) => filter[dialect] !== null);
  const unknown = present.filter((dialect) => !DIALECTS.includes(dialect));
  if (unknown.length > 0) {
    return [
      {
        message: `unknown field ${JSON.stringify(unknown[0])}`,
        paths: [path],
        details: `expected one of ${DIALECTS.join(", ")}`,
      },
    ];
  }
  if (present.length > 1) {
    const message = "multiple dialects found, filters can have only one dialect set";
    return [{ message, paths: [""], details: `${path} has ${present.join(" and ")}` }];
  }
  return present.flatMap((dialect) => {
    const value = valueAt(filter, dialect) ?? null;
    const inside = `${path}.${dialect}`;
    if (dialect === "not") return validateFilter(value, inside, depth + 1);
    if (!LIST_DIALECTS.includes(dialect)) return validateDialect(dialect, value, inside);
    return Array.isArray(value) ? validateEach(value, inside, depth + 1) : [invalidValue("expected a list", inside)];
  });
}

function validateDialect(dialect: string, value: Json, path: string): readonly FieldError[] {
  if (dialect === "cesql") {
    if (typeof value !== "string") return [invalidValue("expected a string", path)];
    // The empty text counts as no expression.
    if (value === "") return [];
    const parsed = parseCesql(value);
    if (parsed.kind === "parsed") return [];
    return [invalidValue(value, path, `${parsed.message}, at character ${parsed.at + 1}`)];
  }
  if (!isJsonObject(value)) return [invalidValue("expected an object", path)];
  const errors = Object.entries(value)
    .filter(([, wanted]) => typeof wanted !== "string")
    .map(([name]) => invalidValue("expected a string", `${path}[${name}]`));
  return [...errors, ...validateAttributeNames(Object.keys(value), path)];
}
