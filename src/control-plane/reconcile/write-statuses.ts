/** Writes the statuses that differ from those that are stored, and tells of what became ready or no longer is. */
import type { CompiledNamespace } from "../compile/compile.ts";
import type { EventRecorder } from "../events/event-recorder.ts";
import { readiness } from "../events/happening.ts";
import { withControllerStatus } from "../managed-fields/controller-status.ts";
import { objectAt, textAt } from "../resources/json.ts";
import { nameOf, timestamp } from "../resources/metadata.ts";
import type { ObjectStore } from "../store/object-store.ts";

/** In the turn in which the namespace was compiled: what changed since would be overwritten. */
export function writeStatuses(
  namespace: string,
  statuses: CompiledNamespace["statuses"],
  ports: { readonly store: ObjectStore; readonly events: EventRecorder; readonly now: () => number },
): void {
  if (statuses.length === 0) return;
  const { store, events, now } = ports;
  store.transaction(() => {
    for (const { manifest, status } of statuses) {
      const stored = store.get({ resource: manifest.resource, namespace, name: nameOf(manifest.object) });
      if (stored === undefined) continue;
      store.replace(stored, {
        body: withControllerStatus(stored.body, status, timestamp(now())),
        sealed: stored.sealed,
      });
      const happening = readiness(textAt(stored.body, "kind") ?? "", objectAt(stored.body, "status"), status);
      if (happening !== undefined) events.record(stored.body, happening);
    }
  });
}
