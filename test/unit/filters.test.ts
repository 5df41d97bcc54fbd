import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { decodeMessage } from "../../src/core/decode-message.ts";
import type { Attributes } from "../../src/core/event.ts";
import { checkFilter, compileFilter, explainFilter } from "../../src/core/filters/filter.ts";
import {
  type FilterClause,
  type FilterExpression,
  MAX_FILTER_DEPTH,
} from "../../src/core/filters/filter-expression.ts";
import { requiredValues } from "../../src/core/filters/required-values.ts";

const EVENT: Attributes = {
  specversion: "1.0",
  id: "1",
  source: "/s",
  type: "com.example.a",
  time: "2026-01-02T03:04:05Z",
  datacontenttype: "application/json",
  dataschema: "urn:schema",
  n: 5,
  flag: true,
  empty: "",
};

const exact = (attributes: Record<string, string>): FilterClause => ({ kind: "exact", attributes });
const prefix = (attributes: Record<string, string>): FilterClause => ({ kind: "prefix", attributes });
const suffix = (attributes: Record<string, string>): FilterClause => ({ kind: "suffix", attributes });
const all = (...filters: FilterClause[]): FilterClause => ({ kind: "all", filters });
const any = (...filters: FilterClause[]): FilterClause => ({ kind: "any", filters });
const not = (filter: FilterClause): FilterClause => ({ kind: "not", filter });
const cesql = (expression: string): FilterClause => ({ kind: "cesql", expression });
const blank: FilterClause = { kind: "blank" };

const filters = (...clauses: FilterClause[]): FilterExpression => ({ kind: "filters", filters: clauses });
const attributes = (wanted: Record<string, string>): FilterExpression => ({ kind: "attributes", attributes: wanted });

const yes = exact({ type: "com.example.a" });
const no = exact({ type: "other" });

describe("what filters let pass", () => {
  test.each<[string, FilterExpression, boolean]>([
    ["everything", { kind: "everything" }, true],
    ["attributes: all equal", attributes({ type: "com.example.a", source: "/s" }), true],
    ["attributes: one other", attributes({ type: "com.example.a", source: "/t" }), false],
    ["attributes: case-sensitive", attributes({ type: "com.example.A" }), false],
    ["attributes: an empty text is any value", attributes({ type: "", n: "" }), true],
    ["attributes: an empty text is not an empty value", attributes({ empty: "" }), false],
    ["attributes: an empty text is no absent attribute", attributes({ nope: "" }), false],
    ["attributes: a number by its text", attributes({ n: "5", flag: "true" }), true],
    [
      "attributes: of content and time",
      attributes({ datacontenttype: "application/json", time: "2026-01-02T03:04:05Z" }),
      true,
    ],
    ["attributes: the media type without parameters", attributes({ datamediatype: "application/json" }), true],
    ["exact: another media type", filters(exact({ datamediatype: "text/plain" })), false],
    ["exact: schemaurl is the dataschema", filters(exact({ schemaurl: "urn:schema" })), true],
    ["attributes: none", attributes({}), true],
    ["no filters", filters(), true],
    ["all of filters", filters(yes, yes), true],
    ["one of filters fails", filters(yes, no), false],
    ["exact: several pairs", filters(exact({ type: "com.example.a", n: "5" })), true],
    ["exact: one pair fails", filters(exact({ type: "com.example.a", n: "6" })), false],
    ["exact: absent", filters(exact({ nope: "a" })), false],
    ["exact: a name of every object", filters(exact({ constructor: "a" })), false],
    ["exact: an empty text matches nothing", filters(exact({ type: "" })), false],
    ["exact: an empty text matches no empty value either", filters(exact({ empty: "" })), false],
    ["prefix", filters(prefix({ type: "com." })), true],
    ["prefix: other", filters(prefix({ type: "org." })), false],
    ["prefix: absent", filters(prefix({ nope: "a" })), false],
    ["prefix: of a number", filters(prefix({ n: "5" })), true],
    ["prefix: an empty text matches what is present", filters(prefix({ type: "" })), true],
    ["prefix: an empty text matches nothing absent", filters(prefix({ nope: "" })), false],
    ["prefix: an absent time is no year", filters(prefix({ time: "0001" })), false],
    ["suffix", filters(suffix({ type: ".a" })), true],
    ["suffix: other", filters(suffix({ type: ".b" })), false],
    ["suffix: an empty text matches what is present", filters(suffix({ empty: "" })), true],
    ["suffix: absent", filters(suffix({ nope: "" })), false],
    ["all: both", filters(all(yes, yes)), true],
    ["all: one", filters(all(yes, no)), false],
    ["any: one", filters(any(no, yes)), true],
    ["any: none", filters(any(no, no)), false],
    ["not: what passes", filters(not(yes)), false],
    ["not: what fails", filters(not(no)), true],
    ["not: an absent attribute", filters(not(exact({ nope: "a" }))), true],
    ["not not", filters(not(not(yes))), true],
    ["nested", filters(any(all(yes, not(no)), no), not(any(no, no))), true],
    ["cesql", filters(cesql("type LIKE 'com.%' AND n > 4")), true],
    ["cesql: false", filters(cesql("n > 5")), false],
    ["cesql: an error", filters(cesql("nope = 'a' OR TRUE")), false],
    ["cesql: an error that is never met", filters(cesql("n = 5 OR nope = 'a'")), true],
    ["cesql: a Boolean attribute", filters(cesql("flag")), true],
    ["cesql: no Boolean", filters(cesql("type")), false],
    ["not cesql with an error", filters(not(cesql("nope = 'a'"))), true],
    ["says nothing: {}", filters(blank), true],
    ["says nothing: exact {}", filters(exact({})), true],
    ["says nothing: all []", filters(all()), true],
    ["says nothing: any []", filters(any()), true],
    ["says nothing: any [{}]", filters(any(blank)), true],
    ["says nothing: not {}", filters(not(blank)), true],
    ["says nothing: cesql ''", filters(cesql("")), true],
    ["what says nothing is no alternative", filters(any(blank, no)), false],
    ["what says nothing fails nothing", filters(all(not(all()), yes)), true],
  ])("[FLT-1] %s", (_, filter, passes) => {
    expect(checkFilter(filter)).toBeUndefined();
    expect(compileFilter(filter)(EVENT)).toBe(passes);
    expect(explainFilter(filter, EVENT).length === 0).toBe(passes);
  });
});

