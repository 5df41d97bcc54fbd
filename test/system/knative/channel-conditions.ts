/** The conditions in an object's status, as they are and as they should be. */
import type { FlowNamespace, Kind } from "../flow-namespace.ts";

interface WithStatus {
  readonly status: { readonly conditions: readonly { readonly type: string; readonly status: string }[] };
}

export async function conditionsOf(space: FlowNamespace, kind: Kind, name: string) {
  const { status }: WithStatus = await space.get(kind, name);
  return Object.fromEntries(status.conditions.map((each) => [each.type, each.status]));
}

export function allTrue(types: readonly string[]) {
  return Object.fromEntries(types.map((type) => [type, "True"]));
}
