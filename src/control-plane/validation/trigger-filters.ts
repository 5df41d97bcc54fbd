/** Validation of a Trigger's filters, at any nesting, in Knative's words. */

import { isJsonObject, type Json, valueAt } from "../resources/json.ts";
import { isCesql } from "./cesql-syntax.ts";
import { type FieldError, invalidKeyName, invalidValue } from "./field-error.ts";

const ATTRIBUTE_NAME = /^[a-z][a-z0-9]*$/;
const NAME_RULE = "Attribute name must start with a letter and can only contain lowercase alphanumeric";
const MAP_DIALECTS = ["exact", "prefix", "suffix"];
const LIST_DIALECTS = ["all", "any"];
const DIALECTS = [...MAP_DIALECTS, ...LIST_DIALECTS, "not", "cesql"];

export function validateAttributeNames(names: readonly string[], path: string): readonly FieldError[] {
  return names.filter((name) => !ATTRIBUTE_NAME.test(name)).map((name) => invalidKeyName(name, path, NAME_RULE));
}

export function validateFilters(filters: readonly Json[], path: string): readonly FieldError[] {
  return filters.flatMap((filter, index) => validateFilter(filter, `${path}[${index}]`));
}

/** An empty filter is accepted; how it matches is decided where filters are compiled. */
function validateFilter(filter: Json, path: string): readonly FieldError[] {
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
    return [{ message: "multiple dialects found, filters can have only one dialect set", paths: [""] }];
  }
  return present.flatMap((dialect) => validateDialect(dialect, valueAt(filter, dialect) ?? null, `${path}.${dialect}`));
}

function validateDialect(dialect: string, value: Json, path: string): readonly FieldError[] {
  if (LIST_DIALECTS.includes(dialect)) {
    return Array.isArray(value) ? validateFilters(value, path) : [invalidValue("expected a list", path)];
  }
  if (dialect === "not") return validateFilter(value, path);
  if (dialect === "cesql") {
    if (typeof value !== "string") return [invalidValue("expected a string", path)];
    return isCesql(value) ? [] : [invalidValue(value, path)];
  }
  if (!isJsonObject(value)) return [invalidValue("expected an object", path)];
  const errors = Object.entries(value)
    .filter(([, wanted]) => typeof wanted !== "string")
    .map(([name]) => invalidValue("expected a string", `${path}[${name}]`));
  return [...errors, ...validateAttributeNames(Object.keys(value), path)];
}
