import { describe, expect, test } from "vitest";
import type { Json } from "../../src/control-plane/resources/json.ts";
import { validateFilters } from "../../src/control-plane/validation/trigger-filters.ts";
import { MAX_FILTER_DEPTH } from "../../src/core/filters/filter-expression.ts";

describe("a Trigger's filters, when they are written", () => {
  test("[CP-VAL-20] they nest to a bound, as they do where they are compiled", () => {
    const deep = (levels: number): Json => (levels === 0 ? { exact: { type: "a" } } : { not: deep(levels - 1) });
    expect(validateFilters([deep(MAX_FILTER_DEPTH)], "spec.filters")).toEqual([]);
    expect(validateFilters([deep(MAX_FILTER_DEPTH + 1)], "spec.filters")).toEqual([
      { message: "invalid value: nested deeper than 16 levels", paths: [`spec.filters[0]${".not".repeat(17)}`] },
    ]);
  });

  test("[CP-VAL-21] an expression that cannot be read is refused as Knative refuses it, and where; no expression is none", () => {
    const refused = (cesql: string) => validateFilters([{ any: [{ cesql }] }], "spec.filters");
    expect(refused("type = 'a")).toEqual([
      {
        message: "invalid value: type = 'a",
        paths: ["spec.filters[0].any[0].cesql"],
        details: "the text that begins here is not closed: expected ', at character 8",
      },
    ]);
    expect(refused("")).toEqual([]);
    expect(refused("MINE(1)")).toEqual([]);
  });
});
