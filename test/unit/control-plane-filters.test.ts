import { describe, expect, test } from "vitest";
import type { Json } from "../../src/control-plane/resources/json.ts";
import { validateAttributeNames, validateFilters } from "../../src/control-plane/validation/trigger-filters.ts";
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

  const searching = `type LIKE '%${"a".repeat(126)}%'`;
  test.each([
    [
      "filters",
      (count: number): Json[] => [{ any: Array(count - 1).fill({ not: {} }) }],
      500,
      1_001,
      "1000 filters and",
    ],
    [
      "attributes",
      (count: number): Json[] => [
        { exact: Object.fromEntries(Array.from({ length: count }, (_, n) => [`a${n}`, "a"])) },
      ],
      999,
      1_001,
      "1000 filters and",
    ],
    [
      "words",
      (count: number): Json[] => Array(count).fill({ cesql: "type = 'a' OR TRUE" }),
      400,
      2_005,
      "2000 words and",
    ],
    [
      "parameters",
      (count: number): Json[] => Array(count).fill({ cesql: "CONCAT(type, LOWER(source)) = 'a'" }),
      16,
      51,
      "50 parameters in",
    ],
    [
      "patterns",
      (count: number): Json[] => [{ any: Array(count).fill({ cesql: searching }) }],
      4,
      640,
      "512 characters in",
    ],
  ])("[CP-VAL-22] all filters of a Trigger together have a bound: %s", (_what, of, most, found, expected) => {
    expect(validateFilters(of(most), "spec.filters")).toEqual([]);
    expect(validateFilters(of(most + 1), "spec.filters")).toEqual([
      {
        message: `invalid value: ${found}`,
        paths: ["spec.filters"],
        details: expect.stringMatching(`^expected at most ${expected}.*: write less$`),
      },
    ]);
  });

  test("[CP-VAL-23] patterns that compare with the ends of a text alone do not count as searches", () => {
    const long = "a".repeat(200);
    const compared = [`${long}%`, `%${long}`, `${long}%${long.slice(0, 50)}`, long, "_".repeat(256), "%"];
    const filters = [1, 2, 3].flatMap(() => compared.map((pattern) => ({ cesql: `type LIKE '${pattern}'` })));
    expect(validateFilters(filters, "spec.filters")).toEqual([]);
  });

  test("[CP-VAL-24] names of attributes have 64 characters at most, wherever a filter names one", () => {
    const details = "Attribute name must have at most 64 characters";
    const [fine, long] = ["a".repeat(64), "a".repeat(65)];
    const refusal = { message: `invalid key name "${long}"`, details };
    for (const dialect of ["exact", "prefix", "suffix"]) {
      expect(validateFilters([{ [dialect]: { [fine]: "x" } }], "spec.filters")).toEqual([]);
      expect(validateFilters([{ [dialect]: { [long]: "x" } }], "spec.filters")).toEqual([
        { ...refusal, paths: [`spec.filters[0].${dialect}[${long}]`] },
      ]);
    }
    expect(validateAttributeNames([fine], "spec.filter.attributes")).toEqual([]);
    expect(validateAttributeNames([long], "spec.filter.attributes")).toEqual([
      { ...refusal, paths: [`spec.filter.attributes[${long}]`] },
    ]);
  });
});
