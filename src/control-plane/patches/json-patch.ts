/**
 * RFC 6902: operations carried out one after the other, all or none.
 *
 *   add, replace, test {path, value}     remove {path}     move, copy {from, path}
 */
import {
  isJsonList,
  isJsonObject,
  isTooDeep,
  type Json,
  MAX_DEPTH,
  sameJson,
  textAt,
  withMember,
} from "../resources/json.ts";
import { badRequest, Refusal, tooLarge } from "../resources/refusal.ts";
import {
  changeAtPointer,
  existingIndex,
  holdersOf,
  type Pointer,
  parsePointer,
  pointerText,
  valueAtPointer,
} from "./json-pointer.ts";
import { Unpatchable } from "./unpatchable.ts";

const MAX_OPERATIONS = 1_000;
/**
 * What all operations of a patch may copy: the members of each object and list that they change, and the values that they
 * copy or move. Each takes about 1.5 µs, while everybody else waits. An object of the largest size has 200,000 values.
 */
const MAX_COPIED = 500_000;

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
  const budget = new CopyBudget();
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

class CopyBudget {
  #left = MAX_COPIED;

  /** A value with all that is in it; counts no further than what is left, plus one. */
  spendOnAllOf(value: Json): void {
    this.#spend(1);
    for (const member of membersOf(value)) this.spendOnAllOf(member);
  }

  /** What a change there makes anew. */
  spendOnWayTo(document: Json, path: Pointer): void {
    for (const holder of holdersOf(document, path)) this.#spend(membersOf(holder).length);
  }

  #spend(copied: number): void {
    this.#left -= copied;
    if (this.#left < 0) throw new Unpatchable("the patch copies too much: send fewer operations, or a merge patch");
  }
}

function carryOut(document: Json, operation: Operation, budget: CopyBudget): Json {
  const { path } = operation;
  switch (operation.kind) {
    case "add":
      return add(document, { path, value: operation.value }, budget);
    case "replace":
      return replace(document, { path, value: operation.value }, budget);
    case "remove":
      return remove(document, path, budget);
    case "test":
      if (sameJson(valueAtPointer(document, path), operation.value)) return document;
      throw new Unpatchable("the value is another one");
    case "copy": {
      const value = valueAtPointer(document, operation.from);
      budget.spendOnAllOf(value);
      return add(document, { path, value }, budget);
    }
    case "move": {
      const { from } = operation;
      const value = valueAtPointer(document, from);
      const isInside = from.length < path.length && from.every((token, depth) => path[depth] === token);
      if (isInside) throw new Unpatchable(`${pointerText(from)} cannot move into itself`);
      budget.spendOnAllOf(value);
      return from.length === 0 ? value : add(remove(document, from, budget), { path, value }, budget);
    }
    default:
      return operation satisfies never;
  }
}

interface Placement {
  readonly path: Pointer;
  readonly value: Json;
}

function add(document: Json, placement: Placement, budget: CopyBudget): Json {
  const { path, value } = placement;
  checkDepth(placement);
  if (path.length === 0) return value;
  budget.spendOnWayTo(document, path);
  return changeAtPointer(document, path, (holder, token) => {
    if (isJsonObject(holder)) return withMember(holder, token, value);
    if (!isJsonList(holder)) throw new Unpatchable("what should hold it is neither an object nor a list");
    const index = token === "-" || token === String(holder.length) ? holder.length : existingIndex(holder, token);
    if (index < 0) throw new Unpatchable(`the list has no place ${JSON.stringify(token)}`);
    return holder.toSpliced(index, 0, value);
  });
}

function replace(document: Json, placement: Placement, budget: CopyBudget): Json {
  const { path, value } = placement;
  checkDepth(placement);
  valueAtPointer(document, path);
  if (path.length === 0) return value;
  budget.spendOnWayTo(document, path);
  return changeAtPointer(document, path, (holder, token) => {
    if (isJsonList(holder)) return holder.with(existingIndex(holder, token), value);
    return replacedMember(holder, token, value);
  });
}

function remove(document: Json, path: Pointer, budget: CopyBudget): Json {
  if (path.length === 0) throw new Unpatchable("the whole object cannot be removed");
  valueAtPointer(document, path);
  budget.spendOnWayTo(document, path);
  return changeAtPointer(document, path, (holder, token) => {
    if (isJsonList(holder)) return holder.toSpliced(existingIndex(holder, token), 1);
    return replacedMember(holder, token, undefined);
  });
}

/** With each operation: what follows recurses over the document. */
function checkDepth({ path, value }: Placement): void {
  if (path.length > MAX_DEPTH || isTooDeep(value, MAX_DEPTH - path.length)) throw new Unpatchable("nested too deeply");
}

function replacedMember(holder: Json, token: string, value: Json | undefined): Json {
  return isJsonObject(holder) ? withMember(holder, token, value) : holder;
}

function membersOf(value: Json): readonly Json[] {
  return isJsonList(value) ? value : isJsonObject(value) ? Object.values(value) : [];
}
