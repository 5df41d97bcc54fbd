/** Which events an ordered subscription keeps in order among themselves. */
import { attributeOf, attributeText, type EventHead } from "../core/event.ts";
import { headAt, type Log } from "./log.ts";

/** `partitionkey`, else `subject`, else one key for all events without either. */
export function orderingKeyOf(head: EventHead): string {
  const value = attributeOf(head.attributes, "partitionkey") ?? attributeOf(head.attributes, "subject");
  return value === undefined ? "" : attributeText(value);
}

/** The key of an event in the log; undefined without an order, or where the event is gone. */
export function orderingKeyAt(log: Log, ordering: "ordered" | "unordered", seq: number): string | undefined {
  const found = ordering === "ordered" ? log.eventAt(seq) : undefined;
  return found === undefined ? undefined : orderingKeyOf(headAt(found.segment, seq));
}
