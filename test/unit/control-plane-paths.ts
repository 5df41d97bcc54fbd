/** Where the API has a kind. */
import type { ResourceKind } from "../../src/control-plane/kind.ts";

/** The namespace is of no matter to kinds that live in none. */
export function collectionOf(kind: ResourceKind, version: string, namespace: string): string {
  const base = kind.group === "" ? `/api/${version}` : `/apis/${kind.group}/${version}`;
  return kind.namespaced ? `${base}/namespaces/${namespace}/${kind.plural}` : `${base}/${kind.plural}`;
}
