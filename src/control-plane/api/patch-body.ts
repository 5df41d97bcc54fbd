/** The body of a PATCH as a function of the object it changes; the media type says which kind of patch it is. */
import { applyJsonPatch, parseJsonPatch } from "../patches/json-patch.ts";
import { strategicListsOf } from "../patches/list-rules.ts";
import { mergePatch } from "../patches/merge-patch.ts";
import { strategicMergePatch } from "../patches/strategic-merge-patch.ts";
import type { Json, JsonObject } from "../resources/json.ts";
import { unsupportedMediaType } from "../resources/refusal.ts";
import type { Scope } from "../resources/scope.ts";
import { mediaTypeOf, readBody, readObject } from "./request-body.ts";

/** Server-side apply, which is no function of the object alone. Its body may be YAML or JSON. */
export const APPLY_PATCH = "application/apply-patch+yaml";

const JSON_PATCH = "application/json-patch+json";
const MERGE_PATCH = "application/merge-patch+json";
const STRATEGIC_PATCH = "application/strategic-merge-patch+json";

export interface PatchBody {
  readonly patch: (old: JsonObject) => Json;
  readonly duplicateFields: readonly string[];
}

export async function patchOf(request: Request, scope: Scope): Promise<PatchBody> {
  const accepted = acceptedBy(scope);
  const type = mediaTypeOf(request);
  if (!accepted.includes(type)) {
    const list = accepted.join(", ");
    throw unsupportedMediaType(
      `the body of the request was in an unknown format - accepted media types include: ${list}`,
    );
  }
  if (type === JSON_PATCH) {
    const { value, duplicateFields } = await readBody(request, [JSON_PATCH]);
    const operations = parseJsonPatch(value);
    return { patch: (old) => applyJsonPatch(old, operations), duplicateFields };
  }
  const { value, duplicateFields } = await readObject(request, accepted);
  if (type === MERGE_PATCH) return { patch: (old) => mergePatch(old, value), duplicateFields };
  return { patch: (old) => strategicMergePatch(old, value, strategicListsOf(scope.kind)), duplicateFields };
}

/** As in Kubernetes, only core kinds say how their lists merge strategically; kubectl falls back to merge patches. */
function acceptedBy(scope: Scope): readonly string[] {
  const everywhere = [JSON_PATCH, MERGE_PATCH, APPLY_PATCH];
  return scope.kind.group === "" ? [...everywhere, STRATEGIC_PATCH] : everywhere;
}
