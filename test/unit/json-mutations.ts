/** Everything that can be wrong with a JSON object, one thing at a time. */
import { isJsonList, isJsonObject, type Json, type JsonObject } from "../../src/control-plane/resources/json.ts";

export type Path = readonly (string | number)[];

export interface Mutation {
  /** `.spec.steps[0].uri: null` */
  readonly name: string;
  /** Where it differs from the object; of a member more, that of the object that has it. */
  readonly path: Path;
  /** The whole object. */
  readonly text: string;
}

/** A value of every type, and the numbers and texts that trip people up. */
const VALUES: readonly Json[] = [null, true, -1, 0.5, 1e300, "", "constructor", [], [null], {}];
/** What every object has without having it. */
export const PROTOTYPE_NAMES = ["__proto__", "constructor", "hasOwnProperty", "toString"];
const DEEP = 10_000;
/** More than an object may be, less than a body: 600 KiB. */
const LONG = "x".repeat(600 * 1024);

/** One value of every type, for where each costs more. */
export const FEW_VALUES: readonly Json[] = [null, true, -1, "constructor", [null], {}];

/** Each value in turn replaced by one of every type, and removed. */
export function wrongValues(object: JsonObject, values: readonly Json[] = VALUES): readonly Mutation[] {
  return pathsOf(object).flatMap((path) => [
    ...values.map((value) =>
      mutation(
        JSON.stringify(value),
        path,
        replaced(object, path, () => value),
      ),
    ),
    mutation(
      "missing",
      path,
      replaced(object, path, () => undefined),
    ),
  ]);
}

/** Each object in turn, the whole among them, with members of these names more. */
export function extraMembers(object: JsonObject, names: readonly string[]): readonly Mutation[] {
  const places: readonly Path[] = [[], ...pathsOf(object)];
  return places.flatMap((path) =>
    names.flatMap((name) => {
      const old = valueAtPath(object, path);
      if (!isJsonObject(old)) return [];
      const texts = [{ a: 1 }, "x"].map((value) => replaced(object, path, () => withOwn(old, name, value)));
      return texts.map((text) => mutation(`and ${name}`, path, text));
    }),
  );
}

/** Each value in turn nested ten thousand deep, in lists and in objects. */
export function deepValues(object: JsonObject): readonly Mutation[] {
  const lists = "[".repeat(DEEP) + "]".repeat(DEEP);
  const objects = `${'{"a":'.repeat(DEEP)}1${"}".repeat(DEEP)}`;
  return pathsOf(object).flatMap((path) => {
    const text = JSON.stringify(replaced(object, path, () => "DEEP"));
    return [
      { name: `${shown(path)}: deep lists`, path, text: text.replace('"DEEP"', lists) },
      { name: `${shown(path)}: deep objects`, path, text: text.replace('"DEEP"', objects) },
    ];
  });
}

/** A text of 600 KiB as the first text of each level, and as the name of a member. */
export function longTexts(object: JsonObject): readonly Mutation[] {
  const texts = pathsOf(object).filter((path) => typeof valueAtPath(object, path) === "string");
  const firsts = [...new Map(texts.toReversed().map((path) => [path.length, path])).values()];
  return [
    ...firsts.map((path) =>
      mutation(
        "long",
        path,
        replaced(object, path, () => LONG),
      ),
    ),
    mutation("a long name", [], withOwn(object, LONG, 1)),
  ];
}

/** Null wherever a value is. */
export function nullEverywhere(object: JsonObject): Mutation {
  const isInner = (value: Json) => isJsonObject(value) || isJsonList(value);
  const text = JSON.stringify(object, (_name, value: Json) => (isInner(value) ? value : null));
  return { name: "null everywhere", path: [], text };
}

function mutation(what: string, path: Path, value: Json | undefined): Mutation {
  return { name: `${shown(path)}: ${what}`, path, text: JSON.stringify(value) };
}

/** Of every value in the object, itself left out. */
function pathsOf(value: Json, at: Path = []): readonly Path[] {
  return membersOf(value).flatMap(([name, member]) => [[...at, name], ...pathsOf(member, [...at, name])]);
}

function membersOf(value: Json): readonly (readonly [string | number, Json])[] {
  if (isJsonList(value)) return [...value.entries()];
  return isJsonObject(value) ? Object.entries(value) : [];
}

function valueAtPath(value: Json, path: Path): Json | undefined {
  const [name, ...rest] = path;
  if (name === undefined) return value;
  const member = membersOf(value).find(([each]) => each === name);
  return member === undefined ? undefined : valueAtPath(member[1], rest);
}

/** A copy with what is at the path changed; undefined takes it away. */
function replaced(value: Json, path: Path, change: (old: Json) => Json | undefined): Json | undefined {
  const [name, ...rest] = path;
  if (name === undefined) return change(value);
  const within = (member: Json) => replaced(member, rest, change);
  if (isJsonList(value)) {
    const items = value.map((item, index) => (index === name ? within(item) : item));
    return items.filter((item) => item !== undefined);
  }
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).flatMap(([key, member]): [string, Json][] => {
    const changed = key === name ? within(member) : member;
    return changed === undefined ? [] : [[key, changed]];
  });
  return Object.fromEntries(entries);
}

/** As JSON.parse makes it: `__proto__` is a member like any other. */
function withOwn(object: JsonObject, name: string, value: Json): JsonObject {
  return Object.fromEntries([...Object.entries(object), [name, value]]);
}

function shown(path: Path): string {
  return path.map((name) => (typeof name === "number" ? `[${name}]` : `.${name}`)).join("");
}
