import { describe, expect, test } from "vitest";
import { compileCesql, type Evaluation } from "../../src/core/cesql/compile.ts";
import { parseCesql } from "../../src/core/cesql/parse.ts";
import type { Attributes } from "../../src/core/event.ts";

const EVENT: Attributes = {
  specversion: "1.0",
  id: "1",
  source: "/s",
  type: "com.github.push",
  n: 5,
  text: "\u{1f600}bc",
  big: 3_000_000_000,
  half: 0.5,
  flag: true,
};

function evaluated(text: string, attributes = EVENT): Evaluation {
  const compiled = compileCesql(text);
  if (compiled.kind === "malformed") throw new Error(`${compiled.message} at ${compiled.at}`);
  return compiled.program.evaluate(attributes);
}

/** The tree without its positions: what an expression means, however it is written. */
function tree(text: string): unknown {
  const parsed = parseCesql(text);
  if (parsed.kind === "malformed") throw new Error(`${parsed.message} at ${parsed.at}`);
  return JSON.parse(JSON.stringify(parsed.expression), (name, value) => (name === "at" ? undefined : value));
}

describe("reading CESQL", () => {
  test.each([
    ["a OR b AND c", "(a OR b) AND c"],
    ["a AND b OR c XOR d", "((a AND b) OR c) XOR d"],
    ["a = b AND c < d", "(a = b) AND (c < d)"],
    ["a = b = c", "(a = b) = c"],
    ["a + b < c * d - e", "(a + b) < ((c * d) - e)"],
    ["a - b - c", "(a - b) - c"],
    ["a / b * c % d", "((a / b) * c) % d"],
    ["NOT a = b", "(NOT a) = b"],
    ["NOT a LIKE 'x'", "(NOT a) LIKE 'x'"],
    ["NOT EXISTS a AND b", "(NOT (EXISTS a)) AND b"],
    ["a * b LIKE 'x'", "a * (b LIKE 'x')"],
    ["a = b NOT IN (1, 2)", "a = (b NOT IN (1, 2))"],
    ["a LIKE 'x' IN (TRUE)", "(a LIKE 'x') IN (TRUE)"],
    ["- a + b", "(-a) + b"],
    ["1 -1", "1 - 1"],
    ["1+-1", "1 + (-1)"],
    ["- -5", "-(-5)"],
    ["A = SUBJECT", "a = subject"],
    ["a\t=\r\nb", "a = b"],
    ["LeFt(a,1)", "LEFT(a, 1)"],
  ])("[CESQL-1] %j means %j", (one, other) => {
    expect(tree(one)).toEqual(tree(other));
  });

  test.each([
    ["", 0, "expected an expression, found the end"],
    ["type = ", 7, "expected an expression, found the end"],
    ["type 'a'", 5, "expected an operator or the end, found a text in quotes"],
    ["(type = 'a'", 11, 'expected ")", found the end'],
    ["type = 'a')", 10, 'expected an operator or the end, found ")"'],
    ["type LIKE 5", 10, 'expected the pattern of LIKE in quotes, found "5"'],
    ["type IN ()", 9, 'expected an expression, found ")"'],
    ["type IN ('a' 'b')", 13, 'expected "," or ")", found a text in quotes'],
    ["type NOT 'a'", 5, 'expected an operator or the end, found "NOT"'],
    ["EXISTS 'a'", 7, "expected the name of an attribute: letters and digits, found a text in quotes"],
    ["EXISTS and", 7, 'expected the name of an attribute: letters and digits, found "and"'],
    ["my_ext = 1", 0, 'expected the name of an attribute: letters and digits, found "my_ext"'],
    ["F2(1)", 0, 'expected the name of a function: a letter, then letters and _, found "F2"'],
    ["a = and", 4, 'expected an expression, found "and"'],
    ["+ 5", 0, 'expected an expression, found "+"'],
    ["type = 'a", 7, "the text that begins here is not closed: expected '"],
    ['type = "a\\"', 7, 'the text that begins here is not closed: expected "'],
    ["a = 'b''c'", 7, "expected an operator or the end, found a text in quotes"],
    ["a ; b", 2, '";" is no part of CESQL'],
    ["a = \u{1f600}", 4, '"\u{1f600}" is no part of CESQL'],
    ["2147483648", 0, "an integer lies between -2147483648 and 2147483647"],
    ["a = -2147483649", 4, "an integer lies between -2147483648 and 2147483647"],
  ])("[CESQL-2] %j is refused at its place", (text, at, message) => {
    expect(parseCesql(text)).toEqual({ kind: "malformed", at, message });
  });

  test.each([
    ["'it\\'s'", "it's"],
    [`"it's \\"so\\""`, 'it\'s "so"'],
    ["'a\\\"b'", 'a\\"b'],
    ["'a\\\\'", "a\\\\"],
    ["'\u{1f600}\n'", "\u{1f600}\n"],
  ])("[CESQL-3] in %j only its own quote is unescaped", (text, value) => {
    expect(evaluated(text)).toEqual({ value });
  });
});

