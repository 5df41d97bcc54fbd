/**
 * What the filters of one object may cost together. Every event is put to them while all others wait, so what one pattern or
 * one expression may cost must not come as often as somebody likes.
 */
import { parseCesql } from "../../core/cesql/parse.ts";
import { MAX_TOKENS } from "../../core/cesql/tokens.ts";
import { type Json, listAt, objectAt, textAt, valueAt } from "../resources/json.ts";
import { type FieldError, invalidValue } from "./field-error.ts";

/** Entries at any depth, and attributes in them: a trace may have to name each. */
const MAX_CLAUSES = 1_000;
/** As many as in one expression. */
const MAX_WORDS = MAX_TOKENS;
/** Each may be as long as an event's attributes together, 1 ms each. */
const MAX_PARAMETERS = 50;
/** Characters of the patterns that may have a text read to its end, 1 ms each: at most 170 of them. */
const MAX_SEARCHED = 512;

interface Cost {
  readonly clauses: number;
  readonly words: number;
  readonly parameters: number;
  readonly searched: number;
}

/** Of filters that are valid one by one, so that they nest to a bound. */
export function validateFilterBudget(filters: readonly Json[], path: string): readonly FieldError[] {
  const { clauses, words, parameters, searched } = sum(filters.map(costOf));
  const errors: FieldError[] = [];
  if (clauses > MAX_CLAUSES) {
    const details = `expected at most ${MAX_CLAUSES} filters and attributes in them, at all depths: write less`;
    errors.push(invalidValue(String(clauses), path, details));
  }
  if (words > MAX_WORDS) {
    const details = `expected at most ${MAX_WORDS} words and signs in all cesql expressions together: write less`;
    errors.push(invalidValue(String(words), path, details));
  }
  if (parameters > MAX_PARAMETERS) {
    const details = `expected at most ${MAX_PARAMETERS} parameters in all calls of functions together: write less`;
    errors.push(invalidValue(String(parameters), path, details));
  }
  if (searched > MAX_SEARCHED) {
    const which = "all patterns of LIKE together that look for a text ('a%', '%a' and 'a%b' do not)";
    const details = `expected at most ${MAX_SEARCHED} characters in ${which}: write less`;
    errors.push(invalidValue(String(searched), path, details));
  }
  return errors;
}

function costOf(filter: Json): Cost {
  const attributes = ["exact", "prefix", "suffix"].flatMap((dialect) => Object.keys(objectAt(filter, dialect) ?? {}));
  const inner = [...listAt(filter, "all"), ...listAt(filter, "any"), valueAt(filter, "not") ?? null];
  const own = { clauses: 1 + attributes.length, ...expressionCost(textAt(filter, "cesql") ?? "") };
  return sum([own, ...inner.filter((each) => each !== null).map(costOf)]);
}

function expressionCost(expression: string): Omit<Cost, "clauses"> {
  const parsed = parseCesql(expression);
  return parsed.kind === "parsed" ? parsed : { words: 0, parameters: 0, searched: 0 };
}

function sum(costs: readonly Cost[]): Cost {
  let [clauses, words, parameters, searched] = [0, 0, 0, 0];
  for (const cost of costs) {
    clauses += cost.clauses;
    words += cost.words;
    parameters += cost.parameters;
    searched += cost.searched;
  }
  return { clauses, words, parameters, searched };
}
