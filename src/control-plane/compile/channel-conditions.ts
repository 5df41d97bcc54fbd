/** Conditions that Brokers, channels and what subscribes to them have in common. */
import type { Acknowledgement } from "./compile-context.ts";
import { type Condition, isFalse, isTrue, isUnknown } from "./conditions.ts";
import type { Resolution } from "./resolve-destination.ts";

/** Triggers, Subscriptions and flows have it. */
export const OIDC_DISABLED: Condition = isTrue("OIDCIdentityCreated", {
  reason: "OIDCDisabled",
  message: "Events carry no OIDC identity.",
});

/** Why a channel is not known to run what it should. */
export function notAcknowledged(type: string, known: Acknowledgement): Condition {
  if (known.failure !== undefined) return isUnknown(type, "ChannelUnreachable", unreachableMessage(known.failure));
  return isUnknown(type, "ChannelNotConfigured", "The channel has not yet acknowledged this configuration.");
}

export function unreachableMessage(failure: string): string {
  return `The channel could not be configured, trying again: ${failure}`;
}

export function deadLetterCondition(resolution: Resolution | undefined): Condition {
  const type = "DeadLetterSinkResolved";
  if (resolution === undefined) {
    return isTrue(type, { reason: "DeadLetterSinkNotConfigured", message: "No dead letter sink is configured." });
  }
  if (resolution.kind === "resolved") return isTrue(type);
  return isFalse(type, "Unable to get the dead letter sink's URI", resolution.message);
}

export function eventPoliciesCondition(kind: string): Condition {
  const message = `EventPolicy is not enforced: access tokens decide who may post to this ${kind}`;
  return isTrue("EventPoliciesReady", { reason: "PoliciesNotEnforced", message });
}
