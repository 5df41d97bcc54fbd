/**
 * Knative's conditions: sorted by type, `Ready` sums up the others (any False: False; else any not True: Unknown; else
 * True) and takes reason and message of the unhappy one, `lastTransitionTime` moves only with the status.
 */
import { isJsonObject, type Json, type JsonObject, listAt, textAt } from "../resources/json.ts";

export interface Condition {
  readonly type: string;
  readonly status: (typeof STATES)[number];
  readonly reason?: string;
  readonly message?: string;
}

const STATES = ["True", "False", "Unknown"] as const;

/** Characters, as Kubernetes has them: a status repeats messages, quotes what clients wrote, and has to fit into a row. */
const MAX_MESSAGE = 1024;
const CUT = "… (cut off here)";

export function isTrue(type: string, because: { readonly reason?: string; readonly message?: string } = {}): Condition {
  return { type, status: "True", ...because };
}

export function isFalse(type: string, reason: string, message: string): Condition {
  return { type, status: "False", reason, message };
}

export function isUnknown(type: string, reason: string, message: string): Condition {
  return { type, status: "Unknown", reason, message };
}

/** The conditions as they are written, `Ready` included. */
export function summarize(dependents: readonly Condition[], earlier: Earlier): readonly JsonObject[] {
  return writtenConditions([...dependents, summaryOf(dependents)], earlier);
}

/** The status an object has so far, and the time that new transitions get. */
export interface Earlier {
  readonly status: JsonObject | undefined;
  readonly now: string;
}

/** These conditions and no others, for an object whose `Ready` sums up nothing. */
export function writtenConditions(conditions: readonly Condition[], earlier: Earlier): readonly JsonObject[] {
  const known = new Map(listAt(earlier.status, "conditions").map((each) => [textAt(each, "type"), each]));
  const sorted = [...conditions].sort((a, b) => (a.type < b.type ? -1 : 1));
  return sorted.map((condition) => {
    const before = known.get(condition.type);
    const kept = textAt(before, "status") === condition.status ? textAt(before, "lastTransitionTime") : undefined;
    return conditionJson(condition, kept ?? earlier.now);
  });
}

/** What `Ready` says in a status, if it has one. */
export function readyOf(status: JsonObject | undefined): Condition | undefined {
  const ready = writtenReady(status);
  const state = STATES.find((each) => each === textAt(ready, "status"));
  if (state === undefined) return undefined;
  const reason = textAt(ready, "reason");
  const message = textAt(ready, "message");
  return {
    type: "Ready",
    status: state,
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
  };
}

/** As it stands in the status, with the time of its last transition. */
export function writtenReady(status: JsonObject | undefined): JsonObject | undefined {
  return listAt(status, "conditions")
    .filter(isJsonObject)
    .find((each) => textAt(each, "type") === "Ready");
}

/** What `Ready` of another object says, as a condition of this one: reason and message tell only of trouble. */
export function propagated(type: string, ready: Condition): Condition {
  return ready.status === "True" ? isTrue(type) : { ...ready, type };
}

function summaryOf(dependents: readonly Condition[]): Condition {
  const unhappy =
    dependents.find((each) => each.status === "False") ?? dependents.find((each) => each.status === "Unknown");
  return unhappy === undefined ? { type: "Ready", status: "True" } : { ...unhappy, type: "Ready" };
}

function conditionJson(condition: Condition, lastTransitionTime: string): JsonObject {
  const fields: [string, Json][] = [
    ["type", condition.type],
    ["status", condition.status],
    ["lastTransitionTime", lastTransitionTime],
  ];
  if (condition.reason !== undefined) fields.push(["reason", condition.reason]);
  if (condition.message !== undefined) fields.push(["message", boundedMessage(condition.message)]);
  return Object.fromEntries(fields);
}

/** The message as a condition or a core Event may have it; one that is too long says that there was more. */
export function boundedMessage(message: string): string {
  if (message.length <= MAX_MESSAGE) return message;
  // Half a character, where the cut comes inside of one, is none.
  return message.slice(0, MAX_MESSAGE - CUT.length).replace(/[\uD800-\uDBFF]$/, "") + CUT;
}
