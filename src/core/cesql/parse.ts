/**
 * Reads a CESQL v1 text. What binds tighter stands lower; operators of one line go from left to right (CESQL 3.6):
 *
 *   AND OR XOR
 *   = != <> < <= > >=
 *   + -
 *   * / %
 *   [NOT] LIKE, [NOT] IN       after their operand
 *   NOT, -                     before their operand
 *   literals, attributes, EXISTS name, NAME(…), (…)
 */
import { binaryExpression, binaryOperator } from "./binary-operators.ts";
import type { Expression } from "./expression.ts";
import { isSearch, MAX_PATTERN_LENGTH } from "./like-pattern.ts";
import { Malformed } from "./malformed.ts";
import { type Token, tokensOf } from "./tokens.ts";
import { isInteger, LARGEST_INTEGER, SMALLEST_INTEGER } from "./values.ts";

export type Parsed =
  | {
      readonly kind: "parsed";
      readonly expression: Expression;
      /** Words, literals and signs that it is written with. */
      readonly words: number;
      /** Of all calls of functions in it. */
      readonly parameters: number;
      /** Characters of its patterns for which a text may have to be read to its end. */
      readonly searched: number;
    }
  /** `at` is an offset from 0; `message` says what was expected, or what may not be there. */
  | { readonly kind: "malformed"; readonly at: number; readonly message: string };

/** Levels of parentheses, calls and prefixes: bounds the recursion. People write three or four. */
export const MAX_DEPTH = 100;

/**
 * Characters in the name of an attribute or function: answers and traces repeat names. CloudEvents asks for 20 at most in the
 * names of attributes, CESQL's longest function has 9.
 */
export const MAX_NAME_LENGTH = 64;

const KEYWORDS = new Set(["AND", "OR", "XOR", "NOT", "LIKE", "IN", "EXISTS", "TRUE", "FALSE"]);
const ATTRIBUTE_NAME = /^[A-Za-z0-9]+$/;
const FUNCTION_NAME = /^[A-Za-z][A-Za-z_]*$/;

export function parseCesql(text: string): Parsed {
  try {
    const tokens = tokensOf(text);
    const reader = new Reader(tokens);
    const expression = reader.whole();
    // The end is no word.
    return {
      kind: "parsed",
      expression,
      words: tokens.length - 1,
      parameters: reader.parameters,
      searched: reader.searched,
    };
  } catch (error) {
    if (error instanceof Malformed) return { kind: "malformed", at: error.at, message: error.message };
    throw error;
  }
}

