/** Every case of the official TCK (`test/cesql-tck`), the value as well as the error. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { compileCesql } from "../../src/core/cesql/compile.ts";
import type { Attributes } from "../../src/core/event.ts";

interface Case {
  readonly name: string;
  readonly expression: string;
  readonly result?: string | number | boolean;
  readonly error?: string;
  /** The attributes of the event; without them it is any valid event. */
  readonly event?: Attributes;
  readonly eventOverrides?: Attributes;
}

const FOLDER = join(import.meta.dirname, "../cesql-tck");
const CASES = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".yaml"))
  .flatMap((file) => casesOf(readFileSync(join(FOLDER, file), "utf8")));

/** The text of CESQL casts 10 to true and negates it without an error (3.4.1, 3.7); this case says otherwise. */
const AGAINST_THE_TEXT = "NOT 10";

const ANY_EVENT: Attributes = {
  specversion: "1.0",
  id: "full-event",
  source: "http://example.com/source",
  type: "com.example.FullEvent",
  subject: "topic",
  time: "2020-03-21T12:34:56.78Z",
  datacontenttype: "text/json",
  dataschema: "http://example.com/schema",
  exbool: true,
  exint: 42,
  exstring: "exstring",
};

/** Expressions are texts, also where YAML by itself would see a boolean or a number: `TRUE`, `1`. */
function casesOf(yaml: string): readonly (Case & { readonly suite: string })[] {
  const { name, tests }: { name: string; tests: Case[] } = parse(yaml);
  const asTexts: { tests: { expression: string }[] } = parse(yaml, { schema: "failsafe" });
  return tests.map((each, index) => ({ ...each, suite: name, expression: asTexts.tests[index]?.expression ?? "" }));
}

function evaluated(expression: string, attributes: Attributes) {
  const compiled = compileCesql(expression);
  if (compiled.kind === "malformed") return { value: false, error: "parse" };
  const { value, error } = compiled.program.evaluate(attributes);
  return error === undefined ? { value } : { value, error: error.kind };
}

describe("the TCK of CESQL", () => {
  test("[CESQL-TCK] all 275 cases are there, and one of them contradicts the text", () => {
    expect(CASES.length).toBe(275);
    expect(CASES.filter(({ expression }) => expression === AGAINST_THE_TEXT)).toEqual([
      { suite: "Not operator", name: "Invalid int cast", expression: "NOT 10", result: true, error: "cast" },
    ]);
    expect(evaluated(AGAINST_THE_TEXT, ANY_EVENT)).toEqual({ value: false });
  });

  test.each(CASES.filter(({ expression }) => expression !== AGAINST_THE_TEXT))(
    "[CESQL-TCK] $suite: $name: $expression",
    ({ expression, event, eventOverrides, result, error }) => {
      expect(evaluated(expression, event ?? { ...ANY_EVENT, ...eventOverrides })).toEqual({
        // A case without a result is one of parsing alone.
        value: result ?? false,
        ...(error === undefined ? {} : { error }),
      });
    },
  );
});
