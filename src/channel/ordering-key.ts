/** Which events an ordered subscription keeps in order among themselves. */
import { attributeOf, attributeText, type EventHead } from "../core/event.ts";

/** `partitionkey`, else `subject`, else one key for all events without either. */
export function orderingKeyOf(head: EventHead): string {
  const value = attributeOf(head.attributes, "partitionkey") ?? attributeOf(head.attributes, "subject");
  return value === undefined ? "" : attributeText(value);
}
