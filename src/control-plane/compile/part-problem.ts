/** What is wrong with the parts of an object themselves, before anybody asks whether they are ready. */

import { qualified } from "../resource-names.ts";
import type { JsonObject } from "../resources/json.ts";
import { namespaceOf } from "../resources/metadata.ts";
import type { CompileContext } from "./compile-context.ts";
import { type Condition, isFalse, isUnknown } from "./conditions.ts";
import { isPartOf, type Part } from "./part.ts";

/** As a condition of this type; undefined while all of them are there and the owner's. */
export function partProblem(
  type: string,
  { owner, parts }: { readonly owner: JsonObject; readonly parts: readonly Part[] },
  context: CompileContext,
): Condition | undefined {
  for (const { resource, name } of parts) {
    const found = context.find(resource, namespaceOf(owner), name);
    const shown = `${qualified(resource)} ${JSON.stringify(name)}`;
    const refusal = context.refusedPart(resource, name);
    if (refusal !== undefined) return isFalse(type, "NotWritten", `${shown} cannot be written: ${refusal.why}`);
    if (found === undefined) return isUnknown(type, "NotCreated", `${shown} has not been created yet`);
    if (!isPartOf(found, owner, { resource, name })) {
      return isFalse(type, "NotOwned", `${shown} exists and belongs to somebody else: delete or rename one of them`);
    }
  }
  return undefined;
}
