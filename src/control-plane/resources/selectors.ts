/** Label and field selectors of list, watch and delete requests, in Kubernetes' grammar. Refusals are thrown. */
import { type JsonObject, textAt } from "./json.ts";
import { labelsOf } from "./metadata.ts";
import { badRequest } from "./refusal.ts";

export type Selector = (object: JsonObject) => boolean;

type Labels = Readonly<Record<string, string>>;
type Requirement = (labels: Labels) => boolean;

const KEY = "[A-Za-z0-9][-A-Za-z0-9._/]*";
const VALUE = "[-A-Za-z0-9._]*";
const WHOLE_VALUE = new RegExp(`^${VALUE}$`);
const COMPARISON = new RegExp(`^(${KEY})\\s*(==|=|!=|<|>)\\s*(${VALUE})$`);
const MEMBERSHIP = new RegExp(`^(${KEY})\\s+(in|notin)\\s*\\(([^()]*)\\)$`);
const EXISTENCE = new RegExp(`^(!?)\\s*(${KEY})$`);
const WHOLE_NUMBER = /^-?\d{1,15}$/;

/** Fields that every object can be selected by. */
const FIELDS_OF_ALL = ["metadata.name", "metadata.namespace"];

/** What a request selects of all objects of a kind. */
export interface Selection {
  readonly selects: Selector;
  /** Everything is selected. */
  readonly selectsAll: boolean;
  /** Nothing of another name is selected: `kubectl wait` lists one object by its name. */
  readonly name?: string;
}

/** `labelSelector` and `fieldSelector` of a query; `selectable` are the fields of the kind beside those of all. */
export function parseSelection(query: URLSearchParams, selectable: readonly string[] = []): Selection {
  const labels = query.get("labelSelector") ?? "";
  const fields = query.get("fieldSelector") ?? "";
  const byLabel = parseLabelSelector(labels);
  const byField = parseFieldSelector(fields, selectable);
  const name = selectedName(fields, selectable);
  return {
    selects: (object) => byLabel(object) && byField(object),
    selectsAll: labels === "" && fields === "",
    ...(name === undefined ? {} : { name }),
  };
}

/** `a=b,c!=d,e in (f,g),h notin (i),j,!k,l>3` */
export function parseLabelSelector(text: string): Selector {
  const requirements = splitOutsideParentheses(text).map(parseRequirement);
  return (object) => {
    const labels = labelsOf(object);
    return requirements.every((passes) => passes(labels));
  };
}

/** `metadata.name=a,type!=b`; a comma, an equals sign or a backslash in a value has a backslash before it. */
export function parseFieldSelector(text: string, selectable: readonly string[]): Selector {
  const terms = fieldTerms(text, selectable);
  return (object) =>
    terms.every(({ field, isEqual, value }) => ((textAt(object, ...field.split(".")) ?? "") === value) === isEqual);
}

/** The one name that a field selector lets pass, so that nothing else has to be read. */
function selectedName(text: string, selectable: readonly string[]): string | undefined {
  return fieldTerms(text, selectable).find(({ field, isEqual }) => field === "metadata.name" && isEqual)?.value;
}

interface FieldTerm {
  readonly field: string;
  readonly isEqual: boolean;
  readonly value: string;
}

function fieldTerms(text: string, selectable: readonly string[]): readonly FieldTerm[] {
  return splitUnescaped(text).map((term) => {
    const match = /^([^=!]+)(==|=|!=)((?:[^\\,=]|\\[\\,=])*)$/s.exec(term);
    if (match === null) {
      throw badRequest(`invalid selector: ${JSON.stringify(text)}; can't understand ${JSON.stringify(term)}`);
    }
    const [, field = "", operator, escaped = ""] = match;
    if (!FIELDS_OF_ALL.includes(field) && !selectable.includes(field)) {
      throw badRequest(`field label not supported: ${field}`);
    }
    return { field, isEqual: operator !== "!=", value: escaped.replace(/\\(.)/gs, "$1") };
  });
}

function parseRequirement(text: string): Requirement {
  const [, key = "", operator = "", value = ""] = COMPARISON.exec(text) ?? [];
  if (operator === ">" || operator === "<") return parseOrder(text, { key, operator, value });
  if (operator !== "") return membership(key, [value], operator !== "!=");
  const [, setKey = "", word = "", list = ""] = MEMBERSHIP.exec(text) ?? [];
  const values = list.split(",").map((each) => each.trim());
  if (word !== "" && values.every((each) => WHOLE_VALUE.test(each))) return membership(setKey, values, word === "in");
  const existence = EXISTENCE.exec(text);
  if (existence === null) throw badRequest(`unable to parse requirement: ${JSON.stringify(text)}`);
  const [, not, name = ""] = existence;
  return (labels) => Object.hasOwn(labels, name) === (not === "");
}

/** An object without the label has none of the values: it passes where they are excluded. */
function membership(key: string, values: readonly string[], wanted: boolean): Requirement {
  return (labels) => (Object.hasOwn(labels, key) && values.includes(labels[key] ?? "")) === wanted;
}

function parseOrder(
  text: string,
  order: { readonly key: string; readonly operator: "<" | ">"; readonly value: string },
): Requirement {
  const { key, operator, value } = order;
  if (!WHOLE_NUMBER.test(value)) {
    throw badRequest(
      `unable to parse requirement: ${JSON.stringify(text)}: for '<' and '>' the value must be an integer`,
    );
  }
  return (labels) => {
    const label = Object.hasOwn(labels, key) ? (labels[key] ?? "") : "";
    if (!WHOLE_NUMBER.test(label)) return false;
    return operator === ">" ? Number(label) > Number(value) : Number(label) < Number(value);
  };
}

function splitOutsideParentheses(text: string): readonly string[] {
  if (text.trim() === "") return [];
  const parts: string[] = [];
  let begin = 0;
  let inside = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === "(" || char === ")") inside = char === "(";
    if (char !== "," || inside) continue;
    parts.push(text.slice(begin, at).trim());
    begin = at + 1;
  }
  return [...parts, text.slice(begin).trim()];
}

function splitUnescaped(text: string): readonly string[] {
  return (text.match(/(?:\\.|[^,])+/gs) ?? []).map((term) => term.trim()).filter((term) => term !== "");
}
