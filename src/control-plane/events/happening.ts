/** What is worth telling people about a resource: that it became ready, that it no longer is, and why. */
import { unreachableMessage } from "../compile/channel-conditions.ts";
import { readyOf } from "../compile/conditions.ts";
import type { JsonObject } from "../resources/json.ts";

export interface Happening {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
}

/** What a change of status means; nothing where Ready says what it said before. Unknown is on its way to something. */
export function readiness(kind: string, before: JsonObject | undefined, after: JsonObject): Happening | undefined {
  const was = readyOf(before);
  const is = readyOf(after);
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
  return { type: "Warning", reason: "ChannelUnreachable", message: unreachableMessage(failure) };
}

/** Of events that came to a Broker or a channel. */
export function eventTypesNotCreated(why: string): Happening {
  const message = `EventTypes of some events that came are not created: ${why}`;
  return { type: "Warning", reason: "EventTypesNotCreated", message };
}