class Reader {
  searched = 0;
  parameters = 0;
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): Expression {
    const expression = this.#expression();
    if (this.#token().kind !== "end") throw this.#unexpected("an operator or the end");
    return expression;
  }

  #expression(loosest = 0): Expression {
    let left = this.#matched();
    for (;;) {
      const { at } = this.#token();
      const found = binaryOperator(this.#peek());
      if (found === undefined || found.level < loosest) return left;
      this.#next++;
      left = binaryExpression(found.operator, at, { left, right: this.#expression(found.level + 1) });
    }
  }

  /** An operand with the LIKE and IN that follow it. */
  #matched(): Expression {
    let operand = this.#prefixed();
    for (;;) {
      const { at } = this.#token();
      const negated = this.#peek() === "NOT" && ["LIKE", "IN"].includes(this.#peek(1));
      if (negated) this.#next++;
      if (this.#take("LIKE")) operand = { kind: "like", at, negated, operand, pattern: this.#pattern() };
      else if (this.#take("IN")) operand = { kind: "in", at, negated, operand, set: this.#set() };
      else return operand;
    }
  }

  #prefixed(): Expression {
    const { at } = this.#token();
    if (this.#take("NOT")) return { kind: "not", at, operand: this.#deeper(() => this.#prefixed()) };
    if (!this.#isSignedInteger() && this.#take("-")) {
      return { kind: "minus", at, operand: this.#deeper(() => this.#prefixed()) };
    }
    return this.#primary();
  }

  #primary(): Expression {
    const token = this.#token();
    const { at } = token;
    if (this.#take("(")) {
      const inner = this.#deeper(() => this.#expression());
      this.#expect(")");
      return inner;
    }
    if (this.#take("EXISTS")) return { kind: "exists", at, name: this.#attributeName() };
    if (this.#take("TRUE")) return { kind: "literal", at, value: true };
    if (this.#take("FALSE")) return { kind: "literal", at, value: false };
    if (token.kind === "string") {
      this.#next++;
      return { kind: "literal", at, value: token.value };
    }
    if (token.kind === "digits" || this.#isSignedInteger()) return { kind: "literal", at, value: this.#integer() };
    if (token.kind !== "word" || KEYWORDS.has(token.text.toUpperCase())) throw this.#unexpected("an expression");
    if (this.#peek(1) !== "(") return { kind: "attribute", at, name: this.#attributeName() };
    if (!FUNCTION_NAME.test(token.text)) throw this.#unexpected("the name of a function: a letter, then letters and _");
    this.#checkLength(token.text);
    this.#next++;
    return { kind: "call", at, name: token.text.toUpperCase(), parameters: this.#parameters() };
  }

  #parameters(): readonly Expression[] {
    if (this.#peek(1) !== ")") {
      const parameters = this.#set();
      this.parameters += parameters.length;
      return parameters;
    }
    this.#next += 2;
    return [];
  }

  #set(): readonly Expression[] {
    this.#expect("(");
    const elements = [this.#deeper(() => this.#expression())];
    while (this.#take(",")) elements.push(this.#deeper(() => this.#expression()));
    if (!this.#take(")")) throw this.#unexpected('"," or ")"');
    return elements;
  }

  #pattern(): string {
    const token = this.#token();
    if (token.kind !== "string") throw this.#unexpected("the pattern of LIKE in quotes");
    if (token.value.length > MAX_PATTERN_LENGTH) {
      throw new Malformed(token.at, `a pattern of more than ${MAX_PATTERN_LENGTH} characters`);
    }
    if (isSearch(token.value)) this.searched += token.value.length;
    this.#next++;
    return token.value;
  }

  #attributeName(): string {
    const token = this.#token();
    const isName = token.kind === "word" && ATTRIBUTE_NAME.test(token.text) && !KEYWORDS.has(token.text.toUpperCase());
    if (!isName) throw this.#unexpected("the name of an attribute: letters and digits");
    this.#checkLength(token.text);
    this.#next++;
    return token.text.toLowerCase();
  }

  #checkLength(name: string): void {
    if (name.length > MAX_NAME_LENGTH) {
      throw new Malformed(this.#token().at, `a name of more than ${MAX_NAME_LENGTH} characters`);
    }
  }

  /** `-5` and `+5` written in one are literals, so that the smallest integer can be written at all. */
  #isSignedInteger(): boolean {
    const [sign, digits] = [this.#token(), this.#token(1)];
    return ["-", "+"].includes(this.#peek()) && digits.kind === "digits" && digits.at === sign.at + 1;
  }

  #integer(): number {
    const { at } = this.#token();
    const negative = this.#take("-");
    if (!negative) this.#take("+");
    const digits = this.#token();
    this.#next++;
    const value = digits.kind === "digits" ? Number(digits.text) * (negative ? -1 : 1) : Number.NaN;
    // -0 is another number than 0.
    if (isInteger(value)) return value + 0;
    throw new Malformed(at, `an integer lies between ${SMALLEST_INTEGER} and ${LARGEST_INTEGER}`);
  }

  #deeper<T>(read: () => T): T {
    if (this.#depth === MAX_DEPTH) throw new Malformed(this.#token().at, `nested deeper than ${MAX_DEPTH} levels`);
    this.#depth++;
    const result = read();
    this.#depth--;
    return result;
  }

  /** There is always one: beyond the last stands the end. */
  #token(ahead = 0): Token {
    return this.#tokens[this.#next + ahead] ?? { kind: "end", at: this.#tokens.at(-1)?.at ?? 0 };
  }

  /** A word, in upper case, or a sign; empty for literals and the end. */
  #peek(ahead = 0): string {
    const token = this.#token(ahead);
    return token.kind === "word" || token.kind === "sign" ? token.text.toUpperCase() : "";
  }

  #take(text: string): boolean {
    if (this.#peek() !== text) return false;
    this.#next++;
    return true;
  }

  #expect(text: string): void {
    if (!this.#take(text)) throw this.#unexpected(JSON.stringify(text));
  }

  #unexpected(expected: string): Malformed {
    const token = this.#token();
    return new Malformed(token.at, `expected ${expected}, found ${shownToken(token)}`);
  }
}

function shownToken(token: Token): string {
  switch (token.kind) {
    case "end":
      return "the end";
    case "string":
      return "a text in quotes";
    case "digits":
    case "word":
    case "sign":
      return JSON.stringify(token.text);
    default:
      return token satisfies never;
  }
}
