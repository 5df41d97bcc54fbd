/** RFC 6901: where a JSON patch points, and changes there. Values are never changed in place. */
import { isJsonList, isJsonObject, type Json, withMember } from "../resources/json.ts";
import { Unpatchable } from "./unpatchable.ts";

export type Pointer = readonly string[];

/** Undefined for text that is no pointer. */
export function parsePointer(text: string): Pointer | undefined {
  if (text === "") return [];
  if (!text.startsWith("/") || /~(?![01])/.test(text)) return undefined;
  return text
    .slice(1)
    .split("/")
    .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
}

export function pointerText(pointer: Pointer): string {
  return pointer.map((token) => `/${token.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** The value there; throws where there is none. */
export function valueAtPointer(document: Json, pointer: Pointer): Json {
  let current = document;
  for (const [depth, token] of pointer.entries()) current = stepInto(current, token, pointer.slice(0, depth + 1));
  return current;
}

/** The objects and lists on the way to the pointer's last token, the outermost first; throws where one is missing. */
export function holdersOf(document: Json, pointer: Pointer): readonly Json[] {
  return pointer.map((_token, depth) => valueAtPointer(document, pointer.slice(0, depth)));
}

/** A copy in which a function made the object or list that holds the pointer's last token anew. */
export function changeAtPointer(
  document: Json,
  pointer: Pointer,
  change: (holder: Json, token: string) => Json,
  depth = 0,
): Json {
  const token = pointer[depth] ?? "";
  if (depth === pointer.length - 1) return change(document, token);
  const inner = stepInto(document, token, pointer.slice(0, depth + 1));
  const changed = changeAtPointer(inner, pointer, change, depth + 1);
  if (isJsonList(document)) return document.with(existingIndex(document, token), changed);
  return isJsonObject(document) ? withMember(document, token, changed) : changed;
}

/** The index of an item that is there; -1 for anything else. */
export function existingIndex(list: readonly Json[], token: string): number {
  const index = /^(?:0|[1-9]\d{0,8})$/.test(token) ? Number(token) : -1;
  return index < list.length ? index : -1;
}

function stepInto(holder: Json, token: string, path: Pointer): Json {
  const found = isJsonList(holder)
    ? holder[existingIndex(holder, token)]
    : isJsonObject(holder) && Object.hasOwn(holder, token)
      ? holder[token]
      : undefined;
  if (found === undefined) throw new Unpatchable(`there is nothing at ${pointerText(path)}`);
  return found;
}