interface OracleTrigger {
  readonly name: string;
  readonly attrs: Record<string, string> | null;
  readonly filters: Record<string, never>[] | null;
}

interface OracleCase {
  readonly event: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly matched: readonly string[];
}

const oracle: { triggers: OracleTrigger[]; events: OracleCase[] } = JSON.parse(
  readFileSync(new URL("../oracle/filter-cases.json", import.meta.url), "utf8"),
);

describe("Knative's own verdicts", () => {
  const expressions = oracle.triggers.map((trigger) => ({ name: trigger.name, filter: expressionOf(trigger) }));

  test.each(oracle.events)("[FLT-2] $event", ({ headers, body, matched }) => {
    const decoded = decodeMessage(new Headers(headers), new TextEncoder().encode(body));
    if (decoded.kind !== "events") throw new Error(decoded.kind);
    const [event] = decoded.events;
    // As the ingress stores it: when it came, and without the hop count of Knative.
    const stored = { ...event?.attributes, knativearrivaltime: "2026-01-02T03:04:05Z" };
    const passed = expressions.filter(({ filter }) => compileFilter(filter)(stored)).map(({ name }) => name);
    expect(passed).toEqual(matched);
  });
});

/** `filters` wins over `filter`. The table has no dialects but these two. */
function expressionOf({ attrs, filters: clauses }: OracleTrigger): FilterExpression {
  if (clauses === null) return attributes(attrs ?? {});
  return filters(
    ...clauses.map((clause) => {
      const [[dialect, value] = []] = Object.entries(clause);
      if (dialect === "cesql" && typeof value === "string") return cesql(value);
      if (dialect === "exact" && typeof value === "object") return exact(value);
      throw new Error(`unknown dialect ${dialect}`);
    }),
  );
}

describe("filters that cannot be used", () => {
  const deep = (levels: number): FilterClause => (levels === 0 ? yes : not(deep(levels - 1)));
  const fromLater = JSON.parse('{"kind":"filters","filters":[{"kind":"exact","attributes":{}},{"kind":"regex"}]}');

  test.each<[FilterExpression, string, string]>([
    [filters(yes, cesql("type =")), "filters[1].cesql", "expected an expression, found the end, at character 7"],
    [
      filters(any(no, all(yes, not(cesql("type = 'a"))))),
      "filters[0].any[1].all[1].not.cesql",
      "the text that begins here is not closed: expected ', at character 8",
    ],
    [
      filters(cesql("TRUE OR MINE(1)")),
      "filters[0].cesql",
      "there is no function MINE with 1 parameter, at character 9",
    ],
    [filters(cesql("1 + 1")), "filters[0].cesql", "the expression yields a value of type Integer, not Boolean"],
    [
      filters(deep(MAX_FILTER_DEPTH + 1)),
      `filters[0]${".not".repeat(MAX_FILTER_DEPTH + 1)}`,
      "nested deeper than 16 levels",
    ],
    [fromLater, "filters[1]", "of a kind that this version does not know"],
    [JSON.parse('{"kind":"later"}'), "filter", "of a kind that this version does not know"],
  ])("[FLT-3] %j passes nothing, and is told why", (filter, path, problem) => {
    expect(checkFilter(filter)).toMatchObject({ path, problem });
    expect(compileFilter(filter)(EVENT)).toBe(false);
    expect(explainFilter(filter, EVENT)).toEqual([{ path, reason: problem }]);
  });

  test("[FLT-3] filters nest to a bound", () => {
    expect(checkFilter(filters(deep(MAX_FILTER_DEPTH)))).toBeUndefined();
    expect(compileFilter(filters(deep(MAX_FILTER_DEPTH)))(EVENT)).toBe(true);
  });
});

