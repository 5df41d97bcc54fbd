/**
 * The JSONPaths of printer columns: members, indexes, `[*]`, and one comparison with a text.
 *
 *   .status.address.url      .metadata.annotations.example\.com/name      .spec['name']      .items[0].x
 *   .status.conditions[?(@.type=="Ready")].status
 */
import { childrenOf, isJsonList, isJsonObject, type Json, valueAt } from "../resources/json.ts";

export type JsonPath = (value: Json) => readonly Json[];

/** Undefined for a path that cannot be read. Reading it twice costs nothing. */
export function parseJsonPath(text: string): JsonPath | undefined {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const steps = stepsOf(text);
  if (steps === undefined) return undefined;
  const path: JsonPath = (value) => steps.reduce((found, step) => found.flatMap((each) => take(each, step)), [value]);
  parsed.set(text, path);
  return path;
}

type Step =
  | { readonly kind: "member"; readonly name: string }
  | { readonly kind: "index"; readonly index: number }
  | { readonly kind: "every" }
  | { readonly kind: "where"; readonly path: readonly string[]; readonly equals: string };

/** The paths of printer columns, of which there are as many as the kinds have. */
const parsed = new Map<string, JsonPath>();

const MEMBER = /^\.((?:[^.[\]\\]|\\.)+)/;
const QUOTED = /^\['([^']*)'\]/;
const INDEX = /^\[(\d{1,9})\]/;
const EVERY = /^\[\*\]/;
const WHERE = /^\[\?\(@\.([\w.]+)\s*==\s*(?:"([^"]*)"|'([^']*)')\)\]/;

function stepsOf(text: string): readonly Step[] | undefined {
  const steps: Step[] = [];
  let rest = text;
  while (rest !== "") {
    const read = firstStep(rest);
    if (read === undefined) return undefined;
    steps.push(read.step);
    rest = rest.slice(read.length);
  }
  return steps;
}

function firstStep(text: string): { readonly step: Step; readonly length: number } | undefined {
  const [member = "", name = ""] = MEMBER.exec(text) ?? [];
  if (member !== "") return { step: { kind: "member", name: name.replace(/\\(.)/g, "$1") }, length: member.length };
  const [quoted = "", inQuotes = ""] = QUOTED.exec(text) ?? [];
  if (quoted !== "") return { step: { kind: "member", name: inQuotes }, length: quoted.length };
  const [indexed = "", index = ""] = INDEX.exec(text) ?? [];
  if (indexed !== "") return { step: { kind: "index", index: Number(index) }, length: indexed.length };
  const [every = ""] = EVERY.exec(text) ?? [];
  if (every !== "") return { step: { kind: "every" }, length: every.length };
  const [where = "", path = "", double, single = ""] = WHERE.exec(text) ?? [];
  if (where === "") return undefined;
  return { step: { kind: "where", path: path.split("."), equals: double ?? single }, length: where.length };
}

function take(value: Json, step: Step): readonly Json[] {
  switch (step.kind) {
    case "member":
      return isJsonObject(value) && Object.hasOwn(value, step.name) ? present(value[step.name]) : [];
    case "index":
      return isJsonList(value) ? present(value[step.index]) : [];
    case "every":
      return childrenOf(value);
    case "where":
      return isJsonList(value) ? value.filter((item) => valueAt(item, ...step.path) === step.equals) : [];
    default:
      return step satisfies never;
  }
}

function present(value: Json | undefined): readonly Json[] {
  return value === undefined ? [] : [value];
}
