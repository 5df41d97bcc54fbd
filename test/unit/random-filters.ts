/** Random events, CESQL texts and filters, about few names and values, so that they often have to do with each other. */
import type { Attributes, AttributeValue } from "../../src/core/event.ts";
import type { FilterClause } from "../../src/core/filters/filter-expression.ts";
import type { SeededRandom } from "../kit/seeded-random.ts";

/** The last one is a name that every object of JavaScript inherits, and never an attribute here. */
const NAMES = ["type", "source", "subject", "n", "flag", "constructor"] as const;
const TEXTS = ["a", "ab", "b", "ba", "5", "-7", "05", "true", "FALSE", "", "a%b", "\u{1f600}b"] as const;
const NUMBERS = [0, 5, -7, 2_147_483_647, -2_147_483_648] as const;
const PATTERNS = ["a%", "%b", "%", "_", "a_", "%a%b%", "a\\%b", "_b", "\\\\%", ""] as const;
const FUNCTIONS = ["INT", "bool", "String", "LENGTH", "UPPER", "ABS", "NOPE"] as const;

export function randomAttributes(random: SeededRandom): Attributes {
  const optional = (name: string, values: readonly AttributeValue[]): [string, AttributeValue][] =>
    random.perMille(600) ? [[name, random.pick(values)]] : [];
  return Object.fromEntries([
    ["type", random.pick(["a", "ab", "b", "5"])],
    ["source", random.pick(["a", "b", "ba"])],
    ...optional("subject", TEXTS),
    ...optional("n", [...NUMBERS, ...TEXTS, 1.5, 3_000_000_000]),
    ...optional("flag", [true, false, "true", "no"]),
  ]);
}

/** `depth` operators around each other at most. */
export function randomExpression(random: SeededRandom, depth: number): string {
  const inner = () => randomExpression(random, depth - 1);
  if (depth === 0) return randomOperand(random);
  switch (random.below(9)) {
    case 0:
      return `(${inner()})`;
    case 1:
      return `${random.pick(["NOT ", "not ", "-", "- "])}${inner()}`;
    case 2:
      return `${inner()}${random.pick([" ", " NOT "])}LIKE '${random.pick(PATTERNS)}'`;
    case 3:
      return `${inner()}${random.pick([" ", " NOT "])}IN (${inner()}, ${inner()})`;
    case 4:
      return `${random.pick(FUNCTIONS)}(${inner()})`;
    case 5:
      return `${inner()} ${random.pick(["=", "!=", "<>", "<", "<=", ">", ">="])} ${inner()}`;
    case 6:
      return `${inner()} ${random.pick(["+", "-", "*", "/", "%"])} ${inner()}`;
    default:
      return `${inner()} ${random.pick(["AND", "OR", "XOR", "and"])} ${inner()}`;
  }
}

export function randomClause(random: SeededRandom, depth: number): FilterClause {
  const members = () => Array.from({ length: random.below(4) }, () => randomClause(random, depth - 1));
  switch (random.below(depth === 0 ? 5 : 8)) {
    case 0:
    case 1:
      return { kind: "exact", attributes: randomTexts(random) };
    case 2:
      return { kind: random.pick(["prefix", "suffix"]), attributes: randomTexts(random) };
    case 3:
      return { kind: "cesql", expression: random.perMille(100) ? "" : `BOOL(${randomCondition(random)})` };
    case 4:
      return random.perMille(500) ? { kind: "blank" } : { kind: "cesql", expression: randomCondition(random) };
    case 5:
      return { kind: "all", filters: members() };
    case 6:
      return { kind: "any", filters: members() };
    default:
      return { kind: "not", filter: randomClause(random, depth - 1) };
  }
}

/** Conditions as people write them, so that what an index can use occurs. */
function randomCondition(random: SeededRandom): string {
  const name = random.pick(["type", "source", "subject"]);
  const one = () => `'${random.pick(["a", "ab", "b"])}'`;
  const simple = random.pick([
    `${name} = ${one()}`,
    `${one()} = ${name}`,
    `${name} IN (${one()}, ${one()})`,
    "EXISTS n",
  ]);
  if (random.perMille(300)) return simple;
  const negation = random.perMille(150) ? "NOT " : "";
  return `${negation}(${simple} ${random.pick(["AND", "OR", "XOR"])} ${randomCondition(random)})`;
}

function randomTexts(random: SeededRandom): Readonly<Record<string, string>> {
  const pairs = Array.from({ length: random.below(3) }, () => [random.pick(NAMES), random.pick(TEXTS)] as const);
  return Object.fromEntries(pairs);
}

function randomOperand(random: SeededRandom): string {
  switch (random.below(5)) {
    case 0:
      return `'${random.pick(TEXTS)}'`;
    case 1:
      return String(random.pick(NUMBERS));
    case 2:
      return random.pick(["TRUE", "false"]);
    case 3:
      return `EXISTS ${random.pick(NAMES)}`;
    default:
      return random.pick(NAMES);
  }
}