describe("why an event does not pass", () => {
  test.each<[FilterExpression, readonly (readonly [path: string, reason: string])[]]>([
    [attributes({ type: "b" }), [["filter.attributes.type", '"com.example.a" is not "b"']]],
    [
      filters(yes, any(prefix({ type: "org." }))),
      [["filters[1].any[0].prefix.type", '"com.example.a" does not begin with "org."']],
    ],
    [filters(suffix({ n: "6" })), [["filters[0].suffix.n", '"5" does not end with "6"']]],
    [
      filters(exact({ type: "com.example.a", nope: "x" })),
      [["filters[0].exact.nope", "the event has no attribute nope"]],
    ],
    [filters(all(yes, not(yes)), no), [["filters[0].all[1].not", "the event passes what is negated"]]],
    [
      filters(any(no, blank, cesql("n > 5"))),
      [
        ["filters[0].any[0].exact.type", '"com.example.a" is not "other"'],
        ["filters[0].any[2].cesql", "the expression is false"],
      ],
    ],
    [filters(cesql("n = 5 AND nope = 1")), [["filters[0].cesql", "the event has no attribute nope, at character 11"]]],
    [filters(cesql("n")), [["filters[0].cesql", 'the expression is "5", which is no Boolean']]],
    [filters(yes), []],
  ])("[FLT-4] %j", (filter, rejections) => {
    expect(explainFilter(filter, EVENT)).toEqual(rejections.map(([path, reason]) => ({ path, reason })));
  });
});

describe("what an index can use", () => {
  test.each<[FilterExpression, readonly string[] | undefined]>([
    [{ kind: "everything" }, undefined],
    [attributes({ type: "a", source: "s" }), ["a"]],
    [attributes({ type: "" }), undefined],
    [filters(exact({ type: "a" })), ["a"]],
    [filters(exact({ type: "" })), []],
    [filters(prefix({ type: "a" })), undefined],
    [filters(prefix({ type: "a" }), all(suffix({ source: "s" }), exact({ type: "a" }))), ["a"]],
    [filters(any(exact({ type: "a" }), all(exact({ type: "b" }), no))), ["a", "b"]],
    [filters(any(exact({ type: "a" }), prefix({ type: "b" }))), undefined],
    [filters(any()), undefined],
    [filters(any(exact({ type: "a" }), exact({ type: "b" })), exact({ type: "a" })), ["a"]],
    [filters(not(exact({ type: "a" }))), undefined],
    [filters(cesql("type = 'a'")), ["a"]],
    [filters(cesql("'a' = TYPE AND EXISTS subject")), ["a"]],
    [filters(cesql("n > 5 AND (type = 'a' OR type IN ('b', 'a'))")), ["a", "b"]],
    [filters(cesql("type = 'a' OR n > 5")), undefined],
    [filters(cesql("type = 'a' XOR type = 'b'")), undefined],
    [filters(cesql("type != 'a'")), undefined],
    [filters(cesql("NOT (type = 'a')")), undefined],
    [filters(cesql("type NOT IN ('a')")), undefined],
    [filters(cesql("type IN ('a', subject)")), undefined],
    [filters(cesql("type = 5")), undefined],
    [filters(cesql("type = ")), undefined],
    [filters(cesql(`type IN (${Array.from({ length: 101 }, (_, index) => `'${index}'`)})`)), undefined],
  ])("[FLT-5] of %j the types are %j", (filter, types) => {
    expect(requiredValues(filter, "type")).toEqual(types);
  });

  test("[FLT-6] a filter is read once, however often it is asked and explained", () => {
    let reads = 0;
    const filter: FilterExpression = {
      kind: "filters",
      get filters() {
        reads++;
        return [no];
      },
    };
    const passes = compileFilter(filter);
    for (let event = 0; event < 3; event++) {
      expect([passes(EVENT), explainFilter(filter, EVENT).length, checkFilter(filter)]).toEqual([false, 1, undefined]);
    }
    expect(reads).toBe(1);
  });
});
