/**
 * YAML as the same plain values that JSON gives. Read from the library's tree by hand, because a document may be made to
 * cost far more than its size: aliases are counted with everything they stand for, nesting has a limit, and what
 * readers of YAML 1.1 and 1.2 take for different values is refused instead of guessed.
 */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  type ParsedNode,
  parseDocument,
  Scalar,
  type YAMLParseError,
  type YAMLWarning,
} from "yaml";
import { type Json, MAX_DEPTH } from "../resources/json.ts";

/** Signs of the text that are read at all: the library spends up to 20 µs on each. A line has about six. */
const MAX_SIGNS = 50_000;
/** Values in a document, those behind aliases counted each time. An object of the largest size has fewer. */
const MAX_VALUES = 200_000;
/** Characters of all strings, those behind aliases counted each time: a body has no more. */
const MAX_CHARACTERS = 1024 * 1024;

/** `kubectl` reads 017 as fifteen and `no` as false, YAML 1.2 as seventeen and a word. */
const AMBIGUOUS = /^(?:[-+]?0[0-9_]+|yes|no|on|off)$/i;

/** The value, or why the text is not YAML that is accepted here. An empty document is null. */
export function parseYaml(text: string): { readonly value: Json } | { readonly problem: string } {
  if (hasTooManySigns(text)) return { problem: `longer than ${MAX_SIGNS} signs and words: send it as JSON` };
  // Unique keys are checked here: the library compares each key with every other.
  const document = parseDocument(text, { version: "1.2", merge: false, uniqueKeys: false, prettyErrors: false });
  const found = document.errors[0] ?? document.warnings[0];
  if (found !== undefined) {
    return { problem: `line ${lineOf(text, found.pos[0])}: ${problemText(found)}` };
  }
  try {
    return { value: new Reader(text).read(document.contents) };
  } catch (error) {
    if (error instanceof Unreadable) return { problem: error.message };
    throw error;
  }
}

/** In the library's words, but where these speak of the library. */
function problemText({ code, message }: YAMLParseError | YAMLWarning): string {
  switch (code) {
    // It recurses into nested collections without a limit of its own.
    case "RESOURCE_EXHAUSTION":
      return "nested too deeply";
    case "MULTIPLE_DOCS":
      return "a second document begins here: send each by itself";
    default:
      return message;
  }
}

function hasTooManySigns(text: string): boolean {
  let signs = 0;
  for (const _sign of new Lexer().lex(text)) {
    signs++;
    if (signs > MAX_SIGNS) return true;
  }
  return false;
}

type Contents = Document.Parsed["contents"];

class Unreadable extends Error {}

class Reader {
  readonly #text: string;
  readonly #anchors = new Map<string, ParsedNode>();
  #values = 0;
  #characters = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(node: Contents, depth = 0, inAlias = false): Json {
    if (node === null) return null;
    this.#values++;
    if (this.#values > MAX_VALUES) throw this.#unreadable(node, `more than ${MAX_VALUES} values, with their aliases`);
    if (depth > MAX_DEPTH) throw this.#unreadable(node, `nested deeper than ${MAX_DEPTH} levels`);
    if (isAlias(node)) {
      const target = this.#anchors.get(node.source);
      if (target === undefined) throw this.#unreadable(node, `no anchor is named ${JSON.stringify(node.source)}`);
      return this.read(target, depth + 1, true);
    }
    if (node.anchor !== undefined && !inAlias) this.#anchors.set(node.anchor, node);
    if (isScalar(node)) return this.#scalar(node);
    if (isSeq(node)) return node.items.map((item) => this.read(item, depth + 1, inAlias));
    if (isMap(node)) {
      const members = new Map<string, Json>();
      for (const { key, value } of node.items) {
        const name = this.#key(key, node);
        if (members.has(name)) throw this.#unreadable(key ?? node, `key ${JSON.stringify(name)} is there twice`);
        members.set(name, this.read(value, depth + 1, inAlias));
      }
      return Object.fromEntries(members);
    }
    return node satisfies never;
  }

  #scalar(node: Scalar.Parsed): Json {
    const { value } = node;
    if (node.type === Scalar.PLAIN && AMBIGUOUS.test(node.source)) {
      throw this.#unreadable(node, `${node.source} means different things to different readers: quote it`);
    }
    if (value === null || typeof value === "boolean") return value;
    if (typeof value === "number" && Number.isFinite(value)) return value;
    if (typeof value !== "string") throw this.#unreadable(node, `${node.source} is no value that JSON has`);
    this.#characters += value.length;
    if (this.#characters > MAX_CHARACTERS) {
      throw this.#unreadable(node, `more than ${MAX_CHARACTERS} characters, with what aliases stand for`);
    }
    return value;
  }

  #key(key: ParsedNode | null, map: ParsedNode): string {
    const value = isScalar(key) ? this.#scalar(key) : undefined;
    if (typeof value !== "string") throw this.#unreadable(key ?? map, "a key must be a string: quote it");
    if (value === "<<") throw this.#unreadable(key ?? map, "merge keys (<<) are not read: write the members out");
    return value;
  }

  #unreadable(node: ParsedNode, problem: string): Unreadable {
    return new Unreadable(`line ${lineOf(this.#text, node.range[0])}: ${problem}`);
  }
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}
