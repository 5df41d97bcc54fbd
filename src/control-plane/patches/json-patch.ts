/**
 * RFC 6902: operations carried out one after the other, all or none.
 *
 *   add, replace, test {path, value}     remove {path}     move, copy {from, path}
 */
import { isJsonList, isJsonObject, type Json, sameJson, textAt, withMember } from "../resources/json.ts";
import { badRequest, Refusal, tooLarge } from "../resources/refusal.ts";
import {
  changeAtPointer,
  existingIndex,
  type Pointer,
  parsePointer,
  pointerText,
  valueAtPointer,
} from "./json-pointer.ts";
import { Unpatchable } from "./unpatchable.ts";

/** Each operation copies the object or list that it changes, so that many on a large one take seconds. */
const MAX_OPERATIONS = 1_000;
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
  const budget = { copiedValues: MAX_COPIED_VALUES };
  let document = target;
  for (const [index, operation] of operations.entries()) {
    try {
      document = carryOut(document, operation, budget);
    } catch (error) {
      if (!(error instanceof Unpatchable)) throw error;
      const which = `operation ${index} (${operation.kind} ${pointerText(operation.path)})`;
      throw new Refusal(422, "Invalid", `the JSON patch cannot be carried out: ${which}: ${error.message}`);
    }
  }
  return document;
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

function carryOut(document: Json, operation: Operation, budget: { copiedValues: number }): Json {
  const { path } = operation;
  switch (operation.kind) {
    case "add":
      return add(document, path, operation.value);
    case "replace":
      return replace(document, path, operation.value);
    case "remove":
      return remove(document, path);
    case "test":
      if (sameJson(valueAtPointer(document, path), operation.value)) return document;
      throw new Unpatchable("the value is another one");
    case "copy": {
      const value = valueAtPointer(document, operation.from);
      budget.copiedValues -= countValues(value, budget.copiedValues);
      if (budget.copiedValues < 0) throw new Unpatchable("the patch copies too much");
      return add(document, path, value);
    }
    case "move": {
      const { from } = operation;
      const value = valueAtPointer(document, from);
      const isInside = from.length < path.length && from.every((token, depth) => path[depth] === token);
      if (isInside) throw new Unpatchable(`${pointerText(from)} cannot move into itself`);
      return from.length === 0 ? value : add(remove(document, from), path, value);
    }
    default:
      return operation satisfies never;
  }
}

function add(document: Json, path: Pointer, value: Json): Json {
  if (path.length === 0) return value;
  return changeAtPointer(document, path, (holder, token) => {
    if (isJsonObject(holder)) return withMember(holder, token, value);
    if (!isJsonList(holder)) throw new Unpatchable("what should hold it is neither an object nor a list");
    const index = token === "-" || token === String(holder.length) ? holder.length : existingIndex(holder, token);
    if (index < 0) throw new Unpatchable(`the list has no place ${JSON.stringify(token)}`);
    return holder.toSpliced(index, 0, value);
  });
}

function replace(document: Json, path: Pointer, value: Json): Json {
  valueAtPointer(document, path);
  if (path.length === 0) return value;
  return changeAtPointer(document, path, (holder, token) => {
    if (isJsonList(holder)) return holder.with(existingIndex(holder, token), value);
    return replacedMember(holder, token, value);
  });
}

function remove(document: Json, path: Pointer): Json {
  if (path.length === 0) throw new Unpatchable("the whole object cannot be removed");
  valueAtPointer(document, path);
  return changeAtPointer(document, path, (holder, token) => {
    if (isJsonList(holder)) return holder.toSpliced(existingIndex(holder, token), 1);
    return replacedMember(holder, token, undefined);
  });
}

function replacedMember(holder: Json, token: string, value: Json | undefined): Json {
  return isJsonObject(holder) ? withMember(holder, token, value) : holder;
}

/** Counts no further than what is allowed, plus one. */
function countValues(value: Json, allowed: number): number {
  let count = 1;
  const members: readonly Json[] = isJsonList(value) ? value : isJsonObject(value) ? Object.values(value) : [];
  for (const member of members) {
    if (count > allowed) return count;
    count += countValues(member, allowed - count);
  }
  return count;
}
