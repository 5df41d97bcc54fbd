/** Knative's feature flags, in the ConfigMap where it has them: those of them that switch something here. */
import { CONFIG_MAPS, KNATIVE_NAMESPACE, qualified } from "../resource-names.ts";
import { textAt } from "../resources/json.ts";
import type { ObjectStore } from "../store/object-store.ts";

export type FeatureFlag = "eventtype-auto-create";

const CONFIG_FEATURES = { resource: qualified(CONFIG_MAPS), namespace: KNATIVE_NAMESPACE, name: "config-features" };

/** Off unless it is `enabled`, in whatever case, as in Knative. */
export function isEnabled(flag: FeatureFlag, store: ObjectStore): boolean {
  return textAt(store.get(CONFIG_FEATURES)?.body, "data", flag)?.toLowerCase() === "enabled";
}
