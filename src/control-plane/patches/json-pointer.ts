/** RFC 6901: where a JSON patch points. */
import type { Draft } from "./json-draft.ts";
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
export function draftAt(document: Draft, pointer: Pointer): Draft {
  let current = document;
  for (const [depth, token] of pointer.entries()) {
    const next = childOf(current, token);
    if (next === undefined) throw new Unpatchable(`there is nothing at ${pointerText(pointer.slice(0, depth + 1))}`);
    current = next;
  }
  return current;
}

/** The index of an item that is there; -1 for anything else. */
export function existingIndex(list: readonly Draft[], token: string): number {
  const index = /^(?:0|[1-9]\d{0,8})$/.test(token) ? Number(token) : -1;
  return index < list.length ? index : -1;
}

function childOf(holder: Draft, token: string): Draft | undefined {
  if (Array.isArray(holder)) return holder[existingIndex(holder, token)];
  return holder instanceof Map ? holder.get(token) : undefined;
}
