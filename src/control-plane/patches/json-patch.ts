/**
 * RFC 6902: operations carried out one after the other, all or none.
 *
 *   add, replace, test {path, value}     remove {path}     move, copy {from, path}
 */
import { isJsonList, isJsonObject, type Json, textAt } from "../resources/json.ts";
import { badRequest, Refusal, tooLarge } from "../resources/refusal.ts";
import { copyOf, type Draft, draftOf, isSame, jsonOf } from "./json-draft.ts";
import { draftAt, existingIndex, type Pointer, parsePointer, pointerText } from "./json-pointer.ts";
import { Unpatchable } from "./unpatchable.ts";

/** As in Kubernetes. */
const MAX_OPERATIONS = 10_000;
/** Values of all that is copied: copies of copies could double with each operation. An object of the largest size has fewer. */
const MAX_COPIED_VALUES = 200_000;

export type Operation =
  | { readonly kind: "add" | "replace" | "test"; readonly path: Pointer; readonly value: Json }
  | { readonly kind: "remove"; readonly path: Pointer }
  | { readonly kind: "move" | "copy"; readonly from: Pointer; readonly path: Pointer };

/** Refuses what is no JSON patch. */
export function parseJsonPatch(patch: Json): readonly Operation[] {
  if (!isJsonList(patch)) throw badRequest("a JSON patch is a list of operations");
  if (patch.length > MAX_OPERATIONS) {
    throw tooLarge(`The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${patch.length}`);
  }
  return patch.map(parseOperation);
}

/** Refuses the whole patch when an operation cannot be carried out, naming it. */
export function applyJsonPatch(target: Json, operations: readonly Operation[]): Json {
  const state: State = { document: draftOf(target), copiedValues: 0 };
  for (const [index, operation] of operations.entries()) {
    const which = `operation ${index} (${operation.kind} ${pointerText(operation.path)}): `;
    refusingWith(which, () => carryOut(state, operation));
  }
  return refusingWith("", () => jsonOf(state.document));
}

interface State {
  document: Draft;
  copiedValues: number;
}

function refusingWith<T>(which: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Unpatchable)) throw error;
    throw new Refusal(422, "Invalid", `the JSON patch cannot be carried out: ${which}${error.message}`);
  }
}

function parseOperation(operation: Json, index: number): Operation {
  const kind = textAt(operation, "op");
  const path = pointerOf(operation, "path", index);
  switch (kind) {
    case "add":
    case "replace":
    case "test": {
      if (!isJsonObject(operation) || !Object.hasOwn(operation, "value")) {
        throw badRequest(`JSON patch operation ${index}: ${kind} needs a value`);
      }
      return { kind, path, value: operation.value ?? null };
    }
    case "remove":
      return { kind, path };
    case "move":
    case "copy":
      return { kind, path, from: pointerOf(operation, "from", index) };
    default:
      throw badRequest(`JSON patch operation ${index}: op must be one of add, remove, replace, move, copy, test`);
  }
}

function pointerOf(operation: Json, name: "path" | "from", index: number): Pointer {
  const pointer = parsePointer(textAt(operation, name) ?? "-");
  if (pointer === undefined) {
    throw badRequest(`JSON patch operation ${index}: ${name} must be a JSON pointer such as /metadata/labels`);
  }
  return pointer;
}

function carryOut(state: State, operation: Operation): void {
  const { path } = operation;
  switch (operation.kind) {
    case "add":
      add(state, path, draftOf(operation.value));
      break;
    case "replace":
      draftAt(state.document, path);
      put(state, path, draftOf(operation.value));
      break;
    case "remove":
      remove(state, path);
      break;
    case "test":
      if (!isSame(draftAt(state.document, path), operation.value)) throw new Unpatchable("the value is another one");
      break;
    case "copy":
      add(state, path, counted(state, draftAt(state.document, operation.from)));
      break;
    case "move":
      move(state, operation.from, path);
      break;
    default:
      operation satisfies never;
  }
}

function add(state: State, path: Pointer, value: Draft): void {
  const holder = holderOf(state, path);
  const token = path.at(-1);
  if (token === undefined || !Array.isArray(holder)) put(state, path, value);
  else holder.splice(placeIn(holder, token), 0, value);
}

function placeIn(list: readonly Draft[], token: string): number {
  if (token === "-" || token === String(list.length)) return list.length;
  const index = existingIndex(list, token);
  if (index < 0) throw new Unpatchable(`the list has no place ${JSON.stringify(token)}`);
  return index;
}

/** Over what is there, if it is. */
function put(state: State, path: Pointer, value: Draft): void {
  const holder = holderOf(state, path);
  const token = path.at(-1);
  if (token === undefined) state.document = value;
  else if (Array.isArray(holder)) holder[existingIndex(holder, token)] = value;
  else if (holder instanceof Map) holder.set(token, value);
  else throw new Unpatchable("what should hold it is neither an object nor a list");
}

function remove(state: State, path: Pointer): void {
  draftAt(state.document, path);
  const holder = holderOf(state, path);
  const token = path.at(-1);
  if (token === undefined) throw new Unpatchable("the whole object cannot be removed");
  if (Array.isArray(holder)) holder.splice(existingIndex(holder, token), 1);
  else if (holder instanceof Map) holder.delete(token);
}

function move(state: State, from: Pointer, path: Pointer): void {
  const value = draftAt(state.document, from);
  const isInside = from.length < path.length && from.every((token, depth) => path[depth] === token);
  if (isInside) throw new Unpatchable(`${pointerText(from)} cannot move into itself`);
  // Only the whole document moves to where the whole document is.
  if (from.length === 0) return;
  remove(state, from);
  add(state, path, value);
}

/** The object or list that the last step leads into; the document itself where there is no step. */
function holderOf(state: State, path: Pointer): Draft {
  return draftAt(state.document, path.slice(0, -1));
}

function counted(state: State, value: Draft): Draft {
  return copyOf(value, () => {
    state.copiedValues++;
    if (state.copiedValues > MAX_COPIED_VALUES) throw new Unpatchable("the patch copies too much");
  });
}