describe("evaluating CESQL", () => {
  test.each([
    ["n", 5],
    ["flag", true],
    ["big", "3000000000"],
    ["half", "0.5"],
    ["n = '5'", true],
    ["'05' = n", true],
    ["n + '1'", 6],
    ["EXISTS constructor", false],
    ["-7 / 2", -3],
    ["-7 % 2", -1],
    ["4 % -2", 0],
    ["-0", 0],
    ["INT('-0')", 0],
    ["INT('+0000000000012')", 12],
    ["-2147483648 % -1", 0],
    ["TRUE XOR TRUE XOR TRUE", true],
    ["type = 'x' OR n > 4 OR nope", true],
    ["LENGTH(text)", 3],
    ["LEFT(text, 1)", "\u{1f600}"],
    ["RIGHT(text, 2)", "bc"],
    ["SUBSTRING(text, -3, 2)", "\u{1f600}b"],
    ["SUBSTRING('abc', 2, 0)", ""],
    ["TRIM('\u0085 \u2003a\ufeff\u3000')", "a\ufeff"],
    ["CONCAT_WS('-', 'a', 1, TRUE)", "a-1-true"],
    ["IS_INT('5') AND IS_BOOL('True') AND NOT IS_INT('5.0')", true],
    ["text LIKE '_bc'", true],
    ["text LIKE '__bc'", false],
    ["'a\\b' LIKE 'a\\b'", true],
    ["'a\\%' LIKE 'a\\\\%'", true],
    ["'%_' LIKE '\\%\\_'", true],
    ["'aXbXcXd' LIKE 'a%b%_d'", true],
    ["'aXb' LIKE 'a%b'", true],
    ["'ab' LIKE 'ab%b'", false],
    ["'abcabc' LIKE 'a%bca%c'", true],
    ["'abcbc' LIKE 'a%cb%bc'", false],
    ["'' LIKE '%%'", true],
    ["'A' LIKE 'a'", false],
  ] as const)("[CESQL-4] %s yields %j", (text, value) => {
    expect(evaluated(text)).toEqual({ value });
  });

  test.each([
    ["nope", false, "missingAttribute", 0, "the event has no attribute nope"],
    ["constructor = 'a'", false, "missingAttribute", 0, "the event has no attribute constructor"],
    ["1 + nope", 0, "missingAttribute", 4, "the event has no attribute nope"],
    ["CONCAT('a', nope)", "", "missingAttribute", 12, "the event has no attribute nope"],
    ["NOT (nope = 'a')", false, "missingAttribute", 5, "the event has no attribute nope"],
    ["nope / 0", 0, "missingAttribute", 0, "the event has no attribute nope"],
    ["type + nope", 0, "missingAttribute", 7, "the event has no attribute nope"],
    ["type < 5", false, "cast", 0, "the value cannot be cast to Integer"],
    ["type AND TRUE", false, "cast", 0, "the value cannot be cast to Boolean"],
    ["INT('2147483648')", 0, "cast", 4, "the value cannot be cast to Integer"],
    ["type = flag", false, "cast", 0, "the value cannot be cast to the type of what it is compared with"],
    ["n IN ('x', 5)", false, "cast", 6, "the value cannot be cast to the type of what it is compared with"],
    ["1 / 0", 0, "math", 2, "division by zero"],
    ["2147483647 + 1", 0, "math", 11, "the result is beyond 32 bits"],
    ["-2147483648 / -1", 0, "math", 12, "the result is beyond 32 bits"],
    ["65536 * 65536", 0, "math", 6, "the result is beyond 32 bits"],
    ["- (-2147483648)", 0, "math", 0, "the result is beyond 32 bits"],
    ["ABS(-2147483648)", 2147483647, "math", 0, "the absolute value is beyond 32 bits"],
    ["1 + ABS(-2147483648)", 0, "math", 4, "the absolute value is beyond 32 bits"],
    ["LEFT('abc', -1)", "abc", "functionEvaluation", 0, "-1 characters are asked for"],
    ["LENGTH(LEFT('abc', -1))", 0, "functionEvaluation", 7, "-1 characters are asked for"],
    ["SUBSTRING('abc', 1, -1)", "", "functionEvaluation", 0, "the length is negative"],
    ["SUBSTRING('abc', 4)", "", "functionEvaluation", 0, "the text has no such position"],
    ["MINE(nope)", false, "missingFunction", 0, "there is no function MINE with 1 parameter"],
    ["ABS(1, 2)", false, "missingFunction", 0, "there is no function ABS with 2 parameters"],
  ] as const)("[CESQL-5] %s yields %j and an error", (text, value, kind, at, message) => {
    const { error, ...rest } = evaluated(text);
    expect(rest).toEqual({ value });
    expect(error).toMatchObject({ kind, at, message });
  });

  test("[CESQL-6] AND and OR do not evaluate what cannot change the result", () => {
    expect(evaluated("FALSE AND nope")).toEqual({ value: false });
    expect(evaluated("TRUE OR MINE()")).toEqual({ value: true });
    expect(evaluated("nope OR TRUE").error?.kind).toBe("missingAttribute");
  });

  test("[CESQL-8] texts that are joined have a bound, and so have patterns", () => {
    const attributes = { subject: "a".repeat(65_536) };
    const length = (parameters: string) => evaluated(`LENGTH(CONCAT(${parameters}))`, attributes);
    expect(length("subject, subject")).toEqual({ value: 131_072 });
    expect(length("subject, subject, 'a'")).toMatchObject({ value: 0, error: { kind: "functionEvaluation", at: 7 } });
    const like = (count: number) => parseCesql(`type LIKE '${"_".repeat(count)}'`);
    expect(like(256).kind).toBe("parsed");
    expect(like(257)).toEqual({ kind: "malformed", at: 10, message: "a pattern of more than 256 characters" });
  });

  test.each(["EXISTS NAME", "NAME = 'a'", "NAME(1) = 1"])("[CESQL-9] names have a bound: %s", (text) => {
    const named = (length: number) => parseCesql(text.replace("NAME", "a".repeat(length)));
    expect(named(64).kind).toBe("parsed");
    const at = text.indexOf("NAME");
    expect(named(65)).toEqual({ kind: "malformed", at, message: "a name of more than 64 characters" });
  });

  test.each([
    ["many texts between %", `subject LIKE '${"%a".repeat(30)}%c'`],
    ["the longest pattern with _", `subject LIKE '%${"a_".repeat(126)}b%'`],
    ["the longest pattern without", `subject LIKE '%${"a".repeat(253)}b%'`],
    [
      "a text cut many times",
      `${"LEFT(subject, 1) = 'b' OR ".repeat(200)}RIGHT(subject, 1) = SUBSTRING(subject, -1, 1)`,
    ],
  ])("[CESQL-7] the longest attribute takes a time that grows with it alone: %s", (_, text) => {
    const compiled = compileCesql(text);
    if (compiled.kind === "malformed") throw new Error(compiled.message);
    const attributes = { type: "a", subject: "a".repeat(130_000) };
    // Splitting the text, or trying a pattern at each of its places, takes longer than a test may.
    for (let event = 0; event < 50; event++) compiled.program.evaluate(attributes);
    expect(compiled.program.evaluate(attributes).error).toBeUndefined();
  });
});
