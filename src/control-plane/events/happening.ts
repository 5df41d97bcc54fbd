/** What is worth telling people about a resource: that it became ready, that it no longer is, and why. */
import { type JsonObject, listAt, textAt } from "../resources/json.ts";

export interface Happening {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
}

/** What a change of status means; nothing where Ready says what it said before. Unknown is on its way to something. */
export function readiness(kind: string, before: JsonObject | undefined, after: JsonObject): Happening | undefined {
  const was = readyCondition(before);
  const is = readyCondition(after);
  if (is === undefined || (was?.status === is.status && was?.reason === is.reason)) return undefined;
  switch (is.status) {
    case "True":
      return { type: "Normal", reason: "Ready", message: `${kind} is ready` };
    case "False":
      return { type: "Warning", reason: is.reason ?? "NotReady", message: is.message ?? `${kind} is not ready` };
    default:
      return undefined;
  }
}

export function unreachable(failure: string): Happening {
  const message = `The channel could not be configured, trying again: ${failure}`;
  return { type: "Warning", reason: "ChannelUnreachable", message };
}

/** Of events that came to a Broker or a channel. */
export function eventTypesNotCreated(why: string): Happening {
  const message = `EventTypes of some events that came are not created: ${why}`;
  return { type: "Warning", reason: "EventTypesNotCreated", message };
}

interface ReadyCondition {
  readonly status: string | undefined;
  readonly reason: string | undefined;
  readonly message: string | undefined;
}

function readyCondition(status: JsonObject | undefined): ReadyCondition | undefined {
  const ready = listAt(status, "conditions").find((condition) => textAt(condition, "type") === "Ready");
  if (ready === undefined) return undefined;
  return { status: textAt(ready, "status"), reason: textAt(ready, "reason"), message: textAt(ready, "message") };
}
