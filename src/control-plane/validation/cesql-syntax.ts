/**
 * Whether a text is a CESQL v1 expression: a recogniser only, so that a Trigger with a broken one is refused when it is
 * written. What an expression means is decided where filters are compiled.
 *
 *   or/xor/and < comparison < + - < * / % < NOT, unary - < LIKE, IN, EXISTS, literals, names, calls, (…)
 */
const TOKEN =
  /\s*(?:('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")|(\d+(?![A-Za-z0-9_]))|([A-Za-z0-9_]+)|(!=|<>|<=|>=|[-=<>+*/%(),]))/y;

/** Longest chain of tokens that is read; recursion over it stays bounded. */
const MAX_TOKENS = 2000;
const MAX_DEPTH = 100;

const BINARY = new Set(["AND", "OR", "XOR", "=", "!=", "<>", "<", "<=", ">", ">=", "+", "-", "*", "/", "%"]);
const KEYWORDS = new Set(["AND", "OR", "XOR", "NOT", "LIKE", "IN", "EXISTS"]);

/** The empty text counts as no expression, as Knative has it. */
export function isCesql(text: string): boolean {
  if (text === "") return true;
  const tokens = tokenize(text);
  if (tokens === undefined) return false;
  const reader = new Reader(tokens);
  return reader.expression(0) && reader.atEnd();
}

interface Token {
  readonly kind: "string" | "integer" | "word" | "symbol";
  readonly text: string;
}

function tokenize(text: string): readonly Token[] | undefined {
  const trimmed = text.trimEnd();
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < trimmed.length) {
    const match = TOKEN.exec(trimmed);
    if (match === null || tokens.length === MAX_TOKENS) return undefined;
    const [, string, integer, word, symbol] = match;
    if (string !== undefined) tokens.push({ kind: "string", text: string });
    else if (integer !== undefined) tokens.push({ kind: "integer", text: integer });
    else if (word !== undefined) tokens.push({ kind: "word", text: word });
    else tokens.push({ kind: "symbol", text: symbol ?? "" });
  }
  return tokens;
}

class Reader {
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  atEnd(): boolean {
    return this.#next === this.#tokens.length;
  }

  expression(depth: number): boolean {
    if (depth > MAX_DEPTH || !this.#operand(depth)) return false;
    for (;;) {
      if (this.#take("LIKE")) {
        if (!this.#takeKind("string")) return false;
      } else if (this.#take("IN")) {
        if (!this.#list(depth)) return false;
      } else if (this.#take("NOT")) {
        const read = this.#take("LIKE") ? this.#takeKind("string") : this.#take("IN") && this.#list(depth);
        if (!read) return false;
      } else if (BINARY.has(this.#peek())) {
        this.#next++;
        if (!this.#operand(depth)) return false;
      } else return true;
    }
  }

  #operand(depth: number): boolean {
    while (this.#take("NOT") || this.#take("-")) {
      // Prefixes may repeat.
    }
    if (this.#take("(")) return this.expression(depth + 1) && this.#take(")");
    if (this.#take("EXISTS")) return this.#name();
    if (this.#takeKind("string") || this.#takeKind("integer")) return true;
    if (!this.#name()) return false;
    return this.#peek() === "(" ? this.#list(depth, { mayBeEmpty: true }) : true;
  }

  #list(depth: number, options: { readonly mayBeEmpty: boolean } = { mayBeEmpty: false }): boolean {
    if (!this.#take("(")) return false;
    if (options.mayBeEmpty && this.#take(")")) return true;
    do {
      if (!this.expression(depth + 1)) return false;
    } while (this.#take(","));
    return this.#take(")");
  }

  #name(): boolean {
    return !KEYWORDS.has(this.#peek()) && this.#takeKind("word");
  }

  /** The next word or symbol, keywords in upper case; empty at the end and for literals. */
  #peek(): string {
    const token = this.#tokens[this.#next];
    return token === undefined || token.kind === "string" || token.kind === "integer" ? "" : token.text.toUpperCase();
  }

  #take(text: string): boolean {
    if (this.#peek() !== text) return false;
    this.#next++;
    return true;
  }

  #takeKind(kind: Token["kind"]): boolean {
    if (this.#tokens[this.#next]?.kind !== kind) return false;
    this.#next++;
    return true;
  }
}
