import { describe, expect, test } from "vitest";
import type { Attributes } from "../../src/core/event.ts";
import { checkFilter, compileFilter, explainFilter } from "../../src/core/filters/filter.ts";
import type { FilterClause, FilterExpression } from "../../src/core/filters/filter-expression.ts";
import { requiredValues } from "../../src/core/filters/required-values.ts";
import { passesNaively } from "../kit/naive-filter.ts";
import { SeededRandom } from "../kit/seeded-random.ts";
import { randomAttributes, randomClause } from "./random-filters.ts";

const RUNS = 4_000;
const DEPTH = 4;

const filters = (...clauses: FilterClause[]): FilterExpression => ({ kind: "filters", filters: clauses });

function passes(clause: FilterClause, attributes: Attributes): boolean {
  return compileFilter(filters(clause))(attributes);
}

/** Every run with other clauses and another event. */
function forAll(
  seed: number,
  check: (random: SeededRandom, clause: FilterClause, attributes: Attributes) => void,
): void {
  const random = new SeededRandom(seed);
  for (let run = 0; run < RUNS; run++)
    check(random, randomClause(random, random.below(DEPTH)), randomAttributes(random));
}

describe("filters, whatever they are", () => {
  test("[FLT-10] a compiled filter passes what its words pass, and what is explained does not pass", () => {
    let passed = 0;
    forAll(1, (random, clause, attributes) => {
      const filter = filters(clause, ...(random.perMille(300) ? [randomClause(random, 1)] : []));
      const expected = passesNaively(filter, attributes);
      expect([filter, attributes, checkFilter(filter)]).toEqual([filter, attributes, undefined]);
      expect([filter, attributes, compileFilter(filter)(attributes)]).toEqual([filter, attributes, expected]);
      expect([filter, attributes, explainFilter(filter, attributes).length === 0]).toEqual([
        filter,
        attributes,
        expected,
      ]);
      if (expected) passed++;
    });
    expect(passed).toBeGreaterThan(RUNS / 10);
    expect(passed).toBeLessThan((RUNS * 9) / 10);
  });

  test("[FLT-11] of a filter that says something and its negation, one passes", () => {
    const said: FilterClause = { kind: "prefix", attributes: { type: "" } };
    forAll(2, (_, clause, attributes) => {
      // Beside a clause that every event passes, no clause is left that says nothing.
      const whole: FilterClause = { kind: "all", filters: [said, clause] };
      expect([clause, passes({ kind: "not", filter: whole }, attributes)]).toEqual([
        clause,
        !passes(whole, attributes),
      ]);
    });
  });

  test("[FLT-12] all is AND and any is OR of what says something", () => {
    forAll(3, (random, one, attributes) => {
      const other = randomClause(random, 2);
      const both = [passes(one, attributes), passes(other, attributes)];
      const all = passes({ kind: "all", filters: [one, other] }, attributes);
      const any = passes({ kind: "any", filters: [one, other] }, attributes);
      expect([one, other, all]).toEqual([one, other, both.every(Boolean)]);
      const silent = saysNothing(one) || saysNothing(other);
      expect([one, other, any]).toEqual([one, other, silent ? both.every(Boolean) : both.some(Boolean)]);
    });
  });

  test("[FLT-13] no event passes whose type or source an index would not find", () => {
    let indexed = 0;
    forAll(4, (_, clause, attributes) => {
      const filter = filters(clause);
      if (!compileFilter(filter)(attributes)) return;
      for (const name of ["type", "source"] as const) {
        const values = requiredValues(filter, name);
        if (values === undefined) continue;
        indexed++;
        expect([filter, values.includes(String(attributes[name]))]).toEqual([filter, true]);
      }
    });
    expect(indexed).toBeGreaterThan(RUNS / 200);
  });
});

/** It passes every event, and so does its negation. */
function saysNothing(clause: FilterClause): boolean {
  const nobody = { type: "\0" };
  return passes(clause, nobody) && passes({ kind: "not", filter: clause }, nobody);
}
