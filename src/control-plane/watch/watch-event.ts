/**
 * What a change is to a watch that sees some of the objects: one that enters its selection is ADDED, one that leaves it
 * DELETED, whatever happened to it. Only labels can change what is selected: fields that can be selected by do not change.
 */
import type { JsonObject } from "../resources/json.ts";
import { withMetadata } from "../resources/metadata.ts";
import type { Selector } from "../resources/selectors.ts";
import type { Change, ChangeType } from "../store/change-log.ts";
import type { StoredObject } from "../store/object-store.ts";

export interface WatchEvent {
  readonly type: ChangeType;
  readonly stored: StoredObject;
}

/** Undefined for what the watch does not see. */
export function watchEvent(change: Change, selects: Selector): WatchEvent | undefined {
  const { type, stored } = change;
  const isSelected = selects(stored.body);
  if (type !== "MODIFIED") return isSelected ? { type, stored } : undefined;
  const before = asBefore(change);
  if (selects(before)) return isSelected ? { type, stored } : { type: "DELETED", stored: { ...stored, body: before } };
  return isSelected ? { type: "ADDED", stored } : undefined;
}

/** With the labels it had: the last state in which the client may know it. */
function asBefore({ stored, previousLabels = {} }: Change): JsonObject {
  const hadLabels = Object.keys(previousLabels).length > 0;
  return withMetadata(stored.body, { labels: hadLabels ? previousLabels : undefined });
}
