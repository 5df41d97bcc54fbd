import { describe, expect, test } from "vitest";
import { compileCesql } from "../../src/core/cesql/compile.ts";
import type { Expression } from "../../src/core/cesql/expression.ts";
import { likePattern } from "../../src/core/cesql/like-pattern.ts";
import { MAX_DEPTH, parseCesql } from "../../src/core/cesql/parse.ts";
import { leftOf, lengthOf, rightOf, substringOf, trimmed } from "../../src/core/cesql/texts.ts";
import { MAX_TOKENS } from "../../src/core/cesql/tokens.ts";
import { evaluateNaively } from "../kit/naive-cesql.ts";
import { SeededRandom } from "../kit/seeded-random.ts";
import { randomAttributes, randomExpression } from "./random-filters.ts";

const RUNS = 8_000;

function programOf(text: string) {
  const compiled = compileCesql(text);
  if (compiled.kind === "malformed") throw new Error(`${text}: ${compiled.message} at ${compiled.at}`);
  return compiled.program;
}

describe("CESQL, whatever the expression", () => {
  test("[CESQL-20] a compiled expression yields what walking its tree yields, value and error", () => {
    const random = new SeededRandom(1);
    let failed = 0;
    for (let run = 0; run < RUNS; run++) {
      const text = randomExpression(random, random.below(4));
      const attributes = randomAttributes(random);
      const program = programOf(text);
      const { value, error } = program.evaluate(attributes);
      const got = error === undefined ? { value } : { error: error.kind };
      expect({ text, attributes, ...got }).toEqual({
        text,
        attributes,
        ...evaluateNaively(program.expression, attributes),
      });
      expect(program.holds(attributes)).toBe(error === undefined && value === true);
      if (error !== undefined) failed++;
    }
    // Both ends of an evaluation occur.
    expect(failed).toBeGreaterThan(RUNS / 10);
    expect(failed).toBeLessThan((RUNS * 9) / 10);
  });

  test("[CESQL-21] the value has the type that the expression says, error or not", () => {
    const random = new SeededRandom(2);
    const types = { string: "String", number: "Integer", boolean: "Boolean" } as Record<string, string>;
    for (let run = 0; run < RUNS; run++) {
      const text = randomExpression(random, random.below(4));
      const program = programOf(text);
      if (program.type === "Any") continue;
      const { value } = program.evaluate(randomAttributes(random));
      expect([text, types[typeof value]]).toEqual([text, program.type]);
      expect([text, Object.is(value, -0)]).toEqual([text, false]);
    }
  });

  test("[CESQL-22] reading ends without an exception, whatever the text; a fault has its place in it", () => {
    const random = new SeededRandom(3);
    const pieces = ["type", "a1", "5", "'a'", '"b\\""', "'", "\\", "(", ")", ",", "=", "<", "!", "-", "+", "%", "NOT"];
    const alphabet = [...pieces, "LIKE", "IN", "EXISTS", "AND", "f(", " ", "\n", "\u{1f600}", "\ud800", "$", "_", "\0"];
    let malformed = 0;
    for (let run = 0; run < RUNS; run++) {
      const valid = randomExpression(random, random.below(4));
      const cut = random.below(valid.length + 1);
      const noise = random.text(alphabet, random.below(6));
      const text = random.perMille(500) ? random.text(alphabet, random.below(12)) : valid.slice(0, cut) + noise;
      const parsed = parseCesql(text);
      if (parsed.kind === "parsed") continue;
      malformed++;
      expect(parsed.at).toBeGreaterThanOrEqual(0);
      expect(parsed.at).toBeLessThanOrEqual(text.length);
      expect(parsed.message).not.toBe("");
    }
    expect(malformed).toBeGreaterThan(RUNS / 4);
    expect(malformed).toBeLessThan(RUNS);
  });

  test.each([
    ["parentheses", (count: number) => `${"(".repeat(count)}1${")".repeat(count)}`, MAX_DEPTH],
    ["NOT", (count: number) => `${"NOT ".repeat(count)}TRUE`, MAX_DEPTH],
    ["minus", (count: number) => `${"- ".repeat(count)}1`, MAX_DEPTH],
    ["calls", (count: number) => `${"ABS(".repeat(count)}1${")".repeat(count)}`, MAX_DEPTH],
    ["sets", (count: number) => `${"1 IN (".repeat(count)}1${")".repeat(count)}`, MAX_DEPTH],
  ])("[CESQL-23] %s nest to a bound, and what is deeper is refused", (_, text, most) => {
    expect(compileCesql(text(most)).kind).toBe("program");
    expect(compileCesql(text(most + 1))).toMatchObject({ kind: "malformed", message: "nested deeper than 100 levels" });
    expect(compileCesql(text(100 * most)).kind).toBe("malformed");
  });

  test("[CESQL-24] the longest chains are read and evaluated; longer ones are refused", () => {
    const terms = MAX_TOKENS / 2;
    const chain = (count: number, operators: readonly string[]) =>
      Array.from({ length: count }, (_, index) =>
        index === 0 ? "1" : `${operators[index % operators.length]} 1`,
      ).join(" ");
    expect(programOf(chain(terms, ["+"])).evaluate({})).toEqual({ value: terms });
    expect(programOf(chain(terms, ["AND", "OR", "XOR", "="])).evaluate({})).toEqual({ value: false });
    expect(programOf(chain(terms, ["AND"])).evaluate({})).toEqual({ value: true });
    expect(compileCesql(chain(terms + 1, ["+"]))).toEqual({
      kind: "malformed",
      at: 4_000,
      message: "more than 2000 words and signs",
    });
  });

  test("[CESQL-25] LIKE is what a regular expression is, also where a pattern is long", () => {
    const random = new SeededRandom(4);
    const letters = ["a", "a", "b", "\u{1f600}", "\\"];
    let matched = 0;
    for (let run = 0; run < RUNS / 4; run++) {
      const text = random.text(letters, random.below(100));
      const wildcards = random.perMille(500) ? ["_"] : [];
      // The text itself with some of it replaced, so that many patterns fit.
      const pattern = Array.from(text, (letter) => {
        if (random.perMille(900))
          return random.perMille(950) || wildcards.length === 0 ? letter : random.pick(wildcards);
        return random.pick(["%", "", letter, letter, letter, letter, "\\%", ...wildcards]);
      }).join("");
      const expression: Expression = {
        kind: "like",
        at: 0,
        negated: false,
        operand: { kind: "literal", at: 1, value: text },
        pattern,
      };
      const passes = likePattern(pattern)(text);
      expect([text, pattern, { value: passes }]).toEqual([text, pattern, evaluateNaively(expression, {})]);
      if (passes) matched++;
    }
    expect(matched).toBeGreaterThan(RUNS / 40);
    expect(matched).toBeLessThan((RUNS * 9) / 40);
  });

  test("[CESQL-26] texts are cut between characters, and white space is Unicode's", () => {
    const random = new SeededRandom(5);
    for (let run = 0; run < RUNS; run++) {
      const text = random.text(["a", "\u{1f600}", "\ud83d", "\ude00"], random.below(6));
      const characters = Array.from(text);
      const [count, length] = [random.below(8), random.below(8)];
      const start = random.pick([count, -count]);
      const from = start > 0 ? start - 1 : characters.length + start;
      const piece = characters.slice(from, from + length).join("");
      expect([text, start, length, lengthOf(text), leftOf(text, count), rightOf(text, count)]).toEqual([
        text,
        start,
        length,
        characters.length,
        characters.slice(0, count).join(""),
        characters.slice(Math.max(0, characters.length - count)).join(""),
      ]);
      expect([text, start, length, substringOf(text, start, length)]).toEqual([
        text,
        start,
        length,
        start === 0 ? "" : count > characters.length ? undefined : piece,
      ]);
    }
    const units = Array.from({ length: 0x10000 }, (_, unit) => String.fromCharCode(unit));
    const spaces = units.filter((unit) => trimmed(`a${unit}`) === "a");
    expect(spaces).toEqual(units.filter((unit) => /\p{White_Space}/u.test(unit)));
  });
});
