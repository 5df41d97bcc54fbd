/** Who owns what, as the store has it; each owner is looked up, and its parts planned, once. Good for one turn. */
import type { OwnershipLookUp, Part } from "../compile/part.ts";
import { partsOf, resourceOf } from "../registry.ts";
import { qualified } from "../resource-names.ts";
import type { JsonObject } from "../resources/json.ts";
import type { ObjectStore } from "../store/object-store.ts";

export function ownershipLookUp(store: ObjectStore): OwnershipLookUp {
  const found = new Map<string, JsonObject | undefined>();
  const planned = new Map<JsonObject, readonly Part[] | undefined>();
  return {
    find: (resource, namespace, name) => {
      const key = `${qualified(resource)}/${namespace}/${name}`;
      if (!found.has(key)) found.set(key, store.get({ resource: qualified(resource), namespace, name })?.body);
      return found.get(key);
    },
    resourceOf,
    partsOf: (resource, object) => {
      if (!planned.has(object)) planned.set(object, partsOf(resource, object));
      return planned.get(object);
    },
  };
}
